import type { Registration } from "../../../src/domain/promotion/state";
import { aRequest, SHOP, aPolicy, keyOf } from "../../support/observations";
import { begin, rule } from "../../support/scheduler";
import type { InvocationContext, Timer } from "@azure/functions";
import { createScheduleTimes } from "../../../src/adapters/schedules";
import { createReconciler } from "../../../src/triggers/reconciler";
import { createScheduler } from "../../../src/triggers/scheduler";
import { createFakePorts, type FakePorts } from "../../support/fake-ports";
import { createSilentWorld, type SilentWorld } from "../../support/silent-broker";

const MINUTE = 60_000;

const squatted: readonly [what: string, over: (id: string) => Partial<Registration>][] = [
  ["a queue message", () => ({ origin: { channel: "queue" } })],
  ["an HTTP call", () => ({ origin: { channel: "http", principal: { oid: "o", name: "Eve" } } })],
  ["a schedule of another pair", (requestId) => ({ request: aRequest({ requestId, pair: "other" }) })],
];

test.each(squatted)(
  "an id that %s has taken raises an alert, and the schedule does not run it",
  async (_what, over) => {
    const run = begin("2026-11-24T00:00:00Z", rule());
    const requestId = "schedule-shop-20261124T010000Z";
    const request = aRequest({ requestId });
    const own = { requestId, contentHash: "h", request, origin: { channel: "schedule" }, at: 1 } as const;
    await run.tick();
    await run.ports.register({ ...own, ...over(requestId) });
    run.at("2026-11-24T01:00:00Z");
    await run.tick();
    expect(run.ports.alerts).toEqual(["schedule-squatted"]);
    expect((await run.ports.schedules.read(SHOP))?.last).toEqual([]);
    expect(run.ports.runs.get(requestId)).toBeUndefined();
    run.at("2026-12-01T01:00:00Z");
    await run.tick();
    expect(run.started()).toContain("schedule-shop-20261201T010000Z");
    expect(run.ports.alerts).toHaveLength(1);
  },
);

test("an id taken between the check and the start raises the alert too", async () => {
  const run = begin("2026-11-24T00:00:00Z", rule());
  const requestId = "schedule-shop-20261124T010000Z";
  await run.tick();
  const read = run.ports.promotions.read.bind(run.ports.promotions);
  jest.spyOn(run.ports.promotions, "read").mockImplementationOnce(async (id) => {
    const before = await read(id);
    const request = aRequest({ requestId });
    await run.ports.register({ requestId, contentHash: "h", request, origin: { channel: "queue" }, at: 1 });
    return before;
  });
  run.at("2026-11-24T01:00:00Z");
  await run.tick();
  expect(run.ports.alerts).toEqual(["schedule-squatted"]);
  expect((await run.ports.schedules.read(SHOP))?.last).toEqual([]);
});

test("a schedule's promotion starts under its id, and may exceed the request horizon", async () => {
  const run = begin("2026-11-24T00:00:00Z", rule({ expiresAfterMs: 3 * 60 * MINUTE }));
  const [policy] = run.ports.policies.all();
  Object.assign(policy!, { queue: { ...policy!.queue, horizonMs: 60 * MINUTE } });
  await run.tick();
  run.at("2026-11-24T01:00:00Z");
  await run.tick();
  expect(run.started()).toEqual(["schedule-shop-20261124T010000Z"]);
  expect((await run.ports.schedules.read(SHOP))?.last).toHaveLength(1);
});

const till = aPolicy({ name: "till" });

const sweep = (ports: FakePorts) =>
  createReconciler(() => ports)({} as Timer, {} as unknown as InvocationContext);

const tick = (ports: FakePorts) =>
  createScheduler(() => ports)({} as Timer, {} as unknown as InvocationContext);

const schedule = {
  ...{
    pair: "shop",
    name: "daily",
    cron: "30 * * * *",
    zone: "UTC",
    reason: "daily",
    promote: "green" as const,
  },
  expiresAfterMs: 20 * MINUTE,
} as const;

/** Sets the clock of the ports. */
function at(ports: FakePorts, time: string): void {
  const now = Date.parse(`2026-11-24T${time}Z`);
  Object.assign(ports.clock, { now: () => now, monotonic: () => now });
}

test("a rename before the start was noted does not start the promotion twice", async () => {
  const ports = createFakePorts();
  ports.scheduled = createScheduleTimes([schedule]);
  at(ports, "12:00:00");
  await tick(ports);
  at(ports, "12:30:00");
  const noting = jest.spyOn(ports.schedules, "signal").mockRejectedValueOnce(new Error("storage"));
  await tick(ports);
  noting.mockRestore();
  ports.pairsFile = [aPolicy({ name: "store", key: SHOP })];
  ports.scheduled = createScheduleTimes([{ ...schedule, pair: "store" }]);
  at(ports, "12:31:00");
  await tick(ports);
  expect([...ports.record.keys()]).toEqual(["schedule-shop-20261124T123000Z"]);
  expect((await ports.schedules.read(SHOP))?.last).toMatchObject([
    { requestId: "schedule-shop-20261124T123000Z" },
  ]);
});

test("a pair that comes back starts nothing that was due while it was away", async () => {
  const ports = createFakePorts([aPolicy(), till]);
  ports.scheduled = createScheduleTimes([schedule]);
  at(ports, "12:00:00");
  await sweep(ports);
  await tick(ports);
  [ports.pairsFile, ports.scheduled] = [[till], []];
  for (const time of ["12:20:00", "12:25:00"]) {
    at(ports, time);
    await tick(ports);
  }
  [ports.pairsFile, ports.scheduled] = [[aPolicy(), till], createScheduleTimes([schedule])];
  for (const time of ["12:31:00", "12:32:00"]) {
    at(ports, time);
    await tick(ports);
  }
  expect([...ports.record.keys()]).toEqual([]);
  at(ports, "13:30:00");
  await tick(ports);
  expect([...ports.record.keys()]).toEqual([`schedule-${keyOf("shop")}-20261124T133000Z`]);
});

/** A broker that accepts connections and never answers must not delay holds, and timers only briefly. */

const names = ({ ports }: SilentWorld) => ports.policies.all().map(({ name }) => name);

const context = {} as unknown as InvocationContext;

test("sixty schedules due at once start within a minute, whatever the broker does", async () => {
  const world = createSilentWorld(60);
  world.ports.scheduled = createScheduleTimes(
    names(world).map((pair) => ({
      ...{ pair, name: "nightly", cron: "0 2 * * *", zone: "UTC" },
      ...{ promote: "green" as const, reason: "nightly", expiresAfterMs: 1_800_000 },
    })),
  );
  const tick = async () =>
    world.time(Promise.resolve(createScheduler(() => world.ports)({} as Timer, context)));
  await tick();
  world.clock.advanceTo(Date.parse("2026-01-01T02:00:00Z"));
  const { tookMs } = await tick();
  expect(world.ports.runs.size).toBe(60);
  expect(tookMs).toBeLessThanOrEqual(60_000);
  expect(world.given.length).toBe(1);
});
