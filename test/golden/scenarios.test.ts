import { refused, unordered } from "./exceptions";
import { byInstance, comparableReply, gist, set } from "./compare";
import { readScenario, scenarioNames } from "./fixtures";
import { startGoldenApp, type GoldenApp } from "./golden-app";
import { playScenario } from "./play";

let app: GoldenApp;

beforeAll(async () => {
  app = await startGoldenApp();
});
afterAll(() => app.stop());

const scenarios = scenarioNames.filter((name) => !(`scenarios/${name}` in refused)).map(readScenario);

test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
  "%s: replies, status and every invocation are those of the real host",
  async (name, recorded) => {
    app.wire.calls.length = 0;
    const replies = await playScenario(app, recorded);
    const anyOrder = `scenarios/${name}` in unordered;
    expect(replies.map((reply) => comparableReply(reply, anyOrder))).toEqual(
      recorded.http.map((reply) => comparableReply(reply, anyOrder)),
    );

    const mine = app.invocations();
    const theirs = recorded.invocations;
    for (const kind of ["http", "activity"]) {
      expect(set(mine, kind)).toEqual(set(theirs, kind));
    }
    if (anyOrder) {
      expect(gist(mine)).toEqual(gist(theirs));
      return;
    }
    expect(set(mine, "entity")).toEqual(set(theirs, "entity"));
    expect(byInstance(mine)).toEqual(byInstance(theirs));
  },
);
