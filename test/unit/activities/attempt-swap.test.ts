import { type AttemptInput, attemptSwap } from "../../../src/activities/attempt-swap";
import { followOperation } from "../../../src/activities/follow-operation";
import { applyToPair } from "../../../src/domain/pair/operations";
import type { Side } from "../../../src/domain/kernel/swap-request";
import type { PairState } from "../../../src/domain/pair/pair";
import { decidePlan } from "../../../src/domain/plan/planning";
import type { OperationAddress, SwapReply } from "../../../src/domain/swap/attempt";
import type { Ports } from "../../../src/ports/ports";
import { Crash, createFakePorts } from "../../support/fake-ports";
import {
  aPair,
  aPolicy,
  aRequest,
  aService,
  found,
  NOW,
  SHOP,
  someInstances,
} from "../../support/observations";

/** What becomes of the operation that a swap began, whatever dies on the way. */
const address: OperationAddress = {
  url: `https://management.azure.com/operations/1?s=${"s".repeat(12_000)}`,
  style: "azure-async-operation",
};
const accepted: SwapReply = { kind: "accepted", status: 202, operation: address, retryAfterMs: 10_000 };

function planned() {
  const common = { request: aRequest(), policy: aPolicy(), observed: aPair(), now: NOW };
  const verdict = decidePlan({ ...common, digest: (text: string) => text });
  if (verdict.kind !== "planned") throw new Error(verdict.kind);
  return verdict.plan;
}

/** The holder of the lease attempts its swap, which is answered so. */
function attempting(reply: SwapReply, states: Partial<Record<Side, readonly string[]>> = {}) {
  const fake = createFakePorts();
  const plan = planned();
  const requestId = "r-1";
  let pair: PairState | undefined;
  for (const op of [
    { kind: "register", requestId, at: NOW },
    { kind: "enqueue", requestId, at: NOW, maxQueued: 1, whenBusy: "wait" },
    { kind: "acquire-lease", requestId, at: NOW },
  ] as const)
    pair = applyToPair(pair, op).state;
  fake.pairStates.set("shop", pair!);
  let puts = 0;
  const readAfterClaim: boolean[] = [];
  const ports: Ports = {
    ...fake,
    cloudServices: {
      ...fake.cloudServices,
      readService: (id) => Promise.resolve(found(aService(id === plan.incoming.id ? "green" : "blue"))),
      readInstances: (id) => {
        const side = id === plan.incoming.id ? "green" : "blue";
        return Promise.resolve(found(someInstances(side, states[side])));
      },
      requestSwap: () => {
        puts++;
        return Promise.resolve(reply);
      },
      readOperation: () => Promise.resolve({ kind: "succeeded" }),
    },
    promotions: {
      ...fake.promotions,
      read: () => {
        readAfterClaim.push(fake.pairStates.get("shop")?.open !== undefined);
        return Promise.resolve({
          ...{ v: 1, requestId, request: aRequest(), origin: { channel: "queue" } },
        } as never);
      },
    },
  };
  const input = {
    requestId,
    pair: "shop",
    pairKey: SHOP,
    direction: "forward",
    n: 1,
    epoch: 1,
    plan,
  };
  const attempt = (asked: AttemptInput["asked"] = { passWindow: true }) =>
    attemptSwap({ ...input, direction: "forward", asked } as const, ports);
  return { fake, ports, attempt, readAfterClaim, puts: () => puts };
}

test("reads the promotion record after the claim is granted, so a cancel counts", async () => {
  const { attempt, readAfterClaim, puts } = attempting(accepted);
  await attempt();
  expect([readAfterClaim, puts()]).toEqual([[true], 1]);
});

test.each([
  ["a promotion", false],
  ["an operator's, who passes the deployment window", true],
])("an attempt of %s sends nothing once its request has expired", async (_whose, passWindow) => {
  const { attempt, puts, fake } = attempting(accepted);
  const now = fake.clock.now();

  const late = await attempt({ expiresAt: now, passWindow });

  expect(late).toMatchObject({
    verdict: { kind: "window-closed", detail: expect.stringContaining("the request has expired") },
  });
  expect(puts()).toBe(0);
  expect(await attempting(accepted).attempt({ expiresAt: now + 1_000, passWindow })).toMatchObject({
    verdict: { kind: "accepted" },
  });
});

test.each(["green", "blue"] as const)("sends nothing while an instance of %s is stopped", async (side) => {
  const { attempt, puts } = attempting(accepted, { [side]: ["Started", "Stopped"] });
  expect(await attempt()).toMatchObject({ verdict: { kind: "not-ready" } });
  expect(puts()).toBe(0);
});

test("keeps the operation's address before the verdict, and outside verdict and pair", async () => {
  const { attempt, fake } = attempting(accepted);
  const result = await attempt();
  expect(result).toMatchObject({
    kind: "attempted",
    verdict: { kind: "accepted", status: 202, followed: true, retryAfterMs: 10_000 },
  });
  expect(fake.effects).toEqual(["claim", "operation begun", "report"]);
  expect([...fake.operationStates.values()]).toEqual([{ v: 1, n: 0, at: address }]);
  expect(JSON.stringify([result, ...fake.pairStates.values()])).not.toContain("sss");
});

test("the next run finds the operation of a crashed attempt by its nonce", async () => {
  const { attempt, fake, ports, puts } = attempting(accepted);
  fake.crashAt = 2;
  await attempt().catch((fault: unknown) => {
    if (!(fault instanceof Crash)) throw fault;
  });
  const open = fake.pairStates.get("shop")!.open!;
  expect(await followOperation({ nonce: open.nonce, named: false }, ports)).toEqual({ kind: "succeeded" });
  expect(await attempt()).toEqual({ kind: "claimed-elsewhere", nonce: open.nonce });
  expect(puts()).toBe(1);
});

test("a reply without an address to follow has the reason, and nothing is polled", async () => {
  const detail = "the operation's URL has 13000 characters, more than 12288, and is not followed";
  const { attempt, fake } = attempting({ kind: "accepted", status: 202, detail });
  expect(await attempt()).toMatchObject({ verdict: { kind: "accepted", detail } });
  expect(fake.pairStates.get("shop")?.open?.verdict).toEqual({ kind: "accepted", status: 202, detail });
  expect(fake.operationStates.size).toBe(0);
});

test("a brief storage fault loses no address; a lasting one is in the verdict", async () => {
  for (const [failures, expected] of [
    [2, { followed: true }],
    [99, { detail: "the operation is not followed: its address could not be stored" }],
  ] as const) {
    const { ports, fake } = attempting(accepted);
    let left: number = failures;
    const signal: Ports["operations"]["signal"] = (...args) =>
      left-- > 0 ? Promise.reject(new Error("storage is down")) : fake.operations.signal(...args);
    const plan = planned();
    const input = {
      requestId: "r-1",
      pair: "shop",
      pairKey: SHOP,
      direction: "forward",
      n: 1,
      epoch: 1,
      plan,
    } as const;
    const operations = { ...fake.operations, signal };
    const result = await attemptSwap({ ...input, asked: { passWindow: true } }, { ...ports, operations });
    expect(result).toMatchObject({ kind: "attempted", verdict: { kind: "accepted", ...expected } });
  }
});

/** The clocks of a process, as they may differ: they begin to run apart when the claim is sent, or when services are read. */
interface Apart {
  readonly grantedAfterMs?: number;
  readonly readsTakeMs?: number;
  readonly wallJumpsMs?: number;
  readonly monotonicJumpsMs?: number;
}

function attemptingBy({ grantedAfterMs = 0, readsTakeMs = 0, wallJumpsMs = 0, monotonicJumpsMs = 0 }: Apart) {
  const { ports, puts } = attempting(accepted);
  const time = { wall: 0, monotonic: 0 };
  const pass = (ms: number) => {
    time.wall += ms;
    time.monotonic += ms;
  };
  const read = (id: string) => ports.cloudServices.readInstances(id);
  const apart: Ports = {
    ...ports,
    clock: {
      now: () => NOW + time.wall,
      monotonic: () => time.monotonic,
      sleep: (ms) => {
        pass(ms);
        return Promise.resolve();
      },
    },
    pairs: {
      ...ports.pairs,
      signal: async (...args) => {
        await ports.pairs.signal(...args);
        if (args[1].kind === "claim") pass(grantedAfterMs);
      },
    },
    cloudServices: {
      ...ports.cloudServices,
      readInstances: async (id) => {
        const list = await read(id);
        pass(readsTakeMs / 2);
        time.wall += wallJumpsMs / 2;
        time.monotonic += monotonicJumpsMs / 2;
        return list;
      },
    },
  };
  const input = {
    requestId: "r-1",
    pair: "shop",
    pairKey: SHOP,
    direction: "forward",
    n: 1,
    epoch: 1,
    plan: planned(),
  } as const;
  return { attempt: () => attemptSwap({ ...input, asked: { passWindow: true } }, apart), puts };
}

test.each<[string, Apart, boolean]>([
  ["50 s until the grant and reads of 9 s", { grantedAfterMs: 50_000, readsTakeMs: 9_000 }, true],
  ["50 s until the grant and reads of 20 s", { grantedAfterMs: 50_000, readsTakeMs: 20_000 }, false],
  ["a wall clock that jumps ahead by 61 s during the reads", { wallJumpsMs: 61_000 }, false],
  ["a wall clock that jumps back by 61 s during the reads", { wallJumpsMs: -61_000 }, false],
  ["61 s by the monotonic clock alone", { monotonicJumpsMs: 61_000 }, false],
  ["59 s by both clocks", { readsTakeMs: 59_000 }, true],
])(
  "the claim window counts from the start of the execution, by both clocks: %s",
  async (_what, apart, sends) => {
    const { attempt, puts } = attemptingBy(apart);
    const result = await attempt();
    expect(puts()).toBe(sends ? 1 : 0);
    expect(result).toMatchObject({
      kind: "attempted",
      verdict: sends
        ? { kind: "accepted" }
        : { kind: "withheld", detail: "the claim window had passed before the PUT" },
    });
  },
);
