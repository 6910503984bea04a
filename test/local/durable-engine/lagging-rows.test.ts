import type { EngineFaults } from "../../../local/durable-engine";
import { useHostileApp } from "../../support/hostile-app";
import { openHostileHub, type HostileHub } from "../../support/hostile-hub";

const hostileApp = useHostileApp();
let world: HostileHub;

afterEach(() => world.stop());

async function gatherEnded(faults: EngineFaults): Promise<void> {
  world = await openHostileHub(hostileApp(), { faults });
  await world.call("POST", "orchestrators/gather/g");
  await world.settle();
  for (const n of [1, 2]) {
    await world.call("POST", "instances/g/raiseEvent/go", n);
    await world.settle();
  }
}

test("an ended instance looks live until its row is written, in lists too", async () => {
  await gatherEnded({ rowLagMs: ({ status }) => (status === "Completed" ? 5_000 : 0) });
  expect(await world.statusOf("g")).toMatchObject({ runtimeStatus: "Running" });
  expect((await world.call("GET", "instances/?runtimeStatus=Completed")).body).toEqual([]);
  expect((await world.call("POST", "orchestrators/gather/g")).status).toBe(409);
  await world.advance(5_000);
  expect(await world.statusOf("g")).toMatchObject({ runtimeStatus: "Completed", output: [1, 2] });
});

test("a row goes backwards when a zombie writes its older one over a newer one", async () => {
  await gatherEnded({
    rowLagMs: ({ status, episodes }) => (status === "Running" && episodes === 2 ? 5_000 : 0),
  });
  expect(await world.statusOf("g")).toMatchObject({ runtimeStatus: "Completed" });
  await world.advance(5_000);
  expect(await world.statusOf("g")).toMatchObject({ runtimeStatus: "Running", output: null });
});

test("an instance whose last row is never written is never restarted, ended or purged", async () => {
  await gatherEnded({ stuckRunning: ({ id }) => id === "g" });
  await world.advance(86_400_000);
  expect(await world.statusOf("g")).toMatchObject({ runtimeStatus: "Running" });
  expect((await world.call("POST", "orchestrators/gather/g")).status).toBe(409);
  expect((await world.call("POST", "instances/g/terminate?reason=x")).status).toBe(202);
  await world.settle();
  expect((await world.call("DELETE", "instances/g")).status).toBe(412);
  expect(await world.statusOf("g")).toMatchObject({ runtimeStatus: "Running" });
});

test("a client reads an entity as of its lagging row, and never goes back in time", async () => {
  const lags = [1_000, 100, 0];
  world = await openHostileHub(hostileApp(), { faults: { entityReadLagMs: () => lags.shift() ?? 0 } });
  const states: unknown[] = [];
  const read = async () => states.push((await world.call("GET", "entities/total/k")).body ?? "absent");
  for (const n of [1, 2, 3]) {
    await world.call("POST", "entities/total/k?op=add", n);
    await world.settle();
    await read();
  }
  await world.advance(999);
  await read();
  await world.advance(1);
  await read();
  expect(states).toEqual(["absent", "absent", "absent", "absent", [1, 2, 3]]);
});
