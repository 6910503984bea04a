import type { ApprovalRule } from "../approval/rule";
import type { Probe } from "../cloud-service/probe";
import { durationText, toTime } from "../kernel/time";
import type { FreezeRule, DeploymentWindowRule, PairPolicy, WindowRule } from "./policy";
import type { ScheduleRule } from "./schedule";

/** What the file says of a pair beside its policy. */
export interface BesidePolicy {
  readonly window?: DeploymentWindowRule;
  readonly schedules: readonly ScheduleRule[];
  /** How long promotions are kept whole after their outcome, in milliseconds. */
  readonly retainMs: number;
}

/**
 * A pair as it would stand in the pairs file if every default were spelled out: its names of fields, its units. Pasted under
 * the pair's name it is the same policy, whatever the file's `defaults` are. A calendar whose address is in an app setting is
 * named by the setting.
 */
export function writePair(policy: PairPolicy, { window, schedules, retainMs }: BesidePolicy) {
  const { blue, green, versionTag, allowUnpinned, timeZone, queue, approval, soak, rollback } = policy;
  const { forMs, everyMs, ...tolerance } = soak;
  const { horizonMs, deadlineMs, ...places } = queue;
  return {
    ...{ blue, green, versionTag, allowUnpinned, timeZone },
    queue: { ...places, horizon: durationText(horizonMs), deadline: durationText(deadlineMs) },
    ...(approval ? { approval: writeApproval(approval) } : {}),
    ...(window && policy.window ? { window: writeDeploymentWindow(window, policy.window.deadlineMs) } : {}),
    readiness: writeTimes(policy.readiness),
    swap: writeTimes(policy.swap),
    verification: writeTimes(policy.verification),
    soak: { for: durationText(forMs), every: durationText(everyMs), ...tolerance },
    probes: (policy.probes ?? []).map(writeProbe),
    rollback,
    retain: durationText(retainMs),
    schedules: schedules.map(writeSchedule),
  };
}

/** `pollMs: 30000` as the file writes it: `poll: "30s"`. */
function writeTimes(group: Readonly<Record<string, number>>): Record<string, string> {
  const entries = Object.entries(group);
  return Object.fromEntries(entries.map(([name, ms]) => [name.replace(/Ms$/, ""), durationText(ms)]));
}

function writeApproval({ deadlineMs, validForMs, ...who }: ApprovalRule) {
  return { ...who, deadline: durationText(deadlineMs), validFor: durationText(validForMs) };
}

function writeDeploymentWindow({ allow, deny, freezes }: DeploymentWindowRule, deadlineMs: number) {
  return {
    allow: allow.map(writeWindow),
    deny: deny.map(writeWindow),
    freezes: freezes.map(writeFreeze),
    deadline: durationText(deadlineMs),
  };
}

function writeWindow({ cron, durationMs, zone }: WindowRule) {
  return { cron, duration: durationText(durationMs), zone };
}

function writeFreeze(freeze: FreezeRule) {
  if (freeze.kind === "calendar") return { calendar: freeze.source };
  if (freeze.kind === "setting") return { calendarSetting: freeze.setting };
  return { from: toTime(freeze.from), to: toTime(freeze.to), reason: freeze.reason };
}

function writeProbe({ timeoutMs, ...probe }: Probe) {
  return { ...probe, timeout: durationText(timeoutMs) };
}

function writeSchedule({ pair: _pair, expiresAfterMs, ...schedule }: ScheduleRule) {
  return { ...schedule, expiresAfter: durationText(expiresAfterMs) };
}
