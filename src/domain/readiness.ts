import { assessInstance, type InstanceReadiness, type InstanceVerdict } from "./instance-state";
import type { InstanceList, Read, RoleProfile, ServiceObservation } from "./observation";
import type { ServiceIdentity } from "./plan";
import type { Side } from "./swap-request";

/** One role-state check of one service. `ready` only when every role has its capacity of instances and each runs. */
export interface RoleStateCheck {
  readonly side: Side;
  readonly observedAt: number;
  readonly verdict: InstanceVerdict;
  readonly instances: readonly InstanceReadiness[];
  readonly total: number;
  /** Every instance with its state, those that are not ready first; at most 700 characters. */
  readonly summary: string;
  readonly remainingReads?: number | undefined;
  readonly retryAfterMs?: number | undefined;
}

export interface ReadinessRule {
  readonly pollMs: number;
  readonly stableForMs: number;
  readonly deadlineMs: number;
}

export interface ReadinessMemory {
  /** Start of the unbroken row of ready observations. */
  readonly readySince?: number | undefined;
  /** The older of the two observations of the last look. */
  readonly observedAt: number;
  /** Looks in a row that brought nothing new. */
  readonly quiet: number;
  readonly picture: string;
}

export type ReadinessDecision =
  | { readonly kind: "ready"; readonly detail: string }
  | { readonly kind: "never"; readonly detail: string }
  | {
      readonly kind: "not-yet";
      readonly memory: ReadinessMemory;
      readonly detail: string;
      readonly nextMs: number;
    };

const INSTANCES_KEPT = 30;

/** Judges a service from fresh reads of the service and of its instances. */
export function checkRoles(
  side: Side,
  service: Read<ServiceObservation>,
  instances: Read<InstanceList>,
): RoleStateCheck {
  if (service.kind === "absent") return unseen(side, service, "never");
  if (service.kind !== "found") return unseen(side, service, "not-yet");
  const check = checkAgainst(side, service.value.roles, instances, service.value.observedAt);
  const state = service.value.provisioningState;
  if (state?.toLowerCase() === "succeeded" || check.verdict === "never") return check;
  const problem = `provisioning state is ${state ?? "missing"}`;
  const verdict = state?.toLowerCase() === "deleting" ? "never" : "not-yet";
  return { ...check, verdict, summary: clip(`${problem}; ${check.summary}`) };
}

/** Judges a service by one read of its instances, held against the roles it was planned with. */
export function checkPlannedRoles(
  planned: ServiceIdentity,
  instances: Read<InstanceList>,
  now: number,
): RoleStateCheck {
  return checkAgainst(planned.side, planned.roles, instances, now);
}

function checkAgainst(
  side: Side,
  roles: readonly RoleProfile[] | undefined,
  read: Read<InstanceList>,
  now: number,
): RoleStateCheck {
  if (read.kind !== "found")
    return { ...unseen(side, read, read.kind === "absent" ? "never" : "not-yet"), observedAt: now };
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
    summary: clip([...problems, ...instances.map(tellInstance)].join(", ")),
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
  return [...wrong, ...strangers.map((i) => `${i.name} belongs to no known role`)];
}

function unseen(
  side: Side,
  read: Exclude<Read<unknown>, { kind: "found" }>,
  verdict: InstanceVerdict,
): RoleStateCheck {
  const retryAfterMs = "retryAfterMs" in read ? read.retryAfterMs : undefined;
  return {
    side,
    observedAt: 0,
    verdict,
    instances: [],
    total: 0,
    summary: clip(`${read.kind}: ${read.detail}`),
    retryAfterMs,
  };
}

function notReadyFirst(a: InstanceReadiness, b: InstanceReadiness): number {
  return Number(a.verdict === "ready") - Number(b.verdict === "ready") || (a.name < b.name ? -1 : 1);
}

function tellInstance({ name, state, verdict, reason }: InstanceReadiness): string {
  return verdict === "ready" ? `${name} ${state}` : `${name} ${state} (${reason})`;
}

function clip(text: string): string {
  return text.length > 700 ? `${text.slice(0, 697)}...` : text;
}

const FEW_READS = 100;
const LONGEST_POLL_MS = 60_000;
const QUIET_LOOKS = 5;
const POLLS_IN_A_GAP = 3;

/**
 * Folds one look at both services into what is remembered. `ready` after `stableFor` of unbroken ready observations;
 * a gap of more than three polls, a look that is not ready, or one that is not newer than the last starts again.
 * Polling slows down when nothing changes or Resource Manager's budget runs low, and obeys Retry-After.
 */
export function decideReadiness(
  memory: ReadinessMemory | undefined,
  incoming: RoleStateCheck,
  outgoing: RoleStateCheck,
  rule: ReadinessRule,
  now: number,
): ReadinessDecision {
  const checks = [incoming, outgoing];
  const gone = checks.find((check) => check.verdict === "never");
  if (gone) return { kind: "never", detail: `${gone.side}: ${gone.summary}` };
  const ready = checks.every((check) => check.verdict === "ready");
  const observedAt = Math.min(incoming.observedAt, outgoing.observedAt);
  const readySince = ready ? unbrokenSince(memory, observedAt, rule) : undefined;
  if (readySince !== undefined && observedAt - readySince >= rule.stableForMs) {
    const seconds = Math.round((observedAt - readySince) / 1000);
    return {
      kind: "ready",
      detail: `all ${incoming.total + outgoing.total} instances running for ${seconds} s`,
    };
  }
  const picture = checks.map((check) => check.summary).join("|");
  const quiet = memory?.picture === picture ? memory.quiet + 1 : 0;
  const next: ReadinessMemory = {
    readySince,
    observedAt: Math.max(observedAt, memory?.observedAt ?? 0),
    quiet,
    picture,
  };
  return {
    kind: "not-yet",
    memory: next,
    detail: tell(checks, readySince, rule, now),
    nextMs: nextPoll(checks, next, rule),
  };
}

function unbrokenSince(memory: ReadinessMemory | undefined, observedAt: number, rule: ReadinessRule): number {
  const since = memory?.readySince;
  if (memory === undefined || since === undefined) return observedAt;
  const gap = observedAt - memory.observedAt;
  return gap > 0 && gap <= POLLS_IN_A_GAP * Math.max(rule.pollMs, 1_000) ? since : observedAt;
}

function nextPoll(checks: readonly RoleStateCheck[], memory: ReadinessMemory, rule: ReadinessRule): number {
  const scarce = checks.some((check) => (check.remainingReads ?? Infinity) < FEW_READS);
  const counting = memory.readySince !== undefined;
  const idle = !counting && memory.quiet >= QUIET_LOOKS;
  const slow = Math.max(rule.pollMs, Math.min(2 * rule.pollMs, LONGEST_POLL_MS));
  const pace = scarce ? Math.min(LONGEST_POLL_MS, POLLS_IN_A_GAP * rule.pollMs) : idle ? slow : rule.pollMs;
  return Math.max(pace, ...checks.map((check) => check.retryAfterMs ?? 0));
}

function tell(
  checks: readonly RoleStateCheck[],
  readySince: number | undefined,
  rule: ReadinessRule,
  now: number,
): string {
  if (readySince !== undefined) {
    const total = checks.reduce((sum, check) => sum + check.total, 0);
    const left = Math.max(0, Math.ceil((readySince + rule.stableForMs - now) / 1000));
    return `all ${total} instances are running; stable in ${left} s if nothing changes`;
  }
  return checks
    .filter((check) => check.verdict !== "ready")
    .map((check) => `${check.side} is not ready: ${check.summary}`)
    .join("; ");
}
