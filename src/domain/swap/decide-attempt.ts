import { type Read, sameId, type ServiceObservation } from "../cloud-service/observation";
import type { RoleStateCheck } from "../cloud-service/readiness";
import type { SwapPlan } from "../plan/plan";
import { identityOf, isSameIdentity } from "../plan/planning";
import type { Direction, Unsent } from "./attempt";
import { areSettled, slotState } from "./verification";

/** The fresh reads an attempt makes right before its PUT. */
export interface AttemptReads {
  readonly incoming: Read<ServiceObservation>;
  readonly outgoing: Read<ServiceObservation>;
  readonly incomingCheck: RoleStateCheck;
  readonly outgoingCheck: RoleStateCheck;
}

/** `evidence`: instances that do not run and need not. */
export type Send = { readonly kind: "send"; readonly evidence?: string };

/**
 * Whether the one PUT may be sent, judged by reads made after the claim was granted. A rollback does not need running
 * instances: Azure may decline it. Under break-glass the instances of the outgoing service do not count.
 */
export function decideAttempt(
  plan: SwapPlan,
  reads: AttemptReads,
  direction: Direction = "forward",
  outgoingMayBeDown = false,
): Send | Unsent {
  const { incoming, outgoing } = reads;
  if (incoming.kind !== "found" || outgoing.kind !== "found") {
    return { kind: "not-ready", detail: unreadable(reads), retryAfterMs: retryAfter(incoming, outgoing) };
  }
  const slots = slotState(reads);
  const held = [incoming.value, outgoing.value].map(({ name, slot }) => `${name}: ${slot ?? "?"}`).join(", ");
  if (slots === "unreadable") return { kind: "not-ready", detail: `a slot could not be read (${held})` };
  if (slots === "after") return { kind: "already", detail: held };
  if (slots === "foreign") return { kind: "foreign-state", detail: held };
  const needed = neededChecks(reads, direction, outgoingMayBeDown);
  return staleness(plan, incoming.value, outgoing.value) ?? readiness(reads, needed);
}

function staleness(
  plan: SwapPlan,
  incoming: ServiceObservation,
  outgoing: ServiceObservation,
): Unsent | undefined {
  const changed = [
    ...(isSameIdentity(plan.incoming, identityOf(plan.incoming.side, incoming)) ? [] : [incoming.name]),
    ...(isSameIdentity(plan.outgoing, identityOf(plan.outgoing.side, outgoing)) ? [] : [outgoing.name]),
  ];
  if (changed.length > 0) {
    return { kind: "stale-plan", detail: `redeployed since planning: ${changed.join(", ")}` };
  }
  const paired = sameId(incoming.swappableId, outgoing.id) && sameId(outgoing.swappableId, incoming.id);
  return paired
    ? undefined
    : { kind: "stale-plan", detail: "the services no longer name each other as swappable" };
}

/** The checks that must be ready. The others are evidence only. */
function neededChecks(
  { incomingCheck, outgoingCheck }: AttemptReads,
  direction: Direction,
  outgoingMayBeDown: boolean,
): readonly RoleStateCheck[] {
  if (direction === "rollback") return [];
  return outgoingMayBeDown ? [incomingCheck] : [incomingCheck, outgoingCheck];
}

function readiness(reads: AttemptReads, needed: readonly RoleStateCheck[]): Send | Unsent {
  if (!areSettled(reads)) {
    return { kind: "not-ready", detail: "provisioning has not succeeded on both services" };
  }
  const down = [reads.incomingCheck, reads.outgoingCheck].filter((check) => check.verdict !== "ready");
  if (down.length === 0) return { kind: "send" };
  const detail = down.map((check) => `${check.side}: ${check.summary}`).join("; ");
  return down.some((check) => needed.includes(check))
    ? { kind: "not-ready", detail }
    : { kind: "send", evidence: detail };
}

function unreadable(reads: AttemptReads): string {
  return [reads.incoming, reads.outgoing]
    .flatMap((read) => (read.kind === "found" ? [] : [read.detail]))
    .join("; ");
}

function retryAfter(...reads: readonly Read<unknown>[]): number | undefined {
  const waits = reads.flatMap((read) => ("retryAfterMs" in read ? (read.retryAfterMs ?? []) : []));
  return waits.length > 0 ? Math.max(...waits) : undefined;
}
