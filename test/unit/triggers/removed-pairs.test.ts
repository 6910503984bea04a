import type { InvocationContext, Timer } from "@azure/functions";
import { createScheduleTimes } from "../../../src/adapters/schedules";
import { createReconciler } from "../../../src/triggers/reconciler";
import { createScheduler } from "../../../src/triggers/scheduler";
import { createFakePorts, type FakePorts } from "../../support/fake-ports";
import { aPolicy, aRequest, keyOf, SHOP } from "../../support/observations";

/** Pairs that were taken out of the file, or renamed in it, as the timers find them. */
const MINUTE = 60_000;
const till = aPolicy({ name: "till" });
const sweep = (ports: FakePorts) =>
  createReconciler(() => ports)({} as Timer, {} as unknown as InvocationContext);
const tick = (ports: FakePorts) =>
  createScheduler(() => ports)({} as Timer, {} as unknown as InvocationContext);

/** A promotion of `shop` is under way, the reconciler has seen both pairs, and `shop` is taken out. */
async function removed(ports: FakePorts, run: "live" | "failed" = "live"): Promise<FakePorts> {
  const at = ports.clock.now();
  await ports.register({
    ...{ requestId: "r-1", contentHash: "h", request: aRequest(), origin: { channel: "queue" }, at },
  });
  await ports.pairs.signal(SHOP, { kind: "register", requestId: "r-1", at });
  ports.runs.set("r-1", run);
  await sweep(ports);
  ports.pairsFile = [till];
  await sweep(ports);
  await ports.clock.sleep(3 * MINUTE);
  return ports;
}
const both = () => createFakePorts([aPolicy(), till]);

test("what waits for a pair that is gone ends as refused, claims nothing, and says why", async () => {
  const ports = await removed(both());
  await sweep(ports);
  const { conclusion, announcedAt } = ports.record.get("r-1")!;
  expect([conclusion?.outcome, conclusion?.reason.code, announcedAt !== undefined]).toEqual([
    ...["refused", "pair-removed", true],
  ]);
  expect(conclusion?.reason.detail).toContain('the services of the pair "shop" are no longer in');
  expect(ports.pairStates.get(SHOP)).toMatchObject({ registered: [], holds: [] });
});

test("a host that has not read of a pair yet leaves alone what another one accepted for it", async () => {
  const ports = both();
  const at = ports.clock.now();
  const registration = { requestId: "r-1", contentHash: "h", request: aRequest(), at };
  await ports.register({ ...registration, origin: { channel: "queue" } });
  await ports.pairs.signal(SHOP, { kind: "register", requestId: "r-1", at });
  ports.runs.set("r-1", "live");
  for (let minute = 0; minute < 9; minute++) {
    ports.pairsFile = minute % 3 === 0 ? [aPolicy(), till] : [till];
    await sweep(ports);
    await ports.clock.sleep(MINUTE);
  }
  expect(ports.record.get("r-1")?.conclusion).toBeUndefined();
});

test("wherever the process dies, sweeping again ends with one event and nobody registered", async () => {
  for (let crashAt = 0.5; crashAt <= 7; crashAt += 0.5) {
    const ports = await removed(both());
    ports.effects.length = 0;
    ports.crashAt = crashAt;
    for (let i = 0; i < 3; i++) {
      await sweep(ports);
      // A run that lives is given its time to finish by itself.
      await ports.clock.sleep(3 * MINUTE).catch(() => undefined);
    }
    expect([crashAt, new Set(ports.published).size, ports.pairStates.get(SHOP)?.registered]).toEqual([
      crashAt,
      1,
      [],
    ]);
    expect(ports.record.get("r-1")?.conclusion?.reason.code).toBe("pair-removed");
  }
});

test("what was claimed is left to its run, and a run that is gone is started again", async () => {
  const ports = both();
  for (const op of [
    { kind: "register", requestId: "r-1", at: 1 },
    { kind: "enqueue", requestId: "r-1", at: 1, maxQueued: 9, whenBusy: "wait" },
    { kind: "acquire-lease", requestId: "r-1", at: 1 },
    ...[
      {
        kind: "claim",
        requestId: "r-1",
        direction: "forward",
        n: 1,
        nonce: "n",
        epoch: 1,
        planHash: "h",
        at: 1,
      },
    ],
  ] as const)
    await ports.pairs.signal(SHOP, op);
  await removed(ports, "failed");
  await sweep(ports);
  expect([ports.record.get("r-1")?.conclusion, ports.runs.get("r-1")]).toEqual([undefined, "live"]);
  expect(ports.pairStates.get(SHOP)?.open?.nonce).toBe("n");
});

test("a roster that cannot be read keeps nobody from looking after the pairs of the file", async () => {
  const ports = await removed(both());
  ports.pairsFile = [aPolicy(), till];
  ports.runs.set("r-1", "failed");
  jest.spyOn(ports.pairs, "readRoster").mockRejectedValue(new Error("storage"));
  await sweep(ports);
  expect(ports.runs.get("r-1")).toBe("live");
});

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

/** Ports whose clock stands where it is set. */
function at(ports: FakePorts, time: string): void {
  const now = Date.parse(`2026-11-24T${time}Z`);
  Object.assign(ports.clock, { now: () => now, monotonic: () => now });
}

test("renamed at the instant, with the start not noted yet: the promotion record has it, and it is not started twice", async () => {
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
