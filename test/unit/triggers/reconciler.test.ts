import type { InvocationContext, Timer } from "@azure/functions";
import type { PairKey } from "../../../src/domain/kernel/pair-key";
import { reason } from "../../../src/domain/kernel/reason-codes";
import { createReconciler } from "../../../src/triggers/reconciler";
import { createFakePorts, type FakePorts } from "../../support/fake-ports";
import { aRequest, SHOP } from "../../support/observations";

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

test("a run that is gone is started again after its grace, and an alert tells", async () => {
  const ports = createFakePorts();
  await registered(ports);
  await sweep(ports);
  expect(ports.runs.size).toBe(0);
  await ports.clock.sleep(3 * 60_000);
  await sweep(ports);
  expect([ports.runs.get("r-1"), ports.alerts]).toEqual(["live", ["run-lost"]]);
});

test("wherever the process dies after an outcome, sweeping again ends with the hold, one event id, and nobody registered", async () => {
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

test("one promotion that cannot be looked after does not stop the others", async () => {
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

test("an outcome from outside the run is stored only after the pair bars every claim (world 9072)", async () => {
  const ports = createFakePorts();
  await registered(ports);
  ports.runs.set("r-1", "terminated");
  await sweep(ports);
  const barred = ports.effects.findIndex((effect) => effect.includes("cancel"));
  const stored = ports.effects.findIndex((effect) => effect.includes("conclude"));
  expect([barred >= 0, barred < stored]).toEqual([true, true]);
  expect(ports.record.get("r-1")?.conclusion).toMatchObject({ outcome: "cancelled" });
});

test("a promotion that claims while the reconciler looks is not concluded by it", async () => {
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
