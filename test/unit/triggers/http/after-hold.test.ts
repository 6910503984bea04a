import { call } from "../../../support/api-call";
import { keyOf } from "../../../support/observations";
import { createSilentWorld, type SilentWorld } from "../../../support/silent-broker";

/** A broker that accepts connections and never answers must not delay holds, and timers only briefly. */

const names = ({ ports }: SilentWorld) => ports.policies.all().map(({ name }) => name);

const lost = ({ logged }: SilentWorld, message: string) =>
  logged.filter((line) => line.startsWith(`warn ${message}`));

const putAll = (world: SilentWorld, body: object) =>
  world.time(call(world.ports, { route: "putHold", params: { pair: "all" }, body }));

test("a hold of 300 pairs answers within 5 s, and one line names what was lost", async () => {
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

test("waiting runs are woken within the same budget; the rest wake by their timers", async () => {
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
