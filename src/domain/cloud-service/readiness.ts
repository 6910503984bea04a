import type { Side } from "../kernel/swap-request";
import { formatTime } from "../kernel/time";
import { truncate } from "../kernel/truncate";
import { assessInstance, type InstanceReadiness, type InstanceVerdict } from "./instance-state";
import type { InstanceList, Read, RoleProfile, ServiceIdentity, ServiceObservation } from "./observation";

const SUMMARY_LENGTH = 700;

/** One role-state check of one service. `ready`: every role has all of its instances, and all of them run. */
export interface RoleStateCheck {
  readonly side: Side;
  readonly observedAt: number;
  readonly verdict: InstanceVerdict;
  readonly instances: readonly InstanceReadiness[];
  readonly total: number;
  readonly ready: number;
  /** The first few problems other than instances that are not ready. */
  readonly problems: readonly string[];
  /** Every instance with its state, the ones that are not ready first; at most 700 characters. */
  readonly summary: string;
  readonly remainingReads?: number;
  readonly retryAfterMs?: number;
  /** The instances could not be read. */
  readonly isUnread?: boolean;
}

export interface ReadinessRule {
  readonly pollMs: number;
  readonly stableForMs: number;
  readonly deadlineMs: number;
  /** The outgoing service need not run. Its state is only recorded as evidence. */
  readonly outgoingMayBeDown?: boolean;
}

/** When each of the two services was observed. */
interface Observed {
  readonly incoming: number;
  readonly outgoing: number;
}

export interface ReadinessMemory {
  /** Start of the unbroken series of ready observations of each service. */
  readonly readySince?: Observed;
  /** The newest observations that counted. */
  readonly observedAt: Observed;
  /** Consecutive checks without a change. */
  readonly quiet: number;
  readonly summary: string;
}

export type ReadinessDecision =
  | { readonly kind: "ready" | "never"; readonly detail: string }
  | {
      readonly kind: "not-yet";
      readonly memory: ReadinessMemory;
      readonly detail: string;
      readonly nextMs: number;
    };

const INSTANCES_KEPT = 30;
const PROBLEMS_KEPT = 5;

/** Judges a service from fresh reads of the service and of its instances. */
export function checkRoles(
  side: Side,
  service: Read<ServiceObservation>,
  instances: Read<InstanceList>,
): RoleStateCheck {
  if (service.kind === "absent") return unseen(side, service, "never");
  if (service.kind !== "found") return unseen(side, service, "not-yet");
  const check = checkAgainst(side, service.value.roles, instances, {
    at: service.value.observedAt,
    ifAbsent: "not-yet",
  });
  const state = service.value.provisioningState;
  if (state?.toLowerCase() === "succeeded") return check;
  const problem = `provisioning state is ${state ?? "missing"}`;
  const verdict = state?.toLowerCase() === "deleting" ? "never" : "not-yet";
  return {
    ...check,
    verdict,
    problems: [problem, ...check.problems],
    summary: truncate(`${problem}; ${check.summary}`, SUMMARY_LENGTH),
  };
}

/** Judges a service by its instances and its planned roles. An absent instance list means that the service is gone. */
export function checkPlannedRoles(
  planned: ServiceIdentity,
  instances: Read<InstanceList>,
  now: number,
): RoleStateCheck {
  return checkAgainst(planned.side, planned.roles, instances, { at: now, ifAbsent: "never" });
}

function checkAgainst(
  side: Side,
  roles: readonly RoleProfile[] | undefined,
  read: Read<InstanceList>,
  otherwise: { readonly at: number; readonly ifAbsent: InstanceVerdict },
): RoleStateCheck {
  if (read.kind !== "found") {
    const verdict = read.kind === "absent" ? otherwise.ifAbsent : "not-yet";
    return { ...unseen(side, read, verdict), observedAt: otherwise.at };
  }
  const { value } = read;
  const instances = value.instances.map(assessInstance).sort(notReadyFirst);
  const problems = [...capacityProblems(roles, instances), ...value.findings];
  const allReady = problems.length === 0 && instances.every((i) => i.verdict === "ready");
  return {
    side,
    observedAt: value.observedAt,
    verdict: allReady ? "ready" : "not-yet",
    instances: instances.slice(0, INSTANCES_KEPT),
    total: instances.length,
    ready: instances.filter(({ verdict }) => verdict === "ready").length,
    problems: problems.slice(0, PROBLEMS_KEPT),
    summary: truncate([...problems, ...instances.map(describeInstance)].join(", "), SUMMARY_LENGTH),
    remainingReads: value.remainingReads,
  };
}

function capacityProblems(
  roles: readonly RoleProfile[] | undefined,
  instances: readonly InstanceReadiness[],
): readonly string[] {
  if (!roles || roles.length === 0) return ["the expected roles are unknown"];
  const wrong = roles.flatMap(({ name, capacity }) => {
    const count = instances.filter((i) => i.role?.toLowerCase() === name.toLowerCase()).length;
    return count === capacity && capacity > 0 ? [] : [`${name} has ${count} of ${capacity} instances`];
  });
  const strangers = instances.filter(
    (i) => !roles.some((r) => r.name.toLowerCase() === i.role?.toLowerCase()),
  );
  const names = instances.map((i) => i.name.toLowerCase());
  const repeated = instances.filter((_, i) => names.indexOf(names[i] ?? "") !== i);
  return [
    ...wrong,
    ...strangers.map((i) => `${i.name} belongs to no known role`),
    ...repeated.map((i) => `${i.name} is listed more than once`),
  ];
}

function unseen(
  side: Side,
  read: Exclude<Read<unknown>, { kind: "found" }>,
  verdict: InstanceVerdict,
): RoleStateCheck {
  const retryAfterMs = "retryAfterMs" in read ? read.retryAfterMs : undefined;
  const summary = truncate(`${read.kind}: ${read.detail}`, SUMMARY_LENGTH);
  return {
    side,
    observedAt: 0,
    verdict,
    instances: [],
    total: 0,
    ready: 0,
    problems: [summary],
    summary,
    retryAfterMs,
    isUnread: true,
  };
}

function notReadyFirst(a: InstanceReadiness, b: InstanceReadiness): number {
  return Number(a.verdict === "ready") - Number(b.verdict === "ready") || (a.name < b.name ? -1 : 1);
}

function describeInstance({ name, state, verdict, reason }: InstanceReadiness): string {
  return verdict === "ready" ? `${name} ${state}` : `${name} ${state} (${reason})`;
}

const FEW_READS = 100;
const LONGEST_POLL_MS = 60_000;
const QUIET_CHECKS = 5;
const POLLS_IN_A_GAP = 3;

/**
 * Ready after `stableFor` of unbroken ready checks of both services. A check that is not ready, or a gap of more than
 * three polls, starts the series again. A check counts only if both observations are newer than the previous ones.
 */
export function decideReadiness(
  memory: ReadinessMemory | undefined,
  incoming: RoleStateCheck,
  outgoing: RoleStateCheck,
  rule: ReadinessRule,
): ReadinessDecision {
  const checks = [incoming, outgoing];
  const gone = checks.find((check) => check.verdict === "never");
  if (gone) return { kind: "never", detail: `${gone.side}: ${gone.summary}` };
  const series = countCheck(memory, incoming, outgoing, rule);
  const { readySince, observedAt } = series;
  const stableMs = readySince ? shortestSpan(readySince, observedAt) : 0;
  if (series.counted && stableMs >= rule.stableForMs) {
    const seconds = Math.round(stableMs / 1000);
    const running = checks.filter((check) => check.verdict === "ready");
    const total = running.reduce((sum, check) => sum + check.total, 0);
    const evidence =
      outgoing.verdict === "ready" ? "" : `; evidence only: ${outgoing.side}: ${outgoing.summary}`;
    return { kind: "ready", detail: `all ${total} instances running for ${seconds} s${evidence}` };
  }
  const summary = checks.map((check) => check.summary).join("|");
  const quiet = memory?.summary === summary ? memory.quiet + 1 : 0;
  const next: ReadinessMemory = { readySince, observedAt, quiet, summary };
  return {
    kind: "not-yet",
    memory: next,
    detail: describe(checks, readySince, rule),
    nextMs: nextPoll(checks, next, rule),
  };
}

interface Series extends Pick<ReadinessMemory, "readySince" | "observedAt"> {
  /** Whether the check is ready and newer than the previous one on both sides. */
  readonly counted: boolean;
}

function countCheck(
  memory: ReadinessMemory | undefined,
  incoming: RoleStateCheck,
  outgoing: RoleStateCheck,
  rule: ReadinessRule,
): Series {
  const check: Observed = { incoming: incoming.observedAt, outgoing: outgoing.observedAt };
  const ready =
    incoming.verdict === "ready" && (outgoing.verdict === "ready" || rule.outgoingMayBeDown === true);
  if (!memory) return { counted: ready, readySince: ready ? check : undefined, observedAt: check };
  const last = memory.observedAt;
  if (!ready) return { counted: false, readySince: undefined, observedAt: newest(last, check) };
  if (check.incoming <= last.incoming || check.outgoing <= last.outgoing) {
    return { counted: false, readySince: memory.readySince, observedAt: last };
  }
  const gap = Math.max(check.incoming - last.incoming, check.outgoing - last.outgoing);
  const unbroken = gap <= POLLS_IN_A_GAP * Math.max(rule.pollMs, 1_000);
  return { counted: true, readySince: unbroken ? (memory.readySince ?? check) : check, observedAt: check };
}

function newest(a: Observed, b: Observed): Observed {
  return { incoming: Math.max(a.incoming, b.incoming), outgoing: Math.max(a.outgoing, b.outgoing) };
}

function shortestSpan(since: Observed, until: Observed): number {
  return Math.min(until.incoming - since.incoming, until.outgoing - since.outgoing);
}

/** Polls less often when nothing changes or ARM's read budget is low, and honors Retry-After. */
function nextPoll(checks: readonly RoleStateCheck[], memory: ReadinessMemory, rule: ReadinessRule): number {
  const scarce = checks.some((check) => (check.remainingReads ?? Infinity) < FEW_READS);
  const counting = memory.readySince !== undefined;
  const idle = !counting && memory.quiet >= QUIET_CHECKS;
  const slow = Math.max(rule.pollMs, Math.min(2 * rule.pollMs, LONGEST_POLL_MS));
  const sparing = Math.max(rule.pollMs, Math.min(LONGEST_POLL_MS, POLLS_IN_A_GAP * rule.pollMs));
  const pace = scarce ? sparing : idle ? slow : rule.pollMs;
  return Math.max(pace, ...checks.map((check) => check.retryAfterMs ?? 0));
}

function describe(
  checks: readonly RoleStateCheck[],
  readySince: Observed | undefined,
  rule: ReadinessRule,
): string {
  if (readySince !== undefined) {
    const total = checks.reduce((sum, check) => sum + (check.verdict === "ready" ? check.total : 0), 0);
    const started = Math.max(readySince.incoming, readySince.outgoing);
    return `all ${total} instances are running; stable at ${formatTime(started + rule.stableForMs)} if nothing changes`;
  }
  return checks
    .filter((check) => check.verdict !== "ready")
    .map((check) => `${check.side} is not ready: ${check.summary}`)
    .join("; ");
}
