import type { ApprovalRule } from "../approval/rule";
import type { Probe } from "../cloud-service/probe";
import type { SoakRule } from "../cloud-service/soak";
import type { PairKey } from "../kernel/pair-key";
import type { SwapRequest } from "../kernel/swap-request";

/** The policy of one pair, durations in milliseconds. A promotion keeps the policy it was planned with. */
export interface PairPolicy {
  /** A label that may change. */
  readonly name: string;
  /** The key of its durable state, derived from the ids of both services. */
  readonly key: PairKey;
  /** Full ARM id. */
  readonly blue: string;
  readonly green: string;
  /** Name of the cloud service tag that contains the version. */
  readonly versionTag: string;
  /** Allows `promote: "staging"` without `expect`. */
  readonly allowUnpinned: boolean;
  /** IANA zone for displayed times. */
  readonly timeZone: string;
  readonly queue: {
    readonly maxQueued: number;
    readonly whenBusy: "wait" | "refuse";
    /** How far in the future the times of an accepted request may be. A waiting request takes up a place. */
    readonly horizonMs: number;
    /** How long a promotion waits for the lease of the pair. */
    readonly deadlineMs: number;
  };
  /** Absent: no approval is needed. */
  readonly approval?: ApprovalRule;
  readonly readiness: { readonly pollMs: number; readonly stableForMs: number; readonly deadlineMs: number };
  readonly swap: {
    /** How long after its claim an attempt may send its PUT. */
    readonly claimWindowMs: number;
    readonly putTimeoutMs: number;
    readonly operationDeadlineMs: number;
    readonly pollMs: number;
  };
  readonly verification: { readonly pollMs: number; readonly deadlineMs: number };
  /** Absent: swaps may start at any time. */
  readonly window?: WindowPolicy;
  /** How new production is monitored: by its role instances, and by `probes` if there are any. */
  readonly soak: SoakRule;
  readonly probes?: readonly Probe[];
  /** Whether a regression is rolled back automatically. `never` halts instead. */
  readonly rollback: "automatic" | "never";
}

/** The deployment window in a plan. The rules are read from the file when needed; a plan has only their digest. */
export interface WindowPolicy {
  readonly deadlineMs: number;
  readonly rules: string;
}

export interface DeploymentWindowRule {
  /** Empty: always. */
  readonly allow: readonly WindowRule[];
  readonly deny: readonly WindowRule[];
  readonly freezes: readonly FreezeRule[];
  /** The pair's zone, which applies to calendar events without a zone. */
  readonly zone: string;
}

/** Opens at every match of a five-field cron expression in an IANA zone, for `durationMs` of elapsed time. */
export interface WindowRule {
  readonly cron: string;
  readonly durationMs: number;
  readonly zone: string;
}

/** No swap starts in a freeze. Calendars are iCalendar: a file, an https URL, or an app setting with either. */
export type FreezeRule =
  | { readonly kind: "interval"; readonly from: number; readonly to: number; readonly reason: string }
  | { readonly kind: "calendar"; readonly source: string }
  | { readonly kind: "setting"; readonly setting: string };

/** The default wait for a deployment window. */
export const WINDOW_DEADLINE_MS = 7 * 86_400_000;
/** Without a deployment window a promotion waits for `notBefore` only, so this grace period is enough. */
const OWN_TIME_GRACE_MS = 3_600_000;

/** The deadline for the deployment window. It counts from `since`, or from a later `notBefore`. */
export function windowDeadline(
  policy: Pick<PairPolicy, "window">,
  notBefore: number | undefined,
  since: number,
): number {
  return Math.max(since, notBefore ?? 0) + (policy.window?.deadlineMs ?? OWN_TIME_GRACE_MS);
}

/** The defaults of the pairs file. */
export const defaultPolicy: Omit<PairPolicy, "name" | "key" | "blue" | "green"> = {
  versionTag: "version",
  allowUnpinned: false,
  timeZone: "UTC",
  queue: { maxQueued: 20, whenBusy: "wait", horizonMs: 90 * 86_400_000, deadlineMs: 2 * 3_600_000 },
  readiness: { pollMs: 30_000, stableForMs: 120_000, deadlineMs: 30 * 60_000 },
  swap: { claimWindowMs: 60_000, putTimeoutMs: 60_000, operationDeadlineMs: 15 * 60_000, pollMs: 10_000 },
  verification: { pollMs: 10_000, deadlineMs: 5 * 60_000 },
  soak: { forMs: 5 * 60_000, everyMs: 10_000, failures: 0, consecutiveErrors: 4 },
  rollback: "automatic",
};

/** The readiness rule of one promotion. A request may only tighten it: a longer `stableFor`, a shorter `deadline`. */
export function tightenReadiness(policy: PairPolicy, request: SwapRequest): PairPolicy["readiness"] {
  const { pollMs, stableForMs, deadlineMs } = policy.readiness;
  return {
    pollMs,
    stableForMs: Math.max(stableForMs, request.readiness?.stableForMs ?? 0),
    deadlineMs: Math.min(deadlineMs, request.readiness?.deadlineMs ?? Infinity),
  };
}

/** The soak of one promotion. A request may only make it longer. */
export function tightenSoak(
  { soak }: Pick<PairPolicy, "soak">,
  request: Pick<SwapRequest, "soak">,
): SoakRule {
  return { ...soak, forMs: Math.max(soak.forMs, request.soak?.forMs ?? 0) };
}
