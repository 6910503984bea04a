import type { InvocationContext, Timer } from "@azure/functions";
import { createScheduleTimes } from "../../../src/adapters/schedules";
import { reason } from "../../../src/domain/kernel/reason-codes";
import { createReconciler } from "../../../src/triggers/reconciler";
import { createScheduler } from "../../../src/triggers/scheduler";
import { call } from "../../support/api-call";
import { aRequest, keyOf } from "../../support/observations";
import { createSilentWorld, type SilentWorld } from "../../support/silent-broker";

/** A broker that accepts connections and never answers: nobody who stops the line waits for it, and no timer for long. */

const names = ({ ports }: SilentWorld) => ports.policies.all().map(({ name }) => name);
const context = {} as unknown as InvocationContext;
const lost = ({ logged }: SilentWorld, message: string) =>
  logged.filter((line) => line.startsWith(`warn ${message}`));

async function concluded(world: SilentWorld, pair: string, requestId: string): Promise<void> {
  const { ports } = world;
  const at = ports.clock.now();
  const request = aRequest({ requestId, pair });
  await ports.register({ requestId, contentHash: "h", request, origin: { channel: "queue" }, at });
  await ports.pairs.signal(keyOf(pair), { kind: "register", requestId, at });
  const ending = { outcome: "promoted", reason: reason("promoted", "x") } as const;
  await ports.promotions.change(requestId, { kind: "conclude", ending, at });
}

const putAll = (world: SilentWorld, body: object) =>
  world.time(call(world.ports, { route: "putHold", params: { pair: "all" }, body }));

test("a hold of 300 pairs is answered within 5 s, holds everywhere, and one line tells what was not announced", async () => {
  const world = createSilentWorld(300);
  const { result, tookMs } = await putAll(world, { id: "h-1", reason: "incident 7" });
  expect(result.status).toBe(200);
  expect(tookMs).toBeLessThanOrEqual(5_000);
  const held = names(world).filter((name) => world.ports.pairStates.get(keyOf(name))?.holds[0]?.id === "h-1");
  expect(held.length).toBe(300);
  expect(lost(world, "progress events of holds were lost")).toEqual([
    expect.stringContaining("300 of 300: pair-000, "),
  ]);
});

test("its release of 300 pairs likewise", async () => {
  const world = createSilentWorld(300);
  await putAll(world, { id: "h-1", reason: "incident 7" });
  const query = "id=h-1&note=over";
  const release = call(world.ports, { route: "deleteHold", params: { pair: "all" }, query });
  const { result, tookMs } = await world.time(release);
  expect([
    result.status,
    names(world).filter((n) => world.ports.pairStates.get(keyOf(n))!.holds.length > 0),
  ]).toEqual([200, []]);
  expect(tookMs).toBeLessThanOrEqual(5_000);
});

test("whoever waits at the pairs is woken within the same budget, and the rest wake by their timers", async () => {
  const world = createSilentWorld(2);
  const { ports } = world;
  const waking = jest.spyOn(ports.promotions, "wake");
  jest.spyOn(ports.promotions, "read").mockImplementation(async (requestId) => {
    await ports.clock.sleep(1_000);
    return { waiting: { instanceId: `wait-${requestId}` } } as never;
  });
  for (const pair of names(world))
    for (let i = 0; i < 32; i++) {
      const line = { requestId: `r-${i}`, at: 1, maxQueued: 32, whenBusy: "wait" } as const;
      await ports.pairs.signal(keyOf(pair), { kind: "register", requestId: `r-${i}`, at: 1 });
      await ports.pairs.signal(keyOf(pair), { kind: "enqueue", ...line });
    }
  const { tookMs } = await putAll(world, { id: "h-1", reason: "incident 7" });
  expect(tookMs).toBeLessThanOrEqual(5_000);
  expect(waking.mock.calls.length).toBe(32);
  expect(lost(world, "promotions were not woken")).toEqual([expect.stringContaining("20 of 52: ")]);
});

test("a walk over 300 outcomes that cannot be published ends within a minute, with one slow publish, and tells what it left", async () => {
  const world = createSilentWorld(300);
  for (const pair of names(world)) await concluded(world, pair, `of-${pair}`);
  const reconciler = createReconciler(() => world.ports);
  const { tookMs } = await world.time(Promise.resolve(reconciler({} as Timer, context)));
  expect([world.given.length, world.mostAtOnce()]).toEqual([1, 1]);
  expect(tookMs).toBeLessThanOrEqual(60_000);
  expect(lost(world, "some pairs were not handled this time")).toEqual([
    expect.stringContaining("299 of 300"),
  ]);
  // What needs no broker is done all the same: everybody has left the line.
  const left = names(world).filter((name) => world.ports.pairStates.get(keyOf(name))!.registered[0]?.left);
  expect(left.length).toBe(300);
});

test("the next walk goes on where the last one stopped: another outcome is tried each minute, and all are told once the broker heals", async () => {
  const world = createSilentWorld(5);
  for (const pair of names(world)) await concluded(world, pair, `of-${pair}`);
  const reconciler = createReconciler(() => world.ports);
  const walk = () => world.time(Promise.resolve(reconciler({} as Timer, context)));
  for (let i = 0; i < 5; i++) await walk();
  expect(new Set(world.given).size).toBe(5);
  world.heals();
  await walk();
  expect(new Set(world.ports.published).size).toBe(5);
  expect(names(world).flatMap((name) => world.ports.pairStates.get(keyOf(name))!.registered)).toEqual([]);
});

test("of several outcomes at one pair the walks try one after the other", async () => {
  const world = createSilentWorld(1);
  for (const requestId of ["a", "b", "c"]) await concluded(world, "pair-000", requestId);
  const reconciler = createReconciler(() => world.ports);
  for (let i = 0; i < 3; i++) await world.time(Promise.resolve(reconciler({} as Timer, context)));
  expect(new Set(world.given).size).toBe(3);
});

test("a walk begins nothing any more when its time is up, and goes on there the next time", async () => {
  const world = createSilentWorld(100);
  const { ports } = world;
  const asked: string[] = [];
  const read = ports.pairs.read.bind(ports.pairs);
  let isSlow = true;
  jest.spyOn(ports.pairs, "read").mockImplementation(async (pair) => {
    asked.push(pair);
    if (isSlow) await ports.clock.sleep(9_000);
    return read(pair);
  });
  const reconciler = createReconciler(() => ports);
  const { tookMs } = await world.time(Promise.resolve(reconciler({} as Timer, context)));
  expect(tookMs).toBeLessThanOrEqual(60_000);
  const first = asked.splice(0);
  expect(first.length).toBeLessThan(100);
  isSlow = false;
  await world.time(Promise.resolve(reconciler({} as Timer, context)));
  const order = names(world);
  expect(asked[0]).toBe(order[(order.indexOf(first.at(-1)!) + 1) % order.length]);
});

test("sixty schedules that are due at once all start within a minute, whatever the broker does", async () => {
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
