import type { Code } from "./codes";
import type { PairPolicy } from "./policy";
import type { Side } from "./swap-request";
import type { WayBack } from "./way-back";

/** What a rule rests on: [documented] and policy rules refuse, [inferred] and [unknown] ones warn. */
export type Basis = "documented" | "inferred" | "unknown" | "policy";

/**
 * Every condition for a swap by its code, and the title people read. Both name what is judged, not how it came out: a
 * title, a colon and the evidence read true whatever the verdict.
 */
export const prerequisiteTitles = {
  "service-type": "Service type",
  "swappable-partner": "Swappable partner",
  "mutual-pairing": "Mutual pairing",
  slots: "Slots",
  "slot-complement": "Production and staging",
  "provisioning-state": "Provisioning state",
  "public-frontend": "Public frontend",
  "frontend-addresses": "Frontend addresses",
  "load-balancers": "Load balancers",
  "public-ip-allocation": "Public IP allocation",
  "public-ip-sku": "Public IP SKU",
  "role-profile": "Role profile",
  "role-capacity": "Instances per role",
  "role-instances": "Role instances",
  region: "Region",
  subscription: "Subscription",
  "role-names": "Role names",
  version: "Version of the incoming service",
  "readiness-times": "Readiness times",
  "slot-write-permission": "Permission to write slots",
  "operation-read-permission": "Permission to follow the operation",
  "platform-support": "Platform support",
} as const;

export type PrerequisiteCode = keyof typeof prerequisiteTitles;

/** One condition for a swap, judged. All are reported, met ones too. */
export interface Prerequisite {
  readonly code: PrerequisiteCode;
  /** That of its code; left out of a ledger that is short of room, as the remedy. */
  readonly title?: string | undefined;
  readonly verdict: "met" | "warned" | "broken";
  readonly basis: Basis;
  /** What was seen, at most 240 characters. */
  readonly evidence: string;
  /** How it failed: what a refusal is told with. Only for `warned` and `broken`, as the remedy. */
  readonly failure?: Code | undefined;
  readonly remedy?: string | undefined;
}

/** A condition as people read it. */
export type ToldPrerequisite = Prerequisite & { readonly title: string };

/** Who a service was when the plan was made; any difference later makes the plan stale. */
export interface ServiceIdentity {
  readonly side: Side;
  readonly id: string;
  readonly name: string;
  readonly uniqueId?: string | undefined;
  readonly version?: string | undefined;
  readonly configurationDigest?: string | undefined;
  readonly roles: readonly { readonly name: string; readonly capacity: number }[];
  /** The public IP this service held when planned. */
  readonly publicIpId?: string | undefined;
}

/** A request made concrete. `hash` covers identities, policy and request; evidence and times are outside it. */
export interface Plan {
  readonly hash: string;
  readonly pair: string;
  readonly incoming: ServiceIdentity;
  readonly outgoing: ServiceIdentity;
  readonly prerequisites: readonly Prerequisite[];
  readonly policy: PairPolicy;
  readonly plannedAt: number;
  /** Whether there would be a way back, as foreseen when planned; absent in plans of before it was. */
  readonly wayBack?: WayBack | undefined;
}

/** What a swap needs of its plan. The evidence stays in the ledger: what runs and waits carry is replayed many times. */
export type SwapPlan = Omit<Plan, "prerequisites" | "wayBack">;

export function withoutEvidence({ prerequisites: _evidence, wayBack: _foreseen, ...plan }: Plan): SwapPlan {
  return plan;
}

/** What sets a plan apart from the one before it, for people. */
export function describeChange(before: Plan, after: Plan): string {
  const changes = (["incoming", "outgoing"] as const).flatMap((which) =>
    differences(before[which], after[which]).map((what) => `${after[which].name}: ${what}`),
  );
  return changes.length > 0 ? changes.join("; ") : "the pair's policy has changed";
}

function differences(before: ServiceIdentity, after: ServiceIdentity): readonly string[] {
  const capacities = ({ roles }: ServiceIdentity) =>
    roles.map(({ name, capacity }) => `${name}×${capacity}`).join(" ");
  return [
    ...(before.version === after.version
      ? []
      : [`version ${before.version ?? "unknown"} → ${after.version ?? "unknown"}`]),
    ...(capacities(before) === capacities(after)
      ? []
      : [`instances ${capacities(before)} → ${capacities(after)}`]),
    ...(before.configurationDigest === after.configurationDigest ? [] : ["its configuration"]),
    ...(before.uniqueId === after.uniqueId ? [] : ["deployed anew"]),
    ...(before.publicIpId === after.publicIpId ? [] : ["its public IP"]),
  ];
}

/** What planning found. */
export type PlanVerdict =
  | { readonly kind: "planned"; readonly plan: Plan }
  | {
      readonly kind: "unchanged";
      readonly detail: string;
      readonly incoming: ServiceIdentity;
      readonly outgoing: ServiceIdentity;
    }
  | {
      readonly kind: "refused";
      readonly code: Code;
      readonly detail: string;
      readonly prerequisites: readonly Prerequisite[];
      readonly incoming?: ServiceIdentity | undefined;
      readonly outgoing?: ServiceIdentity | undefined;
    }
  /** Nothing could be judged yet; the caller tries again. */
  | { readonly kind: "unreadable"; readonly detail: string; readonly retryAfterMs?: number | undefined };
