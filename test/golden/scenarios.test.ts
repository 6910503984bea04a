import { openTaskHub, type TaskHub } from "../../local/durable-engine";
import { createVirtualClock } from "../support/virtual-clock";
import { byInstance, comparableReply, gist, operations, set } from "./compare";
import { otherBatches, refused } from "./exceptions";
import { readScenario, scenarioNames, type Scenario } from "./fixtures";
import { RECORDED_AT, startGoldenApp, type GoldenApp } from "./golden-app";
import { playScenario } from "./play";
import { Timekeeper, timings } from "./timing";

const replayed = scenarioNames.filter((name) => !(`scenarios/${name}` in refused)).map(readScenario);
const named = (timed: boolean) =>
  replayed.filter(({ name }) => name in timings === timed).map((each) => [each.name, each] as const);

describe("scenarios", () => {
  let app: GoldenApp;
  beforeAll(async () => {
    app = await startGoldenApp();
  });
  afterAll(() => app.stop());

  test.each(named(false))(
    "%s: replies, status and every invocation are those of the real host",
    (_name, scenario) => expectReplayed(app, scenario),
  );
});

describe("scenarios with parallel results, in the recorded order and batches", () => {
  const clock = createVirtualClock(RECORDED_AT);
  const timekeeper = new Timekeeper(clock);
  let hub: TaskHub;
  let app: GoldenApp;
  beforeAll(async () => {
    hub = await openTaskHub({ clock, settings: { hubName: "GoldenHub" }, faults: timekeeper.faults });
    app = await startGoldenApp({ clock, shared: { hub, host: "a" } });
    app.wire.delay = timekeeper.delay;
  });
  afterAll(async () => {
    await app.stop();
    await hub.close();
  });

  test.each(named(true))(
    "%s: replies, status and every invocation are those of the real host",
    (name, scenario) => {
      timekeeper.play(name);
      return expectReplayed(app, scenario);
    },
  );
});

async function expectReplayed(app: GoldenApp, recorded: Scenario): Promise<void> {
  app.wire.calls.length = 0;
  const file = `scenarios/${recorded.name}`;
  const anyOrder = file === "scenarios/entity-many";
  const replies = await playScenario(app, recorded);
  expect(replies.map((reply) => comparableReply(reply, anyOrder))).toEqual(
    recorded.http.map((reply) => comparableReply(reply, anyOrder)),
  );

  const mine = app.invocations();
  const theirs = recorded.invocations;
  for (const kind of ["http", "activity"]) expect(set(mine, kind)).toEqual(set(theirs, kind));
  const entities = file in otherBatches ? operations : (all: typeof theirs) => set(all, "entity");
  expect(entities(mine)).toEqual(entities(theirs));
  const orchestrators = anyOrder ? gist : byInstance;
  expect(orchestrators(mine)).toEqual(orchestrators(theirs));
}
