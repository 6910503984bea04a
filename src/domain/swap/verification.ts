import {
  lastSegment,
  publicIpIdOf,
  type PublicIpObservation,
  type Read,
  sameId,
  type ServiceIdentity,
  type ServiceObservation,
} from "../cloud-service/observation";
import { type ProbeResult, describeTrouble } from "../cloud-service/probe";
import type { Slot } from "../kernel/swap-request";
import { toTime } from "../kernel/time";
import type { SwapPlan } from "../plan/plan";

/** Fresh reads of both services, and of the public IPs that their frontends name now. */
export interface ObservedState {
  readonly incoming: Read<ServiceObservation>;
  readonly outgoing: Read<ServiceObservation>;
  readonly incomingIp?: Read<PublicIpObservation>;
  readonly outgoingIp?: Read<PublicIpObservation>;
}

type Services = Pick<ObservedState, "incoming" | "outgoing">;

/** `foreign`: both slots are known and match neither the state before the swap nor the one after it. */
export type SlotState = "before" | "after" | "foreign" | "unreadable";

export function slotState({ incoming, outgoing }: Services): SlotState {
  const a = incoming.kind === "found" ? incoming.value.slot : undefined;
  const b = outgoing.kind === "found" ? outgoing.value.slot : undefined;
  if (!a || !b) return "unreadable";
  if (a === b) return "foreign";
  return a === "production" ? "after" : "before";
}

/** Whether the slots are known and not as before. Only then the public IPs are evidence. */
export function mayBeSwapped(services: Services): boolean {
  return ["after", "foreign"].includes(slotState(services));
}

export function areSettled({ incoming, outgoing }: Services): boolean {
  return [incoming, outgoing].every(
    (read) => read.kind === "found" && read.value.provisioningState?.toLowerCase() === "succeeded",
  );
}

export interface Verified {
  readonly detail: string;
  readonly finalRead: FinalReads | null;
}

export interface VerificationDecision extends Verified {
  readonly kind: "verified" | "not-yet";
  /** The meaning if this is the last check before the deadline; absent if verified. */
  readonly against?: Against;
}

/** `unmeasured`: too little could be read to judge the swap. */
export type Against = "regression" | "foreign-state" | "unmeasured";

/**
 * Verified if the slots are exchanged, provisioning has succeeded, and the public IPs do not contradict: the incoming
 * service has the IP that the outgoing one had, and that IP names a load balancer of the incoming service (azure-docs
 * swap-cloud-service.md). Missing evidence is reported, not awaited.
 */
export function decideVerification(plan: SwapPlan, observed: ObservedState): VerificationDecision {
  const finalRead = finalReadOf(plan, observed);
  const slots = slotState(observed);
  const source = sourceOf(plan, observed);
  const problems = [
    ...(slots === "after" ? [] : [`slots read "${slots}"`]),
    ...(areSettled(observed) ? [] : ["provisioning has not succeeded on both services"]),
    ...source.contradictions,
  ];
  if (problems.length > 0) {
    const against = againstOf(slots, areSettled(observed));
    return { kind: "not-yet", detail: problems.join("; "), finalRead, against };
  }
  const address = observed.incomingIp?.kind === "found" ? observed.incomingIp.value.address : undefined;
  const answers = address ? ` and answers at ${address}` : "";
  const unshown = source.missing.length > 0 ? `; not shown: ${source.missing.join(", ")}` : "";
  return {
    kind: "verified",
    detail: `${plan.incoming.name} holds production${answers}${unshown}`,
    finalRead,
  };
}

/** The swap was proved before, so somebody else has changed slots that are not exchanged. */
function againstOf(slots: SlotState, settled: boolean): Against {
  if (slots === "before" || slots === "foreign") return "foreign-state";
  return slots === "after" && settled ? "regression" : "unmeasured";
}

/** Adds the probes of production: verified only if all of them pass. */
export function withAnswers(
  decision: VerificationDecision,
  results: readonly ProbeResult[],
): VerificationDecision {
  const trouble = describeTrouble(results);
  if (decision.kind !== "verified" || trouble === "") return decision;
  const failed = results.some((each) => each.verdict === "failure");
  return {
    kind: "not-yet",
    detail: trouble,
    finalRead: decision.finalRead,
    against: failed ? "regression" : "unmeasured",
  };
}

export function verifiedBy(plan: SwapPlan, observed: ObservedState): Verified | undefined {
  const { kind, detail, finalRead } = decideVerification(plan, observed);
  return kind === "verified" ? { detail, finalRead } : undefined;
}

interface EvidenceSource {
  readonly contradictions: readonly string[];
  readonly missing: readonly string[];
}

function sourceOf(plan: SwapPlan, observed: ObservedState): EvidenceSource {
  const evidence = [addressEvidence(plan, observed), frontendEvidence(plan, observed)];
  return {
    contradictions: evidence.flatMap((each) => ("contradicts" in each ? [each.contradicts] : [])),
    missing: evidence.flatMap((each) => ("missing" in each ? [each.missing] : [])),
  };
}

type Evidence = { readonly contradicts: string } | { readonly missing: string } | { readonly agrees: true };

function addressEvidence(plan: SwapPlan, observed: ObservedState): Evidence {
  const expected = plan.outgoing.publicIpId;
  const held = observed.incoming.kind === "found" ? publicIpIdOf(observed.incoming.value) : undefined;
  if (!expected) return { missing: `the public IP ${plan.outgoing.name} had when planned` };
  if (!held) return { missing: `the public IP ${plan.incoming.name} names` };
  if (sameId(expected, held)) return { agrees: true };
  const named = `${plan.incoming.name} still names the public IP ${lastSegment(held)}`;
  return { contradicts: `${named}, not ${lastSegment(expected)}` };
}

/** A load balancer resource has the name of its load balancer configuration (Switch-AzCloudService.ps1). */
function frontendEvidence(
  { incoming: planned }: SwapPlan,
  { incoming, incomingIp }: ObservedState,
): Evidence {
  const missing = { missing: `the load balancer of the public IP ${planned.name} names` };
  if (incoming.kind !== "found" || incomingIp?.kind !== "found") return missing;
  const holder = /\/loadBalancers\/([^/]+)/i.exec(incomingIp.value.frontendId ?? "")?.[1];
  const own = incoming.value.frontends.map((frontend) => frontend.loadBalancer);
  // A reply without the name of a load balancer is parsed as "?".
  if (holder === undefined || own.length === 0 || own.includes("?")) return missing;
  if (own.some((name) => name.toLowerCase() === holder.toLowerCase())) return { agrees: true };
  const held = `the public IP ${lastSegment(incomingIp.value.id)} is held by load balancer ${holder}`;
  return { contradicts: `${held}, not ${own.join(" or ")} of ${planned.name}` };
}

function finalReadOf(plan: SwapPlan, observed: ObservedState): FinalReads | null {
  return {
    incoming: readOf(plan.incoming, observed.incoming, observed.incomingIp),
    outgoing: readOf(plan.outgoing, observed.outgoing, observed.outgoingIp),
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
  const { side } = planned;
  return { id, side, observedAt: toTime(observedAt), slot, provisioningState, version, publicIp };
}

export interface FinalRead {
  readonly id: string;
  readonly side: string;
  readonly observedAt: string;
  readonly slot?: Slot;
  readonly provisioningState?: string;
  readonly version?: string;
  readonly publicIp?: { readonly id: string; readonly address?: string; readonly frontendId?: string };
}

/** Null: the service could not be read. */
export interface FinalReads {
  readonly incoming: FinalRead | null;
  readonly outgoing: FinalRead | null;
}
