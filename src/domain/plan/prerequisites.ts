import {
  lastSegment,
  type PairObservation,
  sameId,
  type ServiceObservation,
} from "../cloud-service/observation";
import { checkRoles, type RoleStateCheck } from "../cloud-service/readiness";
import { sideReadiness, describeSide } from "../cloud-service/readiness-view";
import { codes } from "../kernel/reason-codes";
import type { Side, SwapRequest } from "../kernel/swap-request";
import { type PairPolicy, tightenReadiness } from "../policy/policy";
import { networkRules } from "./network-prerequisites";
import { type PermissionReads, permissionRules } from "./permission-prerequisites";
import {
  type Plan,
  type Prerequisite,
  prerequisiteTitles,
  type Rule,
  type Services,
  type DescribedPrerequisite,
} from "./plan";

/** Applies all rules (Microsoft: swap-cloud-service.md, troubleshoot-vip-swap.md, azure-docs#101351). */
export function judgePrerequisites(
  identities: Pick<Plan, "incoming" | "outgoing">,
  services: Services,
  observed: PairObservation,
  request: SwapRequest,
  policy: PairPolicy,
  now: number,
): readonly DescribedPrerequisite[] {
  const rules = [
    ...pairingRules(services),
    ...stateRules(services),
    ...networkRules(services, observed.publicIps),
    ...instanceRules(identities, services, observed),
    ...likenessRules(services),
    versionRule(services.incoming, request, policy),
    readinessRule(request, policy),
    ...permissionRules(services, permissionsOf(identities, observed)),
    retirementRule(now),
  ];
  return rules.map(judged);
}

function permissionsOf(
  { incoming }: Pick<Plan, "incoming">,
  { bluePermissions: blue, greenPermissions: green }: PairObservation,
): PermissionReads {
  return incoming.side === "blue" ? { incoming: blue, outgoing: green } : { incoming: green, outgoing: blue };
}

function judged({ code, failure, basis, holds, evidence, reportsOnly }: Rule): DescribedPrerequisite {
  const refuses = !reportsOnly && (basis === "documented" || basis === "policy");
  const verdict = holds ? "met" : refuses ? "broken" : "warned";
  const described = evidence.length > 240 ? `${evidence.slice(0, 237)}...` : evidence;
  const failed = holds ? {} : { failure, remedy: codes[failure].remedy };
  return { code, title: prerequisiteTitles[code], verdict, basis, evidence: described, ...failed };
}

/** Restores the texts that a promotion record near its size limit omits. */
export function inFull(p: Prerequisite): DescribedPrerequisite {
  const title = prerequisiteTitles[p.code];
  return p.failure === undefined ? { ...p, title } : { ...p, title, remedy: codes[p.failure].remedy };
}

function pairingRules({ incoming, outgoing }: Services): readonly Rule[] {
  const both = [incoming, outgoing];
  const mutual = sameId(incoming.swappableId, outgoing.id) && sameId(outgoing.swappableId, incoming.id);
  const unset = both.filter((s) => s.swappableId === undefined).map((s) => s.name);
  return [
    {
      code: "service-type",
      failure: both.every((s) => s.type !== undefined) ? "not-extended-support" : "reply-incomplete",
      basis: "documented",
      holds: both.every((s) => s.type?.toLowerCase() === "microsoft.compute/cloudservices"),
      evidence: describeField(both, "type"),
    },
    {
      code: "swappable-partner",
      failure: "not-swappable",
      basis: "documented",
      holds: unset.length === 0,
      evidence:
        unset.length > 0 ? `no swappableCloudService on ${unset.join(", ")}` : both.map(partner).join(", "),
    },
    {
      code: "mutual-pairing",
      failure: "not-mutual",
      basis: "documented",
      holds: mutual || unset.length > 0,
      evidence: both.map(partner).join(", "),
    },
  ];
}

function partner(service: ServiceObservation): string {
  return `${service.name} names ${service.swappableId ? lastSegment(service.swappableId) : "none"}`;
}

function describeField(
  services: readonly ServiceObservation[],
  field: "type" | "location" | "provisioningState",
): string {
  return services.map((s) => `${s.name}: ${s[field] ?? `the reply has no ${field}`}`).join(", ");
}

function stateRules({ incoming, outgoing }: Services): readonly Rule[] {
  const both = [incoming, outgoing];
  const slots = both.map((s) => `${s.name} holds ${s.slot ?? "an unknown slot"}`).join(", ");
  const known = both.every((s) => s.slot !== undefined);
  return [
    { code: "slots", failure: "slot-unknown", basis: "documented", holds: known, evidence: slots },
    {
      code: "slot-complement",
      failure: "slots-not-complementary",
      basis: "documented",
      holds: !known || incoming.slot !== outgoing.slot,
      evidence: slots,
    },
    {
      code: "provisioning-state",
      failure: both.every((s) => s.provisioningState !== undefined)
        ? "provisioning-not-succeeded"
        : "reply-incomplete",
      basis: "documented",
      holds: both.every((s) => s.provisioningState?.toLowerCase() === "succeeded"),
      evidence: describeField(both, "provisioningState"),
    },
  ];
}

/** The role-state check of one side of a pair. */
export function checkSide(side: Side, observed: PairObservation): RoleStateCheck {
  return checkRoles(side, observed[side], side === "blue" ? observed.blueInstances : observed.greenInstances);
}

function instanceRules(
  identities: Pick<Plan, "incoming" | "outgoing">,
  { incoming, outgoing }: Services,
  observed: PairObservation,
): readonly Rule[] {
  const both = [incoming, outgoing];
  const roles = both.map(
    (s) => `${s.name}: ${s.roles?.map((r) => `${r.name}×${r.capacity}`).join(" ") ?? "no role profile"}`,
  );
  const empty = both.flatMap((s) =>
    (s.roles ?? []).filter((r) => r.capacity < 1).map((r) => `${s.name}/${r.name}`),
  );
  const checks = (["blue", "green"] as const).map((side) => checkSide(side, observed));
  const waiting = checks.filter((check) => check.verdict !== "ready");
  const nameOf = (side: Side) => (side === identities.incoming.side ? incoming.name : outgoing.name);
  return [
    {
      code: "role-profile",
      failure: "roles-unknown",
      basis: "documented",
      holds: both.every((s) => s.roles !== undefined && s.roles.length > 0),
      evidence: roles.join("; "),
    },
    {
      code: "role-capacity",
      failure: "no-instances",
      basis: "documented",
      holds: empty.length === 0,
      evidence: empty.length > 0 ? `without instances: ${empty.join(", ")}` : roles.join("; "),
    },
    {
      code: "role-instances",
      failure: "instances-not-running",
      basis: "documented",
      reportsOnly: true,
      holds: waiting.length === 0,
      evidence:
        waiting.length === 0
          ? `${checks.reduce((sum, check) => sum + check.total, 0)} instances running`
          : waiting.map((check) => `${nameOf(check.side)}: ${describeSide(sideReadiness(check))}`).join("; "),
    },
  ];
}

function likenessRules({ incoming, outgoing }: Services): readonly Rule[] {
  const subscription = (s: ServiceObservation) => s.id.split("/")[2] ?? "";
  const roleNames = (s: ServiceObservation) =>
    (s.roles ?? [])
      .map((r) => r.name)
      .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
      .join(" ");
  return [
    {
      code: "region",
      failure: "region-differs",
      basis: "inferred",
      holds:
        incoming.location !== undefined &&
        incoming.location.toLowerCase() === outgoing.location?.toLowerCase(),
      evidence: describeField([incoming, outgoing], "location"),
    },
    {
      code: "subscription",
      failure: "subscription-differs",
      basis: "inferred",
      holds: subscription(incoming).toLowerCase() === subscription(outgoing).toLowerCase(),
      evidence: `${subscription(incoming)}, ${subscription(outgoing)}`,
    },
    {
      code: "role-names",
      failure: "roles-differ",
      basis: "unknown",
      holds: roleNames(incoming).toLowerCase() === roleNames(outgoing).toLowerCase(),
      evidence: `${incoming.name}: ${roleNames(incoming)}; ${outgoing.name}: ${roleNames(outgoing)}`,
    },
  ];
}

function versionRule(incoming: ServiceObservation, request: SwapRequest, policy: PairPolicy): Rule {
  const wanted = request.expect?.version;
  const is = incoming.version ?? `no tag "${policy.versionTag}"`;
  return {
    code: "version",
    failure: "version-mismatch",
    basis: "policy",
    holds: wanted === undefined || incoming.version === wanted,
    evidence:
      wanted === undefined
        ? `${incoming.name}: ${is}; no version is expected`
        : `expected ${wanted}, ${incoming.name}: ${is}`,
  };
}

/** A request can ask for a longer stableFor than the pair's deadline allows. */
function readinessRule(request: SwapRequest, policy: PairPolicy): Rule {
  const { stableForMs, deadlineMs } = tightenReadiness(policy, request);
  return {
    code: "readiness-times",
    failure: "readiness-impossible",
    basis: "policy",
    holds: stableForMs < deadlineMs,
    evidence: `stable for ${stableForMs / 1000} s, deadline ${deadlineMs / 1000} s`,
  };
}

function retirementRule(now: number): Rule {
  const days = daysUntilRetirement(now);
  return {
    code: "platform-support",
    failure: "platform-retirement",
    basis: "documented",
    reportsOnly: true,
    holds: false,
    evidence: days > 0 ? `retires on ${RETIREMENT}, ${days} days left` : `retired on ${RETIREMENT}`,
  };
}

/** The retirement of Cloud Services (extended support), Azure updates id 486344. */
export const RETIREMENT = "2027-03-31";

/** Whole days until the retirement; negative afterwards. */
export function daysUntilRetirement(now: number): number {
  return Math.ceil((Date.parse(`${RETIREMENT}T00:00:00Z`) - now) / 86_400_000);
}
