import { formatTime } from "../kernel/time";
import type { ProbeResult } from "./probe";
import type { RoleStateCheck } from "./readiness";

/** How new production is watched. `forMs` 0: not at all. */
export interface SoakRule {
  readonly forMs: number;
  readonly everyMs: number;
  /** Failures that are tolerated in the whole soak. */
  readonly failures: number;
  /** Errors in a row of one probe that are tolerated. */
  readonly consecutiveErrors: number;
}

/** The rule of one soak, with what the policy says about steadiness. */
export interface WatchRule extends SoakRule {
  /** All must be well for this long without a break before the soak passes; never longer than `forMs`. */
  readonly steadyForMs: number;
}

export interface SoakMemory {
  readonly startedAt: number;
  readonly checks: number;
  readonly failures: number;
  /** Errors in a row, by the name of the probe. */
  readonly errors: Readonly<Record<string, number>>;
  /** The unbroken row of looks without trouble. */
  readonly steady?: { readonly since: number; readonly until: number };
  /** Since when instances have not run for `steadyForMs` without a break. */
  readonly unsteadySince?: number;
  /** The last thing seen of the platform and of each probe. */
  readonly last: readonly Measurement[];
}

/** `unsteady`: instances come and go, which may pass. */
export interface Measurement {
  readonly name: string;
  readonly verdict: ProbeResult["verdict"] | "unsteady";
  readonly detail: string;
}

/** What was measured, for the event and for people. */
export interface SoakEvidence {
  readonly since: number;
  readonly until: number;
  readonly checks: number;
  readonly failures: number;
  /** The last of the platform and of the probes, trouble first; at most four. */
  readonly last: readonly Measurement[];
}

export interface SoakCheck {
  /** The role instances of the service that holds production now. */
  readonly platform: RoleStateCheck;
  readonly probes: readonly ProbeResult[];
  readonly now: number;
}

export type SoakDecision =
  | { readonly kind: "pass"; readonly memory: SoakMemory; readonly detail: string }
  | { readonly kind: "regression"; readonly memory: SoakMemory; readonly detail: string }
  | { readonly kind: "cannot-measure"; readonly memory: SoakMemory; readonly detail: string }
  | {
      readonly kind: "again";
      readonly memory: SoakMemory;
      readonly detail: string;
      readonly afterMs: number;
    };

const PLATFORM = "role instances";
const POLLS_IN_A_GAP = 3;
const LAST_KEPT = 4;
const DETAIL_KEPT = 80;
/** What is left for outages of the app and of Resource Manager before a soak counts as not measurable. */
const SLACK_MS = 30 * 60_000;

/** The rule of one soak; a shorter soak asks for shorter steadiness. */
export function watchRule(rule: SoakRule, stableForMs: number): WatchRule {
  return { ...rule, steadyForMs: Math.min(rule.forMs, stableForMs) };
}

/** When a soak ends at the latest, passed or not. */
export function soakDeadline(rule: WatchRule, startedAt: number): number {
  return startedAt + 2 * (rule.forMs + rule.steadyForMs) + SLACK_MS;
}

/**
 * Folds one look at new production. More failures than tolerated, or instances that do not come to run for `steadyForMs`
 * without a break, are a regression. Errors say nothing about the release: too many of one probe in a row are for a
 * person (`cannot-measure`). Passed after `forMs`, when all was well for the last `steadyForMs` of it.
 */
export function decideSoak(memory: SoakMemory, check: SoakCheck, rule: WatchRule): SoakDecision {
  const seen = [judgePlatform(check.platform), ...check.probes];
  const next = remembered(memory, seen, check.now, rule);
  const trouble = seen.filter((each) => each.verdict !== "pass");
  const described = trouble.map(describeMeasurement).join("; ");
  const against = whatIsWrong(next, described, check.now, rule);
  if (against) return against;
  const isOver = check.now - memory.startedAt >= rule.forMs;
  if (isOver && trouble.length === 0 && isLongEnough(next.steady, rule))
    return { kind: "pass", memory: next, detail: describePass(next, check.now) };
  const afterMs = Math.max(rule.everyMs, check.platform.retryAfterMs ?? 0);
  return { kind: "again", memory: next, detail: describeAgain(next, described, rule), afterMs };
}

function whatIsWrong(
  next: SoakMemory,
  described: string,
  now: number,
  rule: WatchRule,
): SoakDecision | undefined {
  if (next.failures > rule.failures) return { kind: "regression", memory: next, detail: described };
  const overrun = Object.entries(next.errors).find(([, count]) => count > rule.consecutiveErrors);
  if (overrun) {
    const [name, count] = overrun;
    const detail = `probe ${name} could not be measured ${count} times in a row: ${described}`;
    return { kind: "cannot-measure", memory: next, detail };
  }
  const { unsteadySince } = next;
  if (unsteadySince === undefined || now - unsteadySince < 2 * rule.forMs + rule.steadyForMs)
    return undefined;
  const detail = `since ${formatTime(unsteadySince)} production has not run for ${seconds(rule.steadyForMs)} without a break: ${described || "it keeps falling"}`;
  return { kind: "regression", memory: next, detail };
}

/** A stopped or lost service fails; instances that come and go may pass; what cannot be read is no news. */
function judgePlatform(check: RoleStateCheck): Measurement {
  const detail = check.summary.slice(0, DETAIL_KEPT);
  if (check.verdict === "ready") return { name: PLATFORM, verdict: "pass", detail: `all ${check.total} run` };
  if (check.verdict === "never" || check.instances.some((each) => each.verdict === "never"))
    return { name: PLATFORM, verdict: "failure", detail };
  return { name: PLATFORM, verdict: check.isUnread === true ? "error" : "unsteady", detail };
}

function remembered(
  memory: SoakMemory,
  seen: readonly Measurement[],
  now: number,
  rule: WatchRule,
): SoakMemory {
  const has = (verdict: Measurement["verdict"]) => seen.some((each) => each.verdict === verdict);
  const failures = memory.failures + seen.filter((each) => each.verdict === "failure").length;
  const errors = Object.fromEntries(
    seen
      .filter(({ name, verdict }) => verdict === "error" && name !== PLATFORM)
      .map(({ name }) => [name, (memory.errors[name] ?? 0) + 1]),
  );
  const steady = has("failure") || has("unsteady") ? undefined : steadyRow(memory, !has("error"), now, rule);
  const unsteadySince = has("unsteady") ? (memory.unsteadySince ?? now) : memory.unsteadySince;
  return {
    startedAt: memory.startedAt,
    checks: memory.checks + 1,
    failures,
    errors,
    steady,
    unsteadySince: isLongEnough(steady, rule) ? undefined : unsteadySince,
    last: seen.map((each) => ({ ...each, detail: each.detail.slice(0, DETAIL_KEPT) })),
  };
}

/** A look that could not be measured neither adds to the row nor breaks it; a gap of more than three looks does. */
function steadyRow(
  { steady }: SoakMemory,
  isWell: boolean,
  now: number,
  rule: WatchRule,
): SoakMemory["steady"] {
  const isUnbroken = steady !== undefined && now - steady.until <= POLLS_IN_A_GAP * rule.everyMs;
  const row = isUnbroken ? steady : undefined;
  if (!isWell) return row;
  return { since: row?.since ?? now, until: now };
}

function isLongEnough(steady: SoakMemory["steady"], rule: WatchRule): boolean {
  return steady !== undefined && steady.until - steady.since >= rule.steadyForMs;
}

function describeMeasurement({ name, verdict, detail }: Measurement): string {
  const what = name === PLATFORM ? name : `probe ${name}`;
  return verdict === "error" ? `${what} could not be measured: ${detail}` : `${what}: ${detail}`;
}

function describePass({ checks, failures, startedAt, last }: SoakMemory, now: number): string {
  const probes = last.length - 1;
  const what = probes === 0 ? "role instances" : `role instances and ${probes} probe${probes > 1 ? "s" : ""}`;
  const failed = failures === 0 ? "no failure" : `${failures} tolerated failure${failures > 1 ? "s" : ""}`;
  return `watched for ${seconds(now - startedAt)}: ${failed} in ${checks} looks at ${what}`;
}

function describeAgain({ startedAt, steady }: SoakMemory, described: string, rule: WatchRule): string {
  const overAt = Math.max(startedAt + rule.forMs, (steady?.since ?? 0) + rule.steadyForMs);
  if (described !== "") return `new production is watched: ${described}`;
  return `new production is watched; all is well; over at ${formatTime(overAt)} if nothing changes`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

/** What was measured up to now, short enough for the promotion record. */
export function evidenceOf(memory: SoakMemory, now: number): SoakEvidence {
  const rank = { failure: 0, error: 1, unsteady: 2, pass: 3 } as const;
  const last = [...memory.last].sort((a, b) => rank[a.verdict] - rank[b.verdict]).slice(0, LAST_KEPT);
  return { since: memory.startedAt, until: now, checks: memory.checks, failures: memory.failures, last };
}

/** Before the first look. */
export function freshSoak(startedAt: number): SoakMemory {
  return { startedAt, checks: 0, failures: 0, errors: {}, last: [] };
}
