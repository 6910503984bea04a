import type { Code } from "./codes";
import type { PairPolicy } from "./policy";
import type { Side } from "./swap-request";
import type { WayBack } from "./way-back";

/** What a rule rests on: [documented] and policy rules refuse, [inferred] and [unknown] ones warn. */
export type Basis = "documented" | "inferred" | "unknown" | "policy";

/** One condition for a swap, judged. All are reported, met ones too. */
export interface Prerequisite {
  readonly code: Code;
  readonly title: string;
  readonly verdict: "met" | "warned" | "broken";
  readonly basis: Basis;
  /** What was seen, at most 240 characters. */
  readonly evidence: string;
  /** Only for `warned` and `broken`. */
  readonly remedy?: string | undefined;
}

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
