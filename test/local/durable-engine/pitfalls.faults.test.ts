import type { EngineFaults } from "../../../local/durable-engine";
import { useHostileApp } from "../../support/hostile-app";
import { openHostileHub, type HostileHub } from "../../support/hostile-hub";

/** The traps that the engine shows on command, and is otherwise kinder than Azure (docs/pitfalls.md). */
const hostileApp = useHostileApp();
let world: HostileHub;

afterEach(() => world.stop());

async function open(faults: EngineFaults): Promise<HostileHub> {
  world = await openHostileHub(hostileApp(), { faults });
  return world;
}

test("A: signals arrive in another order than they were sent", async () => {
  let sent = 0;
  await open({
    onDelivery: ({ target }) =>
      target === "@total@k" && ++sent < 3 ? { delayMs: 3_000 - sent * 1_000 } : undefined,
  });
  for (const signal of [1, 2, 3]) await world.call("POST", "entities/total/k?op=add", signal);
  await world.advance(3_000);
  expect((await world.call("GET", "entities/total/k")).body).toEqual([3, 2, 1]);
});

test("G: a timer fires up to a second before its time", async () => {
  await open({});
  await world.call("POST", "orchestrators/sleeper/s");
  await world.advance(59_100);
  expect(await world.statusOf("s")).toMatchObject({ runtimeStatus: "Completed", output: 59_000 });
});

test("4: events that nobody consumed can be lost at continue-as-new", async () => {
  await open({ losesCarriedEvents: ({ events }) => events.includes("kept") });
  await world.call("POST", "orchestrators/again/a", 0);
  await world.settle();
  await world.call("POST", "instances/a/raiseEvent/kept", 1);
  await world.call("POST", "instances/a/raiseEvent/go", 1);
  await world.settle();
  expect(await world.statusOf("a")).toMatchObject({ runtimeStatus: "Running" });
});
