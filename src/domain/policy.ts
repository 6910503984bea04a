import type { ApprovalRule } from "./approval-rule";
import type { SwapRequest } from "./swap-request";

/** The reviewed policy of one pair, every duration in milliseconds. A promotion keeps the one it was planned with. */
export interface PairPolicy {
  readonly name: string;
  /** Full ARM ids. */
  readonly blue: string;
  readonly green: string;
  /** Tag of the cloud service that holds its version. */
  readonly versionTag: string;
  /** Allows `promote: "staging"` without `expect`. */
  readonly allowUnpinned: boolean;
  /** IANA zone in which people see times of this pair. */
  readonly timeZone: string;
  readonly line: { readonly maxQueued: number; readonly whenBusy: "wait" | "refuse" };
  /** Absent: nobody needs to approve. */
  readonly approval?: ApprovalRule | undefined;
  readonly turn: { readonly deadlineMs: number };
  readonly readiness: { readonly pollMs: number; readonly stableForMs: number; readonly deadlineMs: number };
  readonly swap: {
    /** How long after its claim an attempt may still send its PUT. */
    readonly claimWindowMs: number;
    readonly putTimeoutMs: number;
    readonly operationDeadlineMs: number;
    readonly pollMs: number;
  };
  readonly verification: { readonly pollMs: number; readonly deadlineMs: number };
}

/** Defaults of design.md §5. */
export const defaultPolicy: Omit<PairPolicy, "name" | "blue" | "green"> = {
  versionTag: "version",
  allowUnpinned: false,
  timeZone: "UTC",
  line: { maxQueued: 20, whenBusy: "wait" },
  turn: { deadlineMs: 2 * 3_600_000 },
  readiness: { pollMs: 30_000, stableForMs: 120_000, deadlineMs: 30 * 60_000 },
  swap: { claimWindowMs: 60_000, putTimeoutMs: 60_000, operationDeadlineMs: 15 * 60_000, pollMs: 10_000 },
  verification: { pollMs: 10_000, deadlineMs: 5 * 60_000 },
};

/**
 * The readiness rule of one promotion: the request may tighten the policy, never loosen it
 * (tighter: a longer `stableFor`, a shorter `deadline`).
 */
export function tightenReadiness(policy: PairPolicy, request: SwapRequest): PairPolicy["readiness"] {
  const { pollMs, stableForMs, deadlineMs } = policy.readiness;
  return {
    pollMs,
    stableForMs: Math.max(stableForMs, request.readiness?.stableForMs ?? 0),
    deadlineMs: Math.min(deadlineMs, request.readiness?.deadlineMs ?? Infinity),
  };
}
