import type { PairPolicy } from "../policy/policy";
import type { AttemptVerdict, OperationEnd, Proof } from "./attempt";
import { isEnd, type OperationSeen } from "./operation";
import { areSettled, slotState, type ObservedState } from "./verification";

/** What is remembered between two looks at an open attempt. */
export interface SettlementMemory {
  readonly startedAt: number;
  /**
   * Since when every read showed the state before the swap, with provisioning Succeeded on both sides; moved by what
   * the clock cannot have gone on between two looks.
   */
  readonly beforeSince?: number;
  /** When the services were last read. */
  readonly checkedAt?: number;
  /** How the operation ended: it is asked no more. */
  readonly ended?: OperationEnd;
}

export interface SettlementCheck {
  /** What the winner of the claim reported; absent when it has not, or never will. */
  readonly verdict?: AttemptVerdict;
  readonly operation?: OperationSeen;
  /** Absent when the services were not read, because the operation is under way. */
  readonly observed?: Pick<ObservedState, "incoming" | "outgoing">;
  readonly now: number;
}

export type SettlementDecision =
  | { readonly kind: "closed"; readonly proof: Proof; readonly failure?: string }
  | { readonly kind: "unproved"; readonly detail: string }
  | {
      readonly kind: "not-yet";
      readonly memory: SettlementMemory;
      readonly detail: string;
      readonly retryAfterMs?: number;
    };

type Timing = PairPolicy["swap"];

/**
 * How long the state before the swap must stand before a lost attempt counts as without effect: nothing of it can
 * still be under way then (claim window + PUT timeout + operation deadline).
 */
export function proofSpan(swap: Timing): number {
  return swap.claimWindowMs + swap.putTimeoutMs + swap.operationDeadlineMs;
}

/** However long an operation takes: production has changed long before anybody would look. */
const LONGEST_CHECK_MS = 60_000;

/**
 * How long until the next look at an open attempt that was waited for so far: a poll, a tenth of that time up to a minute,
 * or what the platform asks for, but never past all the time its operation has.
 */
export function untilNextCheck(swap: Timing, retryAfterMs: number | undefined, waitedMs = 0): number {
  const patience = Math.min(Math.round(waitedMs / 10), LONGEST_CHECK_MS);
  return Math.max(swap.pollMs, patience, Math.min(retryAfterMs ?? 0, swap.operationDeadlineMs));
}

/** When settling gives up and a person must look. */
export function settlementDeadline(swap: Timing, startedAt: number): number {
  return startedAt + proofSpan(swap) + swap.operationDeadlineMs;
}

/**
 * Judges an open attempt by reads of both services. An attempt is closed only by proof; the
 * operation's own word is a hint.
 */
export function decideSettlement(
  memory: SettlementMemory,
  check: SettlementCheck,
  swap: Timing,
): SettlementDecision {
  if (!check.observed) return undecided(memory, check, swap, "not read");
  const slots = slotState(check.observed);
  const settled = areSettled(check.observed);
  if (slots === "after" && settled && !isUnderWay(memory, check.operation, check.now, swap)) {
    return { kind: "closed", proof: { kind: "done", detail: "both services read: slots exchanged" } };
  }
  const beforeSince = slots === "before" && settled ? stoodSince(memory, check.now, swap) : undefined;
  const closed = beforeSince === undefined ? undefined : withoutEffect(check, beforeSince, swap);
  const { startedAt } = memory;
  const ended = isEnd(check.operation) ? check.operation : undefined;
  return closed ?? undecided({ startedAt, beforeSince, checkedAt: check.now, ended }, check, swap, slots);
}

/**
 * Two looks may be taken by hosts whose clocks are apart: between them no more time counts than looks are apart, so that
 * a clock that jumps cannot prove that nothing is under way any more.
 */
function stoodSince({ beforeSince, checkedAt }: SettlementMemory, now: number, swap: Timing): number {
  if (beforeSince === undefined) return now;
  const gap = now - (checkedAt ?? beforeSince);
  const counted = Math.min(Math.max(gap, 0), Math.max(swap.pollMs, LONGEST_CHECK_MS));
  return beforeSince + gap - counted;
}

function undecided(
  memory: SettlementMemory,
  check: SettlementCheck,
  swap: Timing,
  slots: string,
): SettlementDecision {
  if (check.now >= settlementDeadline(swap, memory.startedAt)) {
    return {
      kind: "unproved",
      detail: `after the deadline the slots still read "${slots}" (${hint(check)})`,
    };
  }
  const { operation } = check;
  const retryAfterMs = operation && "retryAfterMs" in operation ? operation.retryAfterMs : undefined;
  const detail = check.observed ? `${hint(check)}; slots read "${slots}"` : hint(check);
  return { kind: "not-yet", memory, detail, retryAfterMs };
}

/**
 * Our operation says that it runs, or is about to say so, and has time left: whatever the services read now proves
 * nothing yet. Not so when it is terminal, cannot be read, was never named, or had all its time.
 */
export function isUnderWay(
  memory: SettlementMemory,
  operation: OperationSeen | undefined,
  now: number,
  swap: Timing,
): boolean {
  const isOpen = operation?.kind === "running" || operation?.kind === "pending";
  return isOpen && now - memory.startedAt < swap.operationDeadlineMs;
}

function withoutEffect(check: SettlementCheck, since: number, swap: Timing): SettlementDecision | undefined {
  const { verdict, operation, now } = check;
  if (verdict && ["busy", "throttled", "declined"].includes(verdict.kind)) {
    return { kind: "closed", proof: { kind: "no-effect", detail: `${verdict.kind}; slots read as before` } };
  }
  if (operation?.kind === "failed") {
    const failure = `${operation.code}: ${operation.detail}`;
    return {
      kind: "closed",
      proof: { kind: "no-effect", detail: "the operation failed; slots read as before" },
      failure,
    };
  }
  if (now - since < proofSpan(swap) || mayStillCome(check)) return undefined;
  const detail = `slots read as before for ${Math.round((now - since) / 1000)} s`;
  return { kind: "closed", proof: { kind: "no-effect", detail } };
}

/**
 * What was accepted may come at any time, and what has succeeded was not without effect: slots as before are then for a
 * person to look at. Time proves only that nothing came of a call whose reply nobody knows.
 */
function mayStillCome({ verdict, operation }: SettlementCheck): boolean {
  return verdict?.kind === "accepted" || operation?.kind === "running" || operation?.kind === "succeeded";
}

function hint({ verdict, operation }: SettlementCheck): string {
  if (operation && operation.kind !== "unnamed") {
    if (operation.kind === "failed") return `operation failed (${operation.code})`;
    const finding = "detail" in operation && operation.detail ? `: ${operation.detail}` : "";
    return `operation ${operation.kind}${finding}`;
  }
  return verdict ? `reply: ${verdict.kind}` : "no reply was recorded";
}
