import type { InvocationContext, Timer } from "@azure/functions";
import { reason } from "../../../src/domain/kernel/reason-codes";
import { createReconciler } from "../../../src/triggers/reconciler";
import { aRequest, keyOf } from "../../support/observations";
import { createSilentWorld, type SilentWorld } from "../../support/silent-broker";

/** A broker that accepts connections and never answers must not delay holds, and timers only briefly. */

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

test("a walk over 300 unpublishable outcomes ends within a minute and names the rest", async () => {
  const world = createSilentWorld(300);
  for (const pair of names(world)) await concluded(world, pair, `of-${pair}`);
  const reconciler = createReconciler(() => world.ports);
  const { tookMs } = await world.time(Promise.resolve(reconciler({} as Timer, context)));
  expect([world.given.length, world.mostAtOnce()]).toEqual([1, 1]);
  expect(tookMs).toBeLessThanOrEqual(60_000);
  expect(lost(world, "some pairs were not handled this time")).toEqual([
    expect.stringContaining("299 of 300"),
  ]);
  // What needs no broker is done all the same: every promotion has left the queue.
  const left = names(world).filter((name) => world.ports.pairStates.get(keyOf(name))!.registered[0]?.left);
  expect(left.length).toBe(300);
});

test("each walk tries another outcome, and all are published once the broker heals", async () => {
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

test("a walk starts nothing when its time is up, and the next one continues there", async () => {
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
