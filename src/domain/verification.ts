import { toTime, type CompletionData, type FinalRead } from "./events";
import { sameId, type PublicIpObservation, type Read, type ServiceObservation } from "./observation";
import type { Plan, ServiceIdentity } from "./plan";

/** Both services of a promotion, read afresh; the public IPs are those each service's frontend names now. */
export interface SwapTruth {
  readonly incoming: Read<ServiceObservation>;
  readonly outgoing: Read<ServiceObservation>;
  readonly incomingIp?: Read<PublicIpObservation> | undefined;
  readonly outgoingIp?: Read<PublicIpObservation> | undefined;
}

type Services = Pick<SwapTruth, "incoming" | "outgoing">;

/** `foreign`: both slots are known and neither the state before the swap nor the one after it. */
export type SlotState = "before" | "after" | "foreign" | "unreadable";

export function slotState({ incoming, outgoing }: Services): SlotState {
  const a = incoming.kind === "found" ? incoming.value.slot : undefined;
  const b = outgoing.kind === "found" ? outgoing.value.slot : undefined;
  if (!a || !b) return "unreadable";
  if (a === b) return "foreign";
  return a === "production" ? "after" : "before";
}

/** Whether provisioning has succeeded on both sides. */
export function areSettled({ incoming, outgoing }: Services): boolean {
  return [incoming, outgoing].every(
    (read) => read.kind === "found" && read.value.provisioningState?.toLowerCase() === "succeeded",
  );
}

export interface VerificationDecision {
  readonly kind: "verified" | "not-yet";
  readonly detail: string;
  readonly finalRead: CompletionData["finalRead"];
}

/**
 * Verified when both services read complementary slots with the target held, provisioning Succeeded, and the public
 * IPs, the second witness of a VIP swap, do not contradict: the incoming service names the IP that the outgoing one
 * held when planned (azure-docs swap-cloud-service.md).
 */
export function decideVerification(plan: Plan, truth: SwapTruth): VerificationDecision {
  const finalRead = finalReadOf(plan, truth);
  const slots = slotState(truth);
  const problems = [
    ...(slots === "after" ? [] : [`slots read "${slots}"`]),
    ...(areSettled(truth) ? [] : ["provisioning has not succeeded on both services"]),
    ...contradictions(plan, truth),
  ];
  if (problems.length > 0) return { kind: "not-yet", detail: problems.join("; "), finalRead };
  const address = truth.incomingIp?.kind === "found" ? truth.incomingIp.value.address : undefined;
  const witness = address ? ` and answers at ${address}` : "";
  return { kind: "verified", detail: `${plan.incoming.name} holds production${witness}`, finalRead };
}

function contradictions(plan: Plan, truth: SwapTruth): readonly string[] {
  const expected = plan.outgoing.publicIpId;
  const held = truth.incoming.kind === "found" ? publicIpIdOf(truth.incoming.value) : undefined;
  if (!expected || !held || sameId(expected, held)) return [];
  return [
    `${plan.incoming.name} still names the public IP ${lastSegment(held)}, not ${lastSegment(expected)}`,
  ];
}

export function publicIpIdOf(service: ServiceObservation): string | undefined {
  return service.frontends.find((frontend) => frontend.publicIpId)?.publicIpId;
}

export function lastSegment(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

/** What the last read showed, for the completion event. */
function finalReadOf(plan: Plan, truth: SwapTruth): CompletionData["finalRead"] {
  return {
    incoming: readOf(plan.incoming, truth.incoming, truth.incomingIp),
    outgoing: readOf(plan.outgoing, truth.outgoing, truth.outgoingIp),
  };
}

function readOf(
  planned: ServiceIdentity,
  service: Read<ServiceObservation>,
  ip: Read<PublicIpObservation> | undefined,
): FinalRead | null {
  if (service.kind !== "found") return null;
  const { id, observedAt, slot, provisioningState, version } = service.value;
  const publicIp =
    ip?.kind === "found"
      ? { id: ip.value.id, address: ip.value.address, frontendId: ip.value.frontendId }
      : undefined;
  return {
    id,
    side: planned.side,
    observedAt: toTime(observedAt),
    slot,
    provisioningState,
    version,
    publicIp,
  };
}
