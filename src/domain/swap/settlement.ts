import type { PairPolicy } from "../policy/policy";
import type { AttemptVerdict, OperationEnd, Proof } from "./attempt";
import { isEnd, type OperationSeen } from "./operation";
import { areSettled, slotState, type ObservedState } from "./verification";

/** The state between two checks of an open attempt. */
export interface SettlementMemory {
  readonly startedAt: number;
  /** Start of the unbroken reads with slots as before and provisioning Succeeded, corrected for clock jumps. */
  readonly beforeSince?: number;
  /** When the services were last read. */
  readonly checkedAt?: number;
  /** The end of the operation, which is not polled after this. */
  readonly ended?: OperationEnd;
}

export interface SettlementCheck {
  /** The report of the claim's holder, which may never arrive. */
  readonly verdict?: AttemptVerdict;
  readonly operation?: OperationSeen;
  /** Absent if the services were not read because the operation still runs. */
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

/** How long slots must read as before until a lost attempt counts as without effect. It cannot run longer. */
export function proofSpan(swap: Timing): number {
  return swap.claimWindowMs + swap.putTimeoutMs + swap.operationDeadlineMs;
}

const LONGEST_CHECK_MS = 60_000;

/** Time until the next check: a poll, a tenth of the wait so far up to a minute, or Retry-After up to the deadline. */
export function untilNextCheck(swap: Timing, retryAfterMs: number | undefined, waitedMs = 0): number {
  const patience = Math.min(Math.round(waitedMs / 10), LONGEST_CHECK_MS);
  return Math.max(swap.pollMs, patience, Math.min(retryAfterMs ?? 0, swap.operationDeadlineMs));
}

/** When settling gives up and needs a person. */
export function settlementDeadline(swap: Timing, startedAt: number): number {
  return startedAt + proofSpan(swap) + swap.operationDeadlineMs;
}

/** Judges an open attempt by reads of both services. The status of the operation alone is no proof. */
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

/** Counts at most one check interval between two checks, so that clock differences between hosts prove nothing. */
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

/** Whether the operation runs, or its address is not readable yet, before its deadline. Reads then prove nothing. */
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
 * An accepted swap may still take effect, and one that succeeded had an effect: then slots as before need a person.
 * Time is proof only for a call without a known reply.
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
