import { reason } from "../kernel/reason-codes";
import { type AttemptResult, type AttemptVerdict, MOST_LOST, type Proof } from "../swap/attempt";
import type { Ending } from "./state";

/** The next step of the run after an attempt. */
export type Next =
  /** `afterMs`: the time before the first poll that Azure asks for. */
  | { readonly kind: "settle"; readonly afterMs?: number }
  | { readonly kind: "verify"; readonly byUs: boolean }
  | { readonly kind: "observe-again"; readonly detail: string; readonly afterMs?: number }
  | { readonly kind: "wait-for-lease"; readonly detail: string }
  | { readonly kind: "wait-for-window"; readonly detail: string }
  | { readonly kind: "plan-again"; readonly detail: string }
  | { readonly kind: "end"; readonly ending: Ending }
  /** An outcome is already stored, so this run ends. */
  | { readonly kind: "superseded" };

/** The next step, and the proof that closes an attempt that sent nothing. */
export interface AfterAttempt {
  readonly next: Next;
  readonly close?: { readonly nonce: string; readonly proof: Proof };
}

/** Decides from the result of the attempt activity. An attempt that sent its PUT is settled by reads first. */
export function afterAttempt(result: AttemptResult, unknowns: number): AfterAttempt {
  switch (result.kind) {
    case "claimed-elsewhere":
      return { next: { kind: "settle" } };
    case "claim-unseen": {
      const proof: Proof = { kind: "nothing-sent", detail: "the claim was not confirmed as stored" };
      return { next: { kind: "observe-again", detail: proof.detail }, close: { nonce: result.nonce, proof } };
    }
    case "claim-refused":
      return { next: afterRefusal(result) };
    case "attempted":
      return afterVerdict(result.nonce, result.verdict, unknowns);
  }
}

function afterRefusal(refusal: Extract<AttemptResult, { kind: "claim-refused" }>): Next {
  switch (refusal.code) {
    case "on-hold":
    case "not-holder":
    case "stale-epoch":
    case "attempt-open":
      return { kind: "wait-for-lease", detail: refusal.detail };
    case "cancelled":
    case "attempt-closed":
    case "not-ordered":
      return { kind: "observe-again", detail: refusal.detail };
    case "already-swapped":
      return { kind: "verify", byUs: true };
    case "attempts-exhausted":
      return { kind: "end", ending: halted("attempts-exhausted", refusal.detail) };
  }
}

function afterVerdict(nonce: string, verdict: AttemptVerdict, unknowns: number): AfterAttempt {
  const close = { nonce, proof: { kind: "nothing-sent", detail: verdict.kind } as const };
  switch (verdict.kind) {
    case "already": {
      // After a lost attempt this is our own effect, not somebody else's swap.
      if (unknowns === 0) return { close, next: { kind: "verify", byUs: false } };
      const proof: Proof = { kind: "done", detail: `a lost attempt took effect: ${verdict.detail}` };
      return { close: { nonce, proof }, next: { kind: "verify", byUs: true } };
    }
    case "foreign-state":
      return { close, next: { kind: "end", ending: halted("foreign-state", verdict.detail) } };
    case "window-closed":
      return { close, next: { kind: "wait-for-window", detail: verdict.detail } };
    case "stale-plan":
      return { close, next: { kind: "plan-again", detail: verdict.detail } };
    case "not-approved":
      return { close, next: { kind: "wait-for-lease", detail: verdict.detail } };
    case "concluded":
      return { close, next: { kind: "superseded" } };
    case "not-ready":
      return {
        close,
        next: { kind: "observe-again", detail: verdict.detail, afterMs: verdict.retryAfterMs },
      };
    case "withheld":
      return { close, next: { kind: "observe-again", detail: verdict.detail } };
    case "accepted":
      return {
        next: verdict.followed ? { kind: "settle", afterMs: verdict.retryAfterMs ?? 0 } : { kind: "settle" },
      };
    case "busy":
    case "throttled":
    case "declined":
    case "unknown":
      return { next: { kind: "settle" } };
  }
}

/** The next step after a proof. `unknowns` counts the lost attempts, this one included. */
export function afterProof(
  proof: Proof,
  verdict: AttemptVerdict | undefined,
  failure: string | undefined,
  unknowns: number,
): Next {
  if (proof.kind === "done") return { kind: "verify", byUs: true };
  if (failure !== undefined) return { kind: "end", ending: halted("operation-failed", failure) };
  switch (verdict?.kind) {
    case "declined":
      return {
        kind: "end",
        ending: {
          outcome: "refused",
          reason: reason("declined-by-platform", `${verdict.code}: ${verdict.detail}`),
        },
      };
    case "busy":
    case "throttled":
      return { kind: "observe-again", detail: verdict.detail, afterMs: verdict.retryAfterMs };
    default:
      return unknowns >= MOST_LOST
        ? { kind: "end", ending: halted("attempts-exhausted", proof.detail) }
        : { kind: "observe-again", detail: proof.detail };
  }
}

export function halted(
  code:
    | "foreign-state"
    | "operation-failed"
    | "outcome-unproved"
    | "attempts-exhausted"
    | "verification-failed"
    | "soak-unmeasurable"
    | "rollback-failed"
    | "regression-irreversible"
    | "regression-kept",
  detail: string,
): Ending {
  return { outcome: "halted", reason: reason(code, detail) };
}
