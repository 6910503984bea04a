import { applyToPair } from "../../../../src/domain/pair/operations";
import { reachOf, describeEffect } from "../../../../src/domain/pair/operator-actions";
import {
  emptyPair,
  type OpenAttempt,
  type PairOperation,
  type PairState,
} from "../../../../src/domain/pair/pair";
import type { AttemptVerdict } from "../../../../src/domain/swap/attempt";

const MINUTE = 60_000;
const swap = {
  claimWindowMs: MINUTE,
  putTimeoutMs: MINUTE,
  operationDeadlineMs: 15 * MINUTE,
  pollMs: 10_000,
};
const claimed = (over: Partial<OpenAttempt> = {}): Pick<PairState, "open"> => ({
  open: {
    ...{
      requestId: "r-1",
      direction: "forward",
      n: 1,
      nonce: "n",
      epoch: 1,
      planHash: "h",
      claimedAt: 1_000,
    },
    ...over,
  },
});

test("a hold with no claim has effect now", () => {
  expect(reachOf({}, swap, 5_000)).toEqual({ holdsFrom: 5_000 });
});

test("an earlier claim may send its PUT in its window and work until its deadline", () => {
  expect(reachOf(claimed(), swap, 5_000)).toEqual({
    holdsFrom: 1_000 + 2 * MINUTE,
    attempt: { requestId: "r-1", direction: "forward", claimedAt: 1_000, effectUntil: 1_000 + 17 * MINUTE },
  });
});

test("an unproved attempt sends nothing after that time: the hold has effect now", () => {
  expect(reachOf(claimed(), swap, 30 * MINUTE).holdsFrom).toBe(30 * MINUTE);
});

test.each<[AttemptVerdict["kind"], boolean]>([
  ["accepted", true],
  ["unknown", true],
  ["busy", false],
  ["declined", false],
  ["withheld", false],
  ["already", false],
])("after the report %s nothing more is sent; whether an effect may show: %s", (kind, may) => {
  const reach = reachOf(claimed({ verdict: { kind, detail: "" } as AttemptVerdict }), swap, 5_000);
  expect([reach.holdsFrom, reach.attempt !== undefined]).toEqual([5_000, may]);
});

test("a hold does not stop a rollback: it is named, and no forward swap waits for it", () => {
  expect(reachOf(claimed({ direction: "rollback" }), swap, 5_000)).toMatchObject({
    holdsFrom: 5_000,
    attempt: { direction: "rollback" },
  });
});

test("no forward swap is claimed after a hold, so none outlasts the announced end", () => {
  const at = 10_000;
  const play = (...operations: readonly PairOperation[]) =>
    operations.reduce((state, op) => applyToPair(state, op).state, emptyPair);
  const withLease: readonly PairOperation[] = [
    { kind: "register", requestId: "r-1", at },
    { kind: "enqueue", requestId: "r-1", at, maxQueued: 9, whenBusy: "wait" },
    { kind: "acquire-lease", requestId: "r-1", at },
  ];
  const claim = { kind: "claim", requestId: "r-1", n: 1, nonce: "n", epoch: 1, planHash: "h" } as const;
  const hold = {
    kind: "hold",
    hold: { id: "h", at, by: "Olga", reason: { code: "on-hold", detail: "", remedy: "" } },
  } as const;
  const late = play(...withLease, hold, { ...claim, direction: "forward", at });
  expect(reachOf(late, swap, at)).toEqual({ holdsFrom: at });
  const early = play(...withLease, { ...claim, direction: "forward", at }, hold);
  expect(reachOf(early, swap, at).holdsFrom).toBe(at + 2 * MINUTE);
});

test("the effect of a hold names what it does not stop", () => {
  const order = { id: "o", cause: "person", by: "Olga", note: "bad", at: 1 } as const;
  const swapped = { direction: "forward", at: 1, detail: "" } as const;
  const lease = { holder: "r-1", epoch: 1, since: 1, closed: 1, unknowns: 0, swapped, order };
  const described = "the rollback of r-1 continues: a hold does not stop it";
  expect(describeEffect({ ...emptyPair, lease })).toBe(described);
  expect(describeEffect({ ...emptyPair, lease, ...claimed({ direction: "rollback" }) })).toBe(described);
});
