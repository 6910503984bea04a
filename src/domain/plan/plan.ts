import type { ServiceIdentity, ServiceObservation } from "../cloud-service/observation";
import type { Code } from "../kernel/reason-codes";
import type { PairPolicy } from "../policy/policy";
import type { RollbackOutlook } from "./rollback-outlook";

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
  /** That of its code; left out of a promotion record that is short of room, as the remedy. */
  readonly title?: string;
  readonly verdict: "met" | "warned" | "broken";
  readonly basis: Basis;
  /** What was seen, at most 240 characters. */
  readonly evidence: string;
  /** How it failed: what a refusal is told with. Only for `warned` and `broken`, as the remedy. */
  readonly failure?: Code;
  readonly remedy?: string;
}

/** A condition as people read it. */
export type DescribedPrerequisite = Prerequisite & { readonly title: string };

/** A request made concrete. `hash` covers identities, policy and request; evidence and times are outside it. */
export interface Plan {
  readonly hash: string;
  readonly pair: string;
  readonly incoming: ServiceIdentity;
  readonly outgoing: ServiceIdentity;
  readonly prerequisites: readonly Prerequisite[];
  readonly policy: PairPolicy;
  readonly plannedAt: number;
  /** Whether there would be a rollback, as foreseen when planned; absent in plans of before it was. */
  readonly rollbackOutlook?: RollbackOutlook;
}

/** What a swap needs of its plan. The evidence stays in the promotion record: what runs and waits carry is replayed many times. */
export type SwapPlan = Omit<Plan, "prerequisites" | "rollbackOutlook">;

export function withoutEvidence({
  prerequisites: _evidence,
  rollbackOutlook: _foreseen,
  ...plan
}: Plan): SwapPlan {
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
      readonly incoming?: ServiceIdentity;
      readonly outgoing?: ServiceIdentity;
    }
  /** Nothing could be judged yet; the caller tries again. */
  | { readonly kind: "unreadable"; readonly detail: string; readonly retryAfterMs?: number };

/** One rule, applied: whether it holds, and what was seen. */
export interface Rule {
  readonly code: PrerequisiteCode;
  /** How it fails, where it does not hold. */
  readonly failure: Code;
  readonly basis: Basis;
  readonly holds: boolean;
  readonly evidence: string;
  /** Only tells, whatever it rests on. */
  readonly reportsOnly?: boolean;
}

export type Services = Readonly<Record<"incoming" | "outgoing", ServiceObservation>>;
