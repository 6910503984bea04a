import { toTime, type FinalRead, type FinalReads } from "./events";
import { sameId, type PublicIpObservation, type Read, type ServiceObservation } from "./observation";
import type { ServiceIdentity, SwapPlan } from "./plan";
import { tellTrouble, type ProbeResult } from "./probe";

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

/** Whether the slots are known and not as before: only then the public IPs have something to testify. */
export function mayBeSwapped(services: Services): boolean {
  return ["after", "foreign"].includes(slotState(services));
}

/** Whether provisioning has succeeded on both sides. */
export function areSettled({ incoming, outgoing }: Services): boolean {
  return [incoming, outgoing].every(
    (read) => read.kind === "found" && read.value.provisioningState?.toLowerCase() === "succeeded",
  );
}

/** What a verifying read showed. */
export interface Verified {
  readonly detail: string;
  readonly finalRead: FinalReads | null;
}

export interface VerificationDecision extends Verified {
  readonly kind: "verified" | "not-yet";
  /** What it means when time runs out with this as the last look; absent when verified. */
  readonly against?: Against | undefined;
}

/** `unmeasured`: too little could be read to say anything of the swap. */
export type Against = "regression" | "foreign-state" | "unmeasured";

/**
 * Verified when both services read complementary slots with the target held, provisioning Succeeded, and the public
 * IPs, the second witness of a VIP swap, do not contradict: the incoming service names the IP that the outgoing one
 * held when planned, and that IP names a load balancer of the incoming service (azure-docs swap-cloud-service.md).
 * What the replies do not show of the witness is told, and does not stand in the way.
 */
export function decideVerification(plan: SwapPlan, truth: SwapTruth): VerificationDecision {
  const finalRead = finalReadOf(plan, truth);
  const slots = slotState(truth);
  const witness = witnessOf(plan, truth);
  const problems = [
    ...(slots === "after" ? [] : [`slots read "${slots}"`]),
    ...(areSettled(truth) ? [] : ["provisioning has not succeeded on both services"]),
    ...witness.contradictions,
  ];
  if (problems.length > 0) {
    const against = againstOf(slots, areSettled(truth));
    return { kind: "not-yet", detail: problems.join("; "), finalRead, against };
  }
  const address = truth.incomingIp?.kind === "found" ? truth.incomingIp.value.address : undefined;
  const answers = address ? ` and answers at ${address}` : "";
  const unshown = witness.missing.length > 0 ? `; not shown: ${witness.missing.join(", ")}` : "";
  return {
    kind: "verified",
    detail: `${plan.incoming.name} holds production${answers}${unshown}`,
    finalRead,
  };
}

/** Slots that are not as swapped are somebody else's doing by now: the swap was proved before. */
function againstOf(slots: SlotState, settled: boolean): Against {
  if (slots === "before" || slots === "foreign") return "foreign-state";
  return slots === "after" && settled ? "regression" : "unmeasured";
}

/** The same with what production answers: verified only when every probe passes. */
export function withAnswers(
  decision: VerificationDecision,
  results: readonly ProbeResult[],
): VerificationDecision {
  const trouble = tellTrouble(results);
  if (decision.kind !== "verified" || trouble === "") return decision;
  const failed = results.some((each) => each.verdict === "failure");
  return {
    kind: "not-yet",
    detail: trouble,
    finalRead: decision.finalRead,
    against: failed ? "regression" : "unmeasured",
  };
}

/** What a read showed, when it verifies the swap. */
export function verifiedBy(plan: SwapPlan, truth: SwapTruth): Verified | undefined {
  const { kind, detail, finalRead } = decideVerification(plan, truth);
  return kind === "verified" ? { detail, finalRead } : undefined;
}

interface Witness {
  readonly contradictions: readonly string[];
  readonly missing: readonly string[];
}

function witnessOf(plan: SwapPlan, truth: SwapTruth): Witness {
  const testimonies = [addressTestimony(plan, truth), frontendTestimony(plan, truth)];
  return {
    contradictions: testimonies.flatMap((t) => ("contradicts" in t ? [t.contradicts] : [])),
    missing: testimonies.flatMap((t) => ("missing" in t ? [t.missing] : [])),
  };
}

type Testimony = { readonly contradicts: string } | { readonly missing: string } | { readonly agrees: true };

function addressTestimony(plan: SwapPlan, truth: SwapTruth): Testimony {
  const expected = plan.outgoing.publicIpId;
  const held = truth.incoming.kind === "found" ? publicIpIdOf(truth.incoming.value) : undefined;
  if (!expected) return { missing: `the public IP ${plan.outgoing.name} had when planned` };
  if (!held) return { missing: `the public IP ${plan.incoming.name} names` };
  if (sameId(expected, held)) return { agrees: true };
  const named = `${plan.incoming.name} still names the public IP ${lastSegment(held)}`;
  return { contradicts: `${named}, not ${lastSegment(expected)}` };
}

/** A service's load balancer resource bears the name of its load balancer configuration (Switch-AzCloudService.ps1). */
function frontendTestimony({ incoming: planned }: SwapPlan, { incoming, incomingIp }: SwapTruth): Testimony {
  const missing = { missing: `the load balancer of the public IP ${planned.name} names` };
  if (incoming.kind !== "found" || incomingIp?.kind !== "found") return missing;
  const holder = /\/loadBalancers\/([^/]+)/i.exec(incomingIp.value.frontendId ?? "")?.[1];
  const own = incoming.value.frontends.map((frontend) => frontend.loadBalancer);
  // A reply without the name of a load balancer is parsed as "?": it says nothing.
  if (holder === undefined || own.length === 0 || own.includes("?")) return missing;
  if (own.some((name) => name.toLowerCase() === holder.toLowerCase())) return { agrees: true };
  const held = `the public IP ${lastSegment(incomingIp.value.id)} is held by load balancer ${holder}`;
  return { contradicts: `${held}, not ${own.join(" or ")} of ${planned.name}` };
}

export function publicIpIdOf(service: ServiceObservation): string | undefined {
  return service.frontends.find((frontend) => frontend.publicIpId)?.publicIpId;
}

export function lastSegment(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

/** What the last read showed, for the completion event. */
function finalReadOf(plan: SwapPlan, truth: SwapTruth): FinalReads | null {
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
