import { error } from "./arm-replies";
import type { ArmReply } from "./contract";
import { elapsedOf, type Moment } from "./instances";
import { secondsOf, type ScheduledFault } from "./service-faults";
import { momentOf, type Pair, type World } from "./world";

/** Refuses a swap while another operation runs on either service of the pair. */
export function lockOf(world: World, pair: Pair): ArmReply | undefined {
  const names = pair.map((service) => service.name.toLowerCase());
  const moment = momentOf(world);
  const own = world.state.operations.some(
    ({ endsAt, services }) =>
      (endsAt === null || moment.now < endsAt) && services.some((name) => names.includes(name.toLowerCase())),
  );
  if (own) return refusal("429");
  for (const scheduled of world.state.serviceFaults) {
    const lock = names.includes(scheduled.fault.service.toLowerCase()) ? lockedBy(scheduled, moment) : "none";
    if (lock !== "none") return refusal(lock);
  }
  return undefined;
}

function lockedBy(scheduled: ScheduledFault, moment: Moment): "429" | "409" | "none" {
  const { fault } = scheduled;
  const elapsed = elapsedOf(scheduled, moment);
  if (elapsed < 0 || elapsed >= secondsOf(fault)) return "none";
  switch (fault.kind) {
    case "other-operation":
      return fault.lock ?? "429";
    case "redeployment":
      return fault.lock ?? "409";
    case "scale":
      return "409";
    case "swap-by-hand":
      return "429";
    default:
      return "none";
  }
}

function refusal(lock: "429" | "409"): ArmReply {
  return lock === "429"
    ? error(429, "RetryableErrorDueToAnotherOperation", "Another operation is in progress.", {
        "retry-after": "5",
      })
    : error(409, "AnotherOperationInProgress", "Another operation on this resource is in progress.");
}
