import type { InvocationContext, Timer } from "@azure/functions";
import type { PairKey } from "../../../src/domain/kernel/pair-key";
import { reason } from "../../../src/domain/kernel/reason-codes";
import { createReconciler } from "../../../src/triggers/reconciler";
import { createFakePorts, type FakePorts } from "../../support/fake-ports";
import { aRequest, SHOP, aPolicy } from "../../support/observations";

async function registered(ports: FakePorts, requestId = "r-1"): Promise<void> {
  const at = ports.clock.now();
  const request = aRequest({ requestId });
  await ports.register({ requestId, contentHash: "h", request, origin: { channel: "queue" }, at });
  await ports.pairs.signal(SHOP, { kind: "register", requestId, at });
}

async function conclude(ports: FakePorts, outcome: "halted" | "promoted"): Promise<void> {
  const ending = { outcome, reason: reason("operation-failed", "x") };
  await ports.promotions.change("r-1", { kind: "conclude", ending, at: ports.clock.now() });
}

const sweep = (ports: FakePorts) =>
  createReconciler(() => ports)({} as Timer, {} as unknown as InvocationContext);

test("a lost run is started again after its grace, with an alert", async () => {
  const ports = createFakePorts();
  await registered(ports);
  await sweep(ports);
  expect(ports.runs.size).toBe(0);
  await ports.clock.sleep(3 * 60_000);
  await sweep(ports);
  expect([ports.runs.get("r-1"), ports.alerts]).toEqual(["live", ["run-lost"]]);
});

test("after a crash anywhere, sweeps end with the hold, one event and no registration", async () => {
  for (let crashAt = 0.5; crashAt <= 6; crashAt += 0.5) {
    const ports = createFakePorts();
    await registered(ports);
    await conclude(ports, "halted");
    ports.effects.length = 0;
    ports.crashAt = crashAt;
    for (let tick = 0; tick < 3; tick++) await sweep(ports);
    const pair = ports.pairStates.get("shop")!;
    expect({ holds: pair.holds.map((h) => h.id), registered: pair.registered }).toEqual({
      holds: ["halt-r-1"],
      registered: [],
    });
    expect(new Set(ports.published).size).toBe(1);
    expect(ports.record.get("r-1")?.announcedAt).toBeDefined();
  }
});

test("one promotion that fails to be reconciled does not stop the others", async () => {
  const ports = createFakePorts();
  await registered(ports, "r-1");
  await registered(ports, "r-2");
  await ports.clock.sleep(3 * 60_000);
  const broken = {
    ...ports,
    promotions: {
      ...ports.promotions,
      startRun: (id: string) =>
        id === "r-1" ? Promise.reject(new Error("x")) : ports.promotions.startRun(id),
    },
  };
  await createReconciler(() => broken)({} as Timer, {} as unknown as InvocationContext);
  expect([...ports.runs.keys()]).toEqual(["r-2"]);
});

test("an outcome from outside the run is stored once the pair bars claims (world 9072)", async () => {
  const ports = createFakePorts();
  await registered(ports);
  ports.runs.set("r-1", "terminated");
  await sweep(ports);
  const barred = ports.effects.findIndex((effect) => effect.includes("cancel"));
  const stored = ports.effects.findIndex((effect) => effect.includes("conclude"));
  expect([barred >= 0, barred < stored]).toEqual([true, true]);
  expect(ports.record.get("r-1")?.conclusion).toMatchObject({ outcome: "cancelled" });
});

test("the reconciler does not conclude a promotion that claims during its check", async () => {
  const ports = createFakePorts();
  await registered(ports);
  ports.runs.set("r-1", "terminated");
  const line = { kind: "enqueue", requestId: "r-1", at: 1, maxQueued: 9, whenBusy: "wait" } as const;
  await ports.pairs.signal(SHOP, line);
  await ports.pairs.signal(SHOP, { kind: "acquire-lease", requestId: "r-1", at: 1 });
  let checked = 0;
  const claim = {
    ...({ kind: "claim", requestId: "r-1", direction: "forward", n: 1 } as const),
    ...{ nonce: "n", epoch: 1, planHash: "h", at: 1 },
  };
  const racing = {
    ...ports,
    pairs: {
      ...ports.pairs,
      read: async (pair: PairKey) => {
        const seen = await ports.pairs.read(pair);
        if (checked++ === 0) await ports.pairs.signal(SHOP, claim);
        return seen;
      },
    },
  };
  await createReconciler(() => racing)({} as Timer, {} as unknown as InvocationContext);
  expect(ports.record.get("r-1")?.conclusion).toBeUndefined();
  expect(ports.pairStates.get("shop")?.cancels).toEqual([]);
});

test("a pair whose pair coordinator cannot be read does not stop the other pairs", async () => {
  const ports = createFakePorts([aPolicy({ name: "broken" }), aPolicy()]);
  const at = ports.clock.now();
  const request = aRequest({ requestId: "r-1" });
  const registration = {
    requestId: "r-1",
    contentHash: "h",
    request,
    origin: { channel: "queue" },
    at,
  } as const;
  await ports.register(registration);
  await ports.pairs.signal(SHOP, { kind: "register", requestId: "r-1", at });
  await ports.clock.sleep(3 * 60_000);
  const read = ports.pairs.read.bind(ports.pairs);
  jest
    .spyOn(ports.pairs, "read")
    .mockImplementation((pair) => (pair === "broken" ? Promise.reject(new Error("storage")) : read(pair)));
  await sweep(ports);
  expect(ports.runs.get("r-1")).toBe("live");
});

/** Pairs that were taken out of the file, or renamed in it, as the reconciler finds them. */
const MINUTE = 60_000;

const till = aPolicy({ name: "till" });

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

test("a host that does not know a pair yet leaves its promotions alone", async () => {
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

test("after a crash anywhere, sweeps end with one event and no registration", async () => {
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

test("an unreadable roster does not stop the reconciler for the pairs of the file", async () => {
  const ports = await removed(both());
  ports.pairsFile = [aPolicy(), till];
  ports.runs.set("r-1", "failed");
  jest.spyOn(ports.pairs, "readRoster").mockRejectedValue(new Error("storage"));
  await sweep(ports);
  expect(ports.runs.get("r-1")).toBe("live");
});
