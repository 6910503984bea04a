import type { ApprovalRule } from "../approval/rule";
import type { Probe } from "../cloud-service/probe";
import { durationText, toTime } from "../kernel/time";
import type { FreezeRule, DeploymentWindowRule, PairPolicy, WindowRule } from "./policy";
import type { ScheduleRule } from "./schedule";

/** The fields of a pair in the file that are not part of its policy. */
export interface BesidePolicy {
  readonly window?: DeploymentWindowRule;
  readonly schedules: readonly ScheduleRule[];
  /** How long promotions keep their details after the outcome, in milliseconds. */
  readonly retainMs: number;
}

/**
 * A pair in the form of the pairs file, with every default written out. It has the same meaning under any `defaults`.
 * A calendar whose address is in an app setting is shown as the name of the setting.
 */
export function writePair(policy: PairPolicy, { window, schedules, retainMs }: BesidePolicy) {
  const { blue, green, versionTag, allowUnpinned, timeZone, queue, approval, soak, rollback } = policy;
  const { forMs, everyMs, ...tolerance } = soak;
  const { horizonMs, deadlineMs, ...places } = queue;
  return {
    blue,
    green,
    versionTag,
    allowUnpinned,
    timeZone,
    queue: { ...places, horizon: durationText(horizonMs), deadline: durationText(deadlineMs) },
    approval: approval && writeApproval(approval),
    window: window && policy.window && writeDeploymentWindow(window, policy.window.deadlineMs),
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

/** Turns `pollMs: 30000` into `poll: "30s"`. */
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
