import type { ServiceIdentity, ServiceObservation } from "../cloud-service/observation";
import type { Code } from "../kernel/reason-codes";
import type { PairPolicy } from "../policy/policy";
import type { RollbackOutlook } from "./rollback-outlook";

/** The basis of a rule: documented and policy rules refuse, inferred and unknown ones warn. */
export type Basis = "documented" | "inferred" | "unknown" | "policy";

/** Titles of all prerequisites. They name the subject and not the result, so that they fit any verdict. */
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

/** The verdict on one condition for a swap. Met ones are reported too. */
export interface Prerequisite {
  readonly code: PrerequisiteCode;
  /** From the code. A promotion record near its size limit omits title and remedy. */
  readonly title?: string;
  readonly verdict: "met" | "warned" | "broken";
  readonly basis: Basis;
  /** At most 240 characters. */
  readonly evidence: string;
  /** The reason code. Like the remedy, only for `warned` and `broken`. */
  readonly failure?: Code;
  readonly remedy?: string;
}

export type DescribedPrerequisite = Prerequisite & { readonly title: string };

/** A concrete swap. `hash` covers identities, policy and request, but not evidence and times. */
export interface Plan {
  readonly hash: string;
  readonly pair: string;
  readonly incoming: ServiceIdentity;
  readonly outgoing: ServiceIdentity;
  readonly prerequisites: readonly Prerequisite[];
  readonly policy: PairPolicy;
  readonly plannedAt: number;
  /** Whether a regression would be rolled back, at planning time; absent in older plans. */
  readonly rollbackOutlook?: RollbackOutlook;
}

/** The part of a plan that a swap needs. Runs and waits leave out the evidence, since they are replayed often. */
export type SwapPlan = Omit<Plan, "prerequisites" | "rollbackOutlook">;

export function withoutEvidence({
  prerequisites: _evidence,
  rollbackOutlook: _foreseen,
  ...plan
}: Plan): SwapPlan {
  return plan;
}

/** The differences between two plans, in words. */
export function describeChange(before: Plan, after: Plan): string {
  const changes = (["incoming", "outgoing"] as const).flatMap((which) =>
    differences(before[which], after[which]).map((what) => `${after[which].name}: ${what}`),
  );
  return changes.length > 0 ? changes.join("; ") : "the pair's policy has changed";
}

function differences(before: ServiceIdentity, after: ServiceIdentity): readonly string[] {
  const capacities = ({ roles }: ServiceIdentity) =>
    roles.map(({ name, capacity }) => `${name}×${capacity}`).join(" ");
  const rows: readonly [isSame: boolean, what: string][] = [
    [
      before.version === after.version,
      `version ${before.version ?? "unknown"} → ${after.version ?? "unknown"}`,
    ],
    [capacities(before) === capacities(after), `instances ${capacities(before)} → ${capacities(after)}`],
    [before.configurationDigest === after.configurationDigest, "its configuration"],
    [before.uniqueId === after.uniqueId, "redeployed"],
    [before.publicIpId === after.publicIpId, "its public IP"],
  ];
  return rows.flatMap(([isSame, what]) => (isSame ? [] : [what]));
}

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
  /** Nothing could be judged yet. The caller tries again. */
  | { readonly kind: "unreadable"; readonly detail: string; readonly retryAfterMs?: number };

/** One rule with its result. */
export interface Rule {
  readonly code: PrerequisiteCode;
  /** The reason code if the rule does not hold. */
  readonly failure: Code;
  readonly basis: Basis;
  readonly holds: boolean;
  readonly evidence: string;
  /** Never refuses, whatever its basis. */
  readonly reportsOnly?: boolean;
}

export type Services = Readonly<Record<"incoming" | "outgoing", ServiceObservation>>;
