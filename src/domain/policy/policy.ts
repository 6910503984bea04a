import type { ApprovalRule } from "../approval/rule";
import type { Probe } from "../cloud-service/probe";
import type { SoakRule } from "../cloud-service/soak";
import type { PairKey } from "../kernel/pair-key";
import type { SwapRequest } from "../kernel/swap-request";

/** The reviewed policy of one pair, every duration in milliseconds. A promotion keeps the one it was planned with. */
export interface PairPolicy {
  /** A label for people, who may change it. */
  readonly name: string;
  /** What its state is kept under: made of the ids of the two services. */
  readonly key: PairKey;
  /** Full ARM ids. */
  readonly blue: string;
  readonly green: string;
  /** Tag of the cloud service that holds its version. */
  readonly versionTag: string;
  /** Allows `promote: "staging"` without `expect`. */
  readonly allowUnpinned: boolean;
  /** IANA zone in which people see times of this pair. */
  readonly timeZone: string;
  readonly queue: {
    readonly maxQueued: number;
    readonly whenBusy: "wait" | "refuse";
    /** How far ahead the times of a request may lie when it is accepted: whoever waits takes a place. */
    readonly horizonMs: number;
    /** How long a promotion waits for the lease of the pair. */
    readonly deadlineMs: number;
  };
  /** Absent: nobody needs to approve. */
  readonly approval?: ApprovalRule;
  readonly readiness: { readonly pollMs: number; readonly stableForMs: number; readonly deadlineMs: number };
  readonly swap: {
    /** How long after its claim an attempt may still send its PUT. */
    readonly claimWindowMs: number;
    readonly putTimeoutMs: number;
    readonly operationDeadlineMs: number;
    readonly pollMs: number;
  };
  readonly verification: { readonly pollMs: number; readonly deadlineMs: number };
  /** Only where the file says when swaps may start. */
  readonly window?: WindowPolicy;
  /** How new production is watched; without probes the role instances alone are. */
  readonly soak: SoakRule;
  readonly probes?: readonly Probe[];
  /** Whether a regression is rolled back without a person; `never` halts instead. */
  readonly rollback: "automatic" | "never";
}

/**
 * What a plan keeps of the deployment window: its deadline, and the digest of its rules, which are too long for the promotion record and
 * apply as the file says when they are asked.
 */
export interface WindowPolicy {
  readonly deadlineMs: number;
  readonly rules: string;
}

/** When the file lets a swap of a pair start. */
export interface DeploymentWindowRule {
  /** None: always. */
  readonly allow: readonly WindowRule[];
  readonly deny: readonly WindowRule[];
  readonly freezes: readonly FreezeRule[];
  /** The pair's: calendar events without a zone of their own are in it. */
  readonly zone: string;
}

/** Opens at every instant of a five-field cron text in an IANA zone, for `durationMs` of elapsed time. */
export interface WindowRule {
  readonly cron: string;
  readonly durationMs: number;
  readonly zone: string;
}

/** No swap starts inside; calendars are iCalendar, by file, https URL, or app setting that holds one. */
export type FreezeRule =
  | { readonly kind: "interval"; readonly from: number; readonly to: number; readonly reason: string }
  | { readonly kind: "calendar"; readonly source: string }
  | { readonly kind: "setting"; readonly setting: string };

/** How long a promotion waits for its deployment window unless the file says otherwise. */
export const WINDOW_DEADLINE_MS = 7 * 86_400_000;
/** Where there is no deployment window, only `notBefore` has to pass: whoever looks later than this finds it open all the same. */
const OWN_TIME_GRACE_MS = 3_600_000;

/** When a promotion that begins to wait for its deployment window at `since` has waited long enough; a later `notBefore` begins it anew. */
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

/** The soak of one promotion: the request may ask for a longer one, never for a shorter one. */
export function tightenSoak(
  { soak }: Pick<PairPolicy, "soak">,
  request: Pick<SwapRequest, "soak">,
): SoakRule {
  return { ...soak, forMs: Math.max(soak.forMs, request.soak?.forMs ?? 0) };
}
