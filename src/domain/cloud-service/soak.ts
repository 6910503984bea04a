import { formatTime } from "../kernel/time";
import type { ProbeResult } from "./probe";
import type { RoleStateCheck } from "./readiness";

/** How new production is monitored. `forMs` 0: not at all. */
export interface SoakRule {
  readonly forMs: number;
  readonly everyMs: number;
  /** Tolerated failures in the whole soak. */
  readonly failures: number;
  /** Tolerated consecutive errors of one probe. */
  readonly consecutiveErrors: number;
}

export interface WatchRule extends SoakRule {
  /** The soak passes only after this time without any trouble; never longer than `forMs`. */
  readonly steadyForMs: number;
}

export interface SoakMemory {
  readonly startedAt: number;
  readonly checks: number;
  readonly failures: number;
  /** Consecutive errors, by the name of the probe. */
  readonly errors: Readonly<Record<string, number>>;
  /** The current series of checks without trouble. */
  readonly steady?: { readonly since: number; readonly until: number };
  /** Start of the time in which instances have not run for `steadyForMs` without a break. */
  readonly unsteadySince?: number;
  /** The last measurement of the platform and of each probe. */
  readonly last: readonly Measurement[];
}

/** `unsteady`: instances stop and start, which may be temporary. */
export interface Measurement {
  readonly name: string;
  readonly verdict: ProbeResult["verdict"] | "unsteady";
  readonly detail: string;
}

export interface SoakEvidence {
  readonly since: number;
  readonly until: number;
  readonly checks: number;
  readonly failures: number;
  /** At most four last measurements, trouble first. */
  readonly last: readonly Measurement[];
}

export interface SoakCheck {
  /** The role instances of the new production. */
  readonly platform: RoleStateCheck;
  readonly probes: readonly ProbeResult[];
  readonly now: number;
}

export type SoakDecision =
  | { readonly kind: "pass"; readonly memory: SoakMemory; readonly detail: string }
  | { readonly kind: "regression" | "cannot-measure"; readonly memory: SoakMemory; readonly detail: string }
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
/** Extra time for outages of the app and of Resource Manager before a soak counts as not measurable. */
const SLACK_MS = 30 * 60_000;

export function watchRule(rule: SoakRule, stableForMs: number): WatchRule {
  return { ...rule, steadyForMs: Math.min(rule.forMs, stableForMs) };
}

export function soakDeadline(rule: WatchRule, startedAt: number): number {
  return startedAt + 2 * (rule.forMs + rule.steadyForMs) + SLACK_MS;
}

/**
 * Too many failures, or instances that never run for `steadyForMs` without a break, are a regression. Too many
 * consecutive errors of a probe need a person (`cannot-measure`), since errors say nothing about the release.
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
  const detail = `since ${formatTime(unsteadySince)} production has not run for ${seconds(rule.steadyForMs)} without a break: ${described || "it keeps failing"}`;
  return { kind: "regression", memory: next, detail };
}

/** A stopped or lost service is a failure. Instances that stop and start may recover. */
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
  const steady =
    has("failure") || has("unsteady") ? undefined : steadySeries(memory, !has("error"), now, rule);
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

/** A check with errors neither extends nor breaks the series. A gap of more than three checks breaks it. */
function steadySeries(
  { steady }: SoakMemory,
  isWell: boolean,
  now: number,
  rule: WatchRule,
): SoakMemory["steady"] {
  const isUnbroken = steady !== undefined && now - steady.until <= POLLS_IN_A_GAP * rule.everyMs;
  const series = isUnbroken ? steady : undefined;
  return isWell ? { since: series?.since ?? now, until: now } : series;
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
  return `monitored for ${seconds(now - startedAt)}: ${failed} in ${checks} checks of ${what}`;
}

function describeAgain({ startedAt, steady }: SoakMemory, described: string, rule: WatchRule): string {
  const overAt = Math.max(startedAt + rule.forMs, (steady?.since ?? 0) + rule.steadyForMs);
  if (described !== "") return `new production is monitored: ${described}`;
  return `new production is monitored without trouble; the soak ends at ${formatTime(overAt)} if nothing changes`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

/** The measurements so far, short enough for the promotion record. */
export function evidenceOf(memory: SoakMemory, now: number): SoakEvidence {
  const rank = { failure: 0, error: 1, unsteady: 2, pass: 3 } as const;
  const last = [...memory.last].sort((a, b) => rank[a.verdict] - rank[b.verdict]).slice(0, LAST_KEPT);
  return { since: memory.startedAt, until: now, checks: memory.checks, failures: memory.failures, last };
}

export function freshSoak(startedAt: number): SoakMemory {
  return { startedAt, checks: 0, failures: 0, errors: {}, last: [] };
}
