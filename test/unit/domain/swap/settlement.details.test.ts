import { defaultPolicy } from "../../../../src/domain/policy/policy";
import type { AttemptVerdict, OperationRead } from "../../../../src/domain/swap/attempt";
import { decideSettlement, proofSpan, settlementDeadline } from "../../../../src/domain/swap/settlement";
import { aService, found, NOW } from "../../../support/observations";

/** The details of a settlement, and its exact spans. */
const { swap } = defaultPolicy;
const before = { incoming: found(aService("green")), outgoing: found(aService("blue")) };
const after = {
  incoming: found(aService("green", { slot: "production" })),
  outgoing: found(aService("blue", { slot: "staging" })),
};
const accepted: AttemptVerdict = { kind: "accepted", status: 202 };
const running: OperationRead = { kind: "running" };

function settle(
  check: { observed?: typeof before; verdict?: AttemptVerdict; operation?: OperationRead },
  at = NOW,
  beforeSince?: number,
) {
  const memory =
    beforeSince === undefined ? { startedAt: NOW } : { startedAt: NOW, beforeSince, checkedAt: at };
  return decideSettlement(memory, { observed: undefined, ...check, now: at }, swap);
}

test("the span of proof is claim window, PUT timeout and operation deadline", () => {
  expect(proofSpan(swap)).toBe(17 * 60_000);
  expect(settlementDeadline(swap, NOW)).toBe(NOW + 32 * 60_000);
});

test.each<[string, AttemptVerdict | undefined, OperationRead | undefined, string]>([
  ["no reply", undefined, undefined, 'no reply was recorded; slots read "before"'],
  ["a reply", accepted, undefined, 'reply: accepted; slots read "before"'],
  ["an operation", accepted, running, 'operation running; slots read "before"'],
])("an unproved attempt is described by %s and the slots", (_what, verdict, operation, detail) => {
  const check = { observed: before, ...(verdict ? { verdict } : {}), ...(operation ? { operation } : {}) };
  expect(settle(check)).toMatchObject({ kind: "not-yet", detail });
});

test("without a read of the services only the operation is described", () => {
  const described = settle({ verdict: accepted, operation: { kind: "running", retryAfterMs: 9_000 } });
  expect(described).toEqual({
    kind: "not-yet",
    memory: { startedAt: NOW },
    detail: "operation running",
    retryAfterMs: 9_000,
  });
});

test("a failed operation is named by its code while the services are not settled", () => {
  const unsettled = { ...before, incoming: found(aService("green", { provisioningState: "Updating" })) };
  const operation: OperationRead = { kind: "failed", code: "Boom", detail: "d" };
  expect(settle({ observed: unsettled, verdict: accepted, operation })).toMatchObject({
    kind: "not-yet",
    detail: 'operation failed (Boom); slots read "before"',
    retryAfterMs: undefined,
  });
});

test("a failed operation with the state before closes the attempt, with its failure", () => {
  const operation: OperationRead = { kind: "failed", code: "Boom", detail: "d" };
  expect(settle({ observed: before, verdict: accepted, operation })).toEqual({
    kind: "closed",
    proof: { kind: "no-effect", detail: "the operation failed; slots read as before" },
    failure: "Boom: d",
  });
});

test.each<AttemptVerdict>([
  { kind: "busy", code: "409", detail: "d" },
  { kind: "throttled", detail: "d", retryAfterMs: 1 },
  { kind: "declined", status: 403, code: "c", detail: "d" },
])("a definite refusal ($kind) with the state before closes the attempt immediately", (verdict) => {
  expect(settle({ observed: before, verdict })).toEqual({
    kind: "closed",
    proof: { kind: "no-effect", detail: `${verdict.kind}; slots read as before` },
  });
});

test("the state before, for the whole span, closes a lost attempt", () => {
  expect(settle({ observed: before }, NOW + 18 * 60_000, NOW + 60_000)).toEqual({
    kind: "closed",
    proof: { kind: "no-effect", detail: "slots read as before for 1020 s" },
  });
});

test("exchanged slots close the attempt as done", () => {
  expect(settle({ observed: after, verdict: accepted, operation: { kind: "succeeded" } })).toEqual({
    kind: "closed",
    proof: { kind: "done", detail: "both services read: slots exchanged" },
  });
});

test("exactly at the deadline the attempt ends unproved, with the last reading", () => {
  const deadline = settlementDeadline(swap, NOW);
  const check = { observed: before, verdict: accepted, operation: running };
  expect(settle(check, deadline - 1)).toMatchObject({ kind: "not-yet" });
  expect(settle(check, deadline)).toEqual({
    kind: "unproved",
    detail: 'after the deadline the slots still read "before" (operation running)',
  });
  expect(settle({ verdict: accepted }, deadline)).toMatchObject({
    detail: 'after the deadline the slots still read "not read" (reply: accepted)',
  });
});
