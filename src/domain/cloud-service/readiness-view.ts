import type { Side } from "../kernel/swap-request";
import { showKnown, type ShownTime } from "../kernel/time";
import { truncate } from "../kernel/truncate";
import type { InstanceReadiness, InstanceVerdict } from "./instance-state";
import type { RoleStateCheck } from "./readiness";

/** The last check of one service, as the promotion record stores it. */
export interface SideReadiness {
  readonly side: Side;
  readonly verdict: InstanceVerdict;
  readonly total: number;
  readonly ready: number;
  /** The first few that are not ready. */
  readonly instances: readonly InstanceReadiness[];
  /** Other problems: missing instances, provisioning state, probes, or why the read failed. */
  readonly problems: readonly string[];
  /** When this state was first observed; absent: the service could not be read. */
  readonly observedAt?: number;
}

/** The readiness of one service in replies of the HTTP API. */
export interface ShownReadiness extends Omit<SideReadiness, "observedAt"> {
  readonly observedAt: ShownTime | undefined;
  readonly text: string;
}

const MOST_KEPT = 3;
const PROBLEM_LENGTH = 100;
const NAME_LENGTH = 60;
const STATE_LENGTH = 40;

export function sideReadiness(check: RoleStateCheck): SideReadiness {
  const waitedFor = check.instances.filter(({ verdict }) => verdict !== "ready");
  return shortSide({ ...readinessOf(check), instances: waitedFor });
}

/** Limits the number of instances and problems, and the length of each problem. */
export function shortSide(seen: SideReadiness, most = MOST_KEPT, length = PROBLEM_LENGTH): SideReadiness {
  return {
    ...seen,
    instances: seen.instances.slice(0, most).map(shortInstance),
    problems: seen.problems.slice(0, Math.max(most, 1)).map((problem) => truncate(problem, length)),
  };
}

function shortInstance({ name, role, state, ...rest }: InstanceReadiness): InstanceReadiness {
  return {
    name: truncate(name, NAME_LENGTH),
    role: role && truncate(role, STATE_LENGTH),
    state: truncate(state, STATE_LENGTH),
    ...rest,
  };
}

function readinessOf(check: RoleStateCheck): SideReadiness {
  const { side, verdict, total, ready, instances, problems, isUnread } = check;
  const observedAt = isUnread ? undefined : check.observedAt;
  return { side, verdict, total, ready, instances, problems, observedAt };
}

export function viewSide(seen: SideReadiness, timeZone: string): ShownReadiness {
  return { ...seen, observedAt: showKnown(seen.observedAt, timeZone), text: describeSide(seen) };
}

/** A fresh check, with all of its instances. */
export function viewCheck(check: RoleStateCheck, timeZone: string): ShownReadiness {
  return viewSide(readinessOf(check), timeZone);
}

/** One line: how many instances are ready, which are not, and other problems. */
export function describeSide({ total, ready, instances, problems, observedAt }: SideReadiness): string {
  if (observedAt === undefined) return problems.join("; ");
  const waitedFor = instances.filter(({ verdict }) => verdict !== "ready");
  const more = total - ready - waitedFor.length;
  const described = [
    ...waitedFor.map(({ name, state, reason }) => `${name} ${state} (${reason})`),
    ...(more > 0 ? [`${more} more`] : []),
  ];
  const count = `${ready} of ${total} instances ready`;
  return [described.length > 0 ? `${count}: ${described.join(", ")}` : count, ...problems].join("; ");
}
