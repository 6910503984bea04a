import type { InstanceObservation } from "./observation";

/** `never`: the instance needs a person to become ready. */
export type InstanceVerdict = "ready" | "not-yet" | "never";

export interface InstanceReadiness {
  readonly name: string;
  readonly role?: string;
  /** The state name of Azure, without its family prefix. */
  readonly state: string;
  readonly verdict: InstanceVerdict;
  readonly reason: string;
}

/**
 * Documented states (azure-docs cloud-services-extended-support/states.md), RoleState codes seen on the wire, and the
 * classic InstanceStatus names. Any other state is not ready.
 */
const ready: ReadonlySet<string> = new Set(["started", "readyrole"]);
const passing: ReadonlyMap<string, string> = new Map(
  Object.entries({
    starting: "is starting",
    stopping: "is stopping",
    unknown: "is being created or not ready to serve",
    busy: "does not respond",
    created: "has been created and not started yet",
    recycle: "is being recycled",
    creatingvm: "its virtual machine is being created",
    startingvm: "its virtual machine is starting",
    creatingrole: "its role is being created",
    startingrole: "its role is starting",
    busyrole: "its role is busy",
    restartingrole: "its role is restarting",
    preparing: "is being prepared",
    stoppingrole: "its role is stopping",
    stoppingvm: "its virtual machine is stopping",
  }),
);
const stuck: ReadonlyMap<string, string> = new Map(
  Object.entries({
    stopped: "is stopped: start it",
    stoppedvm: "its virtual machine is stopped: start it",
    stoppeddeallocated: "is deallocated: start it",
    destroyed: "was destroyed: redeploy the role",
    unresponsive: "is unresponsive: restart or reimage it",
    aborted: "was aborted: restart or reimage it",
    cyclingrole: "its role keeps crashing: check its logs",
    failedstartingrole: "its role failed to start: check its logs",
    failedstartingvm: "its virtual machine failed to start: reimage it",
    unresponsiverole: "its role is unresponsive: restart it",
    deletingvm: "its virtual machine is being deleted: redeploy the role if it is meant to stay",
  }),
);

/** Judges an instance by its instance view. A missing view or an unknown state is not ready. */
export function assessInstance(instance: InstanceObservation): InstanceReadiness {
  const { name, role } = instance;
  const state = stateOf(instance.states);
  if (state === undefined) {
    const [missing, reason] = instance.states
      ? ["no role state", "has no role state in its instance view"]
      : ["no instance view", "came without an instance view"];
    return { name, role, state: missing, verdict: "not-yet", reason };
  }
  const key = keyOf(state);
  if (ready.has(key)) return { name, role, state, verdict: "ready", reason: "is running" };
  const hopeless = stuck.get(key);
  if (hopeless) return { name, role, state, verdict: "never", reason: hopeless };
  return { name, role, state, verdict: "not-yet", reason: passing.get(key) ?? "is in an unknown state" };
}

/** The role state among the codes of an instance view. If there are several, one that is not ready wins. */
function stateOf(codes: readonly string[] | undefined): string | undefined {
  const family = codes?.filter((code) => /^rolestate\//i.test(code)) ?? [];
  const bare = codes?.filter((code) => !code.includes("/")) ?? [];
  const states = (family.length > 0 ? family : bare).map((code) => code.slice(code.indexOf("/") + 1));
  return states.find((state) => !ready.has(keyOf(state))) ?? states[0];
}

function keyOf(state: string): string {
  return state.toLowerCase().replace(/^rolestate/, "");
}
