import type { PairKey } from "../../../src/domain/pair-key";
import type { InvocationContext, Timer } from "@azure/functions";
import { reason } from "../../../src/domain/codes";
import { createJanitor } from "../../../src/triggers/janitor";
import { createFakePorts, type FakePorts } from "../../support/fake-ports";
import { aRequest, SHOP } from "../../support/observations";

async function enlisted(ports: FakePorts, requestId = "r-1"): Promise<void> {
  const at = ports.clock.now();
  const request = aRequest({ requestId });
  await ports.register({ requestId, contentHash: "h", request, origin: { channel: "queue" }, at });
  await ports.pairs.signal(SHOP, { kind: "enlist", requestId, at });
}

async function conclude(ports: FakePorts, outcome: "halted" | "promoted"): Promise<void> {
  const ending = { outcome, reason: reason("operation-failed", "x") };
  await ports.promotions.change("r-1", { kind: "conclude", ending, at: ports.clock.now() });
}

const sweep = (ports: FakePorts) =>
  createJanitor(() => ports)({} as Timer, {} as unknown as InvocationContext);

test("a run that is gone is started again after its grace, and an alert tells", async () => {
  const ports = createFakePorts();
  await enlisted(ports);
  await sweep(ports);
  expect(ports.runs.size).toBe(0);
  await ports.clock.sleep(3 * 60_000);
  await sweep(ports);
  expect([ports.runs.get("r-1"), ports.alerts]).toEqual(["live", ["run-lost"]]);
});

test("wherever the process dies after an outcome, sweeping again ends with the hold, one event id, and nobody enlisted", async () => {
  for (let crashAt = 0.5; crashAt <= 6; crashAt += 0.5) {
    const ports = createFakePorts();
    await enlisted(ports);
    await conclude(ports, "halted");
    ports.effects.length = 0;
    ports.crashAt = crashAt;
    for (let tick = 0; tick < 3; tick++) await sweep(ports);
    const pair = ports.pairStates.get("shop")!;
    expect({ holds: pair.holds.map((h) => h.id), enlisted: pair.enlisted }).toEqual({
      holds: ["halt-r-1"],
      enlisted: [],
    });
    expect(new Set(ports.published).size).toBe(1);
    expect(ports.ledger.get("r-1")?.announcedAt).toBeDefined();
  }
});

test("one promotion that cannot be looked after does not stop the others", async () => {
  const ports = createFakePorts();
  await enlisted(ports, "r-1");
  await enlisted(ports, "r-2");
  await ports.clock.sleep(3 * 60_000);
  const broken = {
    ...ports,
    promotions: {
      ...ports.promotions,
      startRun: (id: string) =>
        id === "r-1" ? Promise.reject(new Error("x")) : ports.promotions.startRun(id),
    },
  };
  await createJanitor(() => broken)({} as Timer, {} as unknown as InvocationContext);
  expect([...ports.runs.keys()]).toEqual(["r-2"]);
});

test("an outcome from outside the run is stored only after the pair bars every claim (world 9072)", async () => {
  const ports = createFakePorts();
  await enlisted(ports);
  ports.runs.set("r-1", "terminated");
  await sweep(ports);
  const barred = ports.effects.findIndex((effect) => effect.includes("cancel"));
  const stored = ports.effects.findIndex((effect) => effect.includes("conclude"));
  expect([barred >= 0, barred < stored]).toEqual([true, true]);
  expect(ports.ledger.get("r-1")?.conclusion).toMatchObject({ outcome: "cancelled" });
});

test("a promotion that claims while the janitor looks is not concluded by it", async () => {
  const ports = createFakePorts();
  await enlisted(ports);
  ports.runs.set("r-1", "terminated");
  const line = { kind: "stand-in-line", requestId: "r-1", at: 1, maxQueued: 9, whenBusy: "wait" } as const;
  await ports.pairs.signal(SHOP, line);
  await ports.pairs.signal(SHOP, { kind: "take-turn", requestId: "r-1", at: 1 });
  let looked = 0;
  const claim = {
    ...({ kind: "claim", requestId: "r-1", act: "forward", n: 1 } as const),
    ...{ nonce: "n", epoch: 1, planHash: "h", at: 1 },
  };
  const racing = {
    ...ports,
    pairs: {
      ...ports.pairs,
      read: async (pair: PairKey) => {
        const seen = await ports.pairs.read(pair);
        if (looked++ === 0) await ports.pairs.signal(SHOP, claim);
        return seen;
      },
    },
  };
  await createJanitor(() => racing)({} as Timer, {} as unknown as InvocationContext);
  expect(ports.ledger.get("r-1")?.conclusion).toBeUndefined();
  expect(ports.pairStates.get("shop")?.cancels).toEqual([]);
});
