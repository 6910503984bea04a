import fc from "fast-check";
import { reason } from "../../../../src/domain/kernel/reason-codes";
import { afterAttempt, afterProof, halted } from "../../../../src/domain/promotion/next-step";
import {
  type AttemptResult,
  type AttemptVerdict,
  type ClaimRefusal,
  isClaimRefusal,
  type Proof,
  shortVerdict,
} from "../../../../src/domain/swap/attempt";

/** Where the runbook goes from an attempt, row by row. */
const attempted = (verdict: AttemptVerdict, unknowns = 0) =>
  afterAttempt({ kind: "attempted", nonce: "n", verdict }, unknowns);
const nothingSent = (detail: string) => ({ nonce: "n", proof: { kind: "nothing-sent", detail } });

test("an attempt that another execution claimed is settled, not closed", () => {
  expect(afterAttempt({ kind: "claimed-elsewhere", nonce: "other" }, 0)).toEqual({
    next: { kind: "settle" },
  });
});

test("a claim that may not be stored is closed under its nonce and observed again", () => {
  expect(afterAttempt({ kind: "claim-unseen", nonce: "n" }, 0)).toEqual({
    next: { kind: "observe-again", detail: "the claim was not confirmed as stored" },
    close: nothingSent("the claim was not confirmed as stored"),
  });
});

test.each<[ClaimRefusal, object]>([
  ["on-hold", { kind: "wait-for-lease", detail: "d" }],
  ["not-holder", { kind: "wait-for-lease", detail: "d" }],
  ["stale-epoch", { kind: "wait-for-lease", detail: "d" }],
  ["attempt-open", { kind: "wait-for-lease", detail: "d" }],
  ["cancelled", { kind: "observe-again", detail: "d" }],
  ["attempt-closed", { kind: "observe-again", detail: "d" }],
  ["not-ordered", { kind: "observe-again", detail: "d" }],
  ["already-swapped", { kind: "verify", byUs: true }],
  ["attempts-exhausted", { kind: "end", ending: halted("attempts-exhausted", "d") }],
])("after the claim refusal %s comes %j", (code, next) => {
  expect(afterAttempt({ kind: "claim-refused", code, detail: "d" }, 0)).toMatchObject({ next });
  expect(isClaimRefusal(code)).toBe(true);
});

test("an answer that does not refuse a claim is recognized", () => {
  expect(["granted", "done", "released", ""].filter(isClaimRefusal)).toEqual([]);
});

test.each<[AttemptVerdict, number, object]>([
  [{ kind: "already", detail: "d" }, 0, { kind: "verify", byUs: false }],
  [{ kind: "foreign-state", detail: "d" }, 0, { kind: "end", ending: halted("foreign-state", "d") }],
  [{ kind: "not-approved", detail: "d" }, 0, { kind: "wait-for-lease", detail: "d" }],
  [{ kind: "window-closed", detail: "d" }, 0, { kind: "wait-for-window", detail: "d" }],
  [{ kind: "concluded", detail: "d" }, 0, { kind: "superseded" }],
  [{ kind: "stale-plan", detail: "d" }, 0, { kind: "plan-again", detail: "d" }],
  [
    { kind: "not-ready", detail: "d", retryAfterMs: 7 },
    0,
    { kind: "observe-again", detail: "d", afterMs: 7 },
  ],
  [{ kind: "withheld", detail: "d" }, 0, { kind: "observe-again", detail: "d" }],
])("an attempt that sent nothing (%j, %d lost before) is closed immediately", (verdict, unknowns, next) => {
  expect(attempted(verdict, unknowns)).toMatchObject({ next, close: nothingSent(verdict.kind) });
});

test("after a lost attempt, a target that is in production closes as done", () => {
  expect(attempted({ kind: "already", detail: "d" }, 1)).toEqual({
    next: { kind: "verify", byUs: true },
    close: { nonce: "n", proof: { kind: "done", detail: "a lost attempt took effect: d" } },
  });
});

test.each<AttemptVerdict>([
  { kind: "accepted", status: 202 },
  { kind: "busy", code: "c", detail: "d" },
  { kind: "throttled", detail: "d", retryAfterMs: 1 },
  { kind: "declined", status: 403, code: "c", detail: "d" },
  { kind: "unknown", detail: "d" },
])("an attempt that sent its PUT ($kind) is settled first", (verdict) => {
  expect(attempted(verdict)).toEqual({ next: { kind: "settle" } });
});

test.each([
  [undefined, 0],
  [7, 7],
])("an operation that asks for a wait of %s ms is checked after %d ms", (retryAfterMs, afterMs) => {
  const verdict: AttemptVerdict = { kind: "accepted", status: 202, followed: true, retryAfterMs };
  expect(attempted(verdict)).toEqual({ next: { kind: "settle", afterMs } });
});

test("the texts of a verdict are truncated", () => {
  const long: AttemptVerdict = {
    ...{ kind: "accepted", status: 202, retryAfterMs: 5 },
    ...{ detail: "d".repeat(301), correlationId: "c".repeat(65) },
  };
  const kept = { ...long, detail: `${"d".repeat(299)}…`, correlationId: `${"c".repeat(63)}…` };
  expect(shortVerdict(long)).toEqual(kept);
  expect(shortVerdict(long, 100)).toEqual({ ...kept, detail: `${"d".repeat(99)}…` });
  expect(shortVerdict({ kind: "accepted", status: 202 })).toEqual({ kind: "accepted", status: 202 });
});

test("a halt has the outcome halted, and a reason with a remedy", () => {
  expect(halted("foreign-state", "d")).toEqual({ outcome: "halted", reason: reason("foreign-state", "d") });
});

const done: Proof = { kind: "done", detail: "d" };
const none: Proof = { kind: "no-effect", detail: "d" };
const declined: AttemptVerdict = { kind: "declined", status: 403, code: "c", detail: "no" };

test.each<[string, Proof, AttemptVerdict | undefined, string | undefined, number, object]>([
  ["a proof of done", done, undefined, "failure", 2, { kind: "verify", byUs: true }],
  [
    "a failed operation",
    none,
    undefined,
    "Boom",
    0,
    { kind: "end", ending: halted("operation-failed", "Boom") },
  ],
  [
    "a refusal of the platform",
    none,
    declined,
    undefined,
    0,
    { kind: "end", ending: { outcome: "refused", reason: reason("declined-by-platform", "c: no") } },
  ],
  [
    "a busy platform",
    none,
    { kind: "busy", code: "c", detail: "b", retryAfterMs: 3 },
    undefined,
    2,
    { kind: "observe-again", detail: "b", afterMs: 3 },
  ],
  [
    "a throttled call",
    none,
    { kind: "throttled", detail: "t", retryAfterMs: 4 },
    undefined,
    2,
    { kind: "observe-again", detail: "t", afterMs: 4 },
  ],
  [
    "one lost attempt",
    none,
    { kind: "unknown", detail: "u" },
    undefined,
    1,
    { kind: "observe-again", detail: "d" },
  ],
  [
    "two lost attempts",
    none,
    undefined,
    undefined,
    2,
    { kind: "end", ending: halted("attempts-exhausted", "d") },
  ],
])("%s has its next step", (_what, proof, verdict, failure, unknowns, next) => {
  expect(afterProof(proof, verdict, failure, unknowns)).toMatchObject(next);
});

test("an attempt that may have sent its PUT is settled, and only others close at once", () => {
  const verdict = fc.constantFrom<AttemptVerdict>(
    { kind: "accepted", status: 202 },
    { kind: "busy", code: "c", detail: "d" },
    { kind: "throttled", detail: "d", retryAfterMs: 1 },
    { kind: "declined", status: 400, code: "c", detail: "d" },
    { kind: "unknown", detail: "d" },
    { kind: "already", detail: "d" },
    { kind: "foreign-state", detail: "d" },
    { kind: "stale-plan", detail: "d" },
    { kind: "not-ready", detail: "d" },
    { kind: "withheld", detail: "d" },
  );
  fc.assert(
    fc.property(verdict, fc.nat(3), (said, unknowns) => {
      const result: AttemptResult = { kind: "attempted", nonce: "n", verdict: said };
      const { next, close } = afterAttempt(result, unknowns);
      const sent = ["accepted", "busy", "throttled", "declined", "unknown"].includes(said.kind);
      expect(next.kind === "settle").toBe(sent);
      // A target that is held after a lost attempt is held by that attempt.
      const kind = said.kind === "already" && unknowns > 0 ? "done" : "nothing-sent";
      if (sent) expect(close).toBeUndefined();
      else expect(close).toMatchObject({ nonce: "n", proof: { kind } });
    }),
  );
});
