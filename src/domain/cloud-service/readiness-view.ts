import type { Side } from "../kernel/swap-request";
import { showKnown, type ShownTime } from "../kernel/time";
import { truncate } from "../kernel/truncate";
import type { InstanceReadiness, InstanceVerdict } from "./instance-state";
import type { RoleStateCheck } from "./readiness";

/** What was last seen of one service while it is waited for, as the promotion record keeps it. */
export interface SideReadiness {
  readonly side: Side;
  readonly verdict: InstanceVerdict;
  readonly total: number;
  readonly ready: number;
  /** Of those that are not ready the first few; the counts tell how many there are. */
  readonly instances: readonly InstanceReadiness[];
  /** What else stands in its way: missing instances, its provisioning state, probes, or why it could not be read. */
  readonly problems: readonly string[];
  /** Of the first look that showed it so: the same picture again is not written. Absent: it could not be read. */
  readonly observedAt?: number;
}

/** The same as people see it, its text in one line. */
export interface ShownReadiness extends Omit<SideReadiness, "observedAt"> {
  readonly observedAt: ShownTime | undefined;
  readonly text: string;
}

const MOST_KEPT = 3;
const PROBLEM_LENGTH = 100;
const NAME_LENGTH = 60;
const STATE_LENGTH = 40;

/** What is kept of a check. */
export function sideReadiness(check: RoleStateCheck): SideReadiness {
  const waitedFor = check.instances.filter(({ verdict }) => verdict !== "ready");
  return shortSide({ ...readinessOf(check), instances: waitedFor });
}

/** Cut to so many instances and problems, each in few words. */
export function shortSide(seen: SideReadiness, most = MOST_KEPT, length = PROBLEM_LENGTH): SideReadiness {
  return {
    ...seen,
    instances: seen.instances.slice(0, most).map(shortInstance),
    problems: seen.problems.slice(0, Math.max(most, 1)).map((problem) => truncate(problem, length)),
  };
}

function shortInstance({ name, role, state, ...rest }: InstanceReadiness): InstanceReadiness {
  return {
    ...{ name: truncate(name, NAME_LENGTH), role: role && truncate(role, STATE_LENGTH) },
    ...{ state: truncate(state, STATE_LENGTH), ...rest },
  };
}

function readinessOf(check: RoleStateCheck): SideReadiness {
  const { side, verdict, total, ready, instances, problems, observedAt, isUnread } = check;
  return {
    ...{ side, verdict, total, ready, instances, problems },
    ...(isUnread ? {} : { observedAt }),
  };
}

/** A side for people. */
export function viewSide(seen: SideReadiness, timeZone: string): ShownReadiness {
  return { ...seen, observedAt: showKnown(seen.observedAt, timeZone), text: describeSide(seen) };
}

/** A check that was made just now, with every instance that it names. */
export function viewCheck(check: RoleStateCheck, timeZone: string): ShownReadiness {
  return viewSide(readinessOf(check), timeZone);
}

/** In one line: how many, which are waited for, and what else stands in its way. */
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
