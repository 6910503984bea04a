import * as df from "durable-functions";
import { refused } from "./exceptions";
import { readScenario, type Exchange } from "./fixtures";
import { startGoldenApp, type GoldenApp } from "./golden-app";
import { playScenario } from "./play";

let app: GoldenApp;
beforeAll(async () => {
  app = await startGoldenApp({
    alsoRegister: () => {
      df.app.orchestration("critical", function* (context) {
        yield context.df.lock(new df.EntityId("counter", "k1"));
      });
    },
  });
});
afterAll(() => app.stop());

const durableHttp = Object.keys(refused).filter((file) => file.startsWith("scenarios/"));

test.each(durableHttp)(
  "%s: durable HTTP fails the orchestration and says what to do instead",
  async (file) => {
    const scenario = readScenario(file.replace("scenarios/", ""));
    await playScenario(app, scenario);
    await expectRefused(
      scenario.instanceId,
      "does not support durable HTTP (callHttp): call HTTP in an activity",
    );
  },
);

test("a critical section fails the orchestration and says what to do instead", async () => {
  await app.call("POST", "orchestrators/critical/c1", {});
  await app.settle();
  await expectRefused("c1", "does not support critical sections (lock): use an entity as arbiter");
});

test("rewinding gets 501 and says what to do instead, also through the SDK", async () => {
  await app.call("POST", "orchestrators/failNow/r1", {});
  await app.settle();
  expect(await app.call("POST", "instances/r1/rewind?reason=again")).toMatchObject({
    status: 501,
    body: "The embedded engine does not rewind: start the instance again.",
  });
  const rewind: Pick<Exchange, "method" | "path" | "requestBody"> = {
    method: "POST",
    path: "/api/client/rewind",
    requestBody: JSON.stringify({ id: "r1", reason: "again" }),
  };
  expect((await app.send(rewind)).body).toMatchObject({
    message: "The embedded engine does not rewind: start the instance again.",
  });
});

async function expectRefused(id: string, words: string): Promise<void> {
  const { body } = await app.call("GET", `instances/${id}`);
  expect(body).toMatchObject({ runtimeStatus: "Failed", output: expect.stringContaining(words) as string });
  expect(
    app.logged.filter((line) => line.startsWith("error") && line.includes(id) && line.includes(words)),
  ).toHaveLength(1);
}
