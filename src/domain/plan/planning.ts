import {
  type PairObservation,
  publicIpIdOf,
  type Read,
  type ServiceIdentity,
  type ServiceObservation,
} from "../cloud-service/observation";
import { canonicalJson } from "../kernel/canonical-json";
import type { Code } from "../kernel/reason-codes";
import { otherSide, type Side, type SwapRequest } from "../kernel/swap-request";
import { truncate } from "../kernel/truncate";
import type { PairPolicy } from "../policy/policy";
import { type Plan, type PlanVerdict, prerequisiteTitles, type Services } from "./plan";
import { checkSide, judgePrerequisites } from "./prerequisites";
import { foreseeRollback } from "./rollback-outlook";

export interface Planning {
  readonly request: SwapRequest;
  readonly policy: PairPolicy;
  /** The target of an earlier plan of the same promotion. It does not change. */
  readonly target?: Side;
  readonly observed: PairObservation;
  readonly now: number;
  readonly digest: (text: string) => string;
}

/** Plans a swap. A target that already holds production needs no prerequisites. */
export function decidePlan(planning: Planning): PlanVerdict {
  const { observed, policy, request } = planning;
  const { blue, green } = observed;
  const unreadable = unreadableOf(observed);
  if (unreadable) return unreadable;
  if (blue.kind !== "found") return missing(blue, policy.blue);
  if (green.kind !== "found") return missing(green, policy.green);
  const services = { blue: blue.value, green: green.value };
  const incomingSide = planning.target ?? resolveTarget(request, services);
  if (incomingSide === undefined) return withoutStaging(services);
  const incoming = services[incomingSide];
  const outgoing = services[otherSide(incomingSide)];
  const identities = {
    incoming: identityOf(incomingSide, incoming),
    outgoing: identityOf(otherSide(incomingSide), outgoing),
  };
  const held = alreadyHeld(request, incoming, outgoing);
  if (held) return { kind: "unchanged", detail: held, ...identities };
  if (request.promote === "staging" && !request.expect && !policy.allowUnpinned) {
    return {
      ...refuse("unpinned", 'promote "staging" without expect: a repeat would swap back'),
      ...identities,
    };
  }
  return judge(planning, identities, { incoming, outgoing });
}

/** Size limit of the roles of both services in JSON, since the promotion record stores them all. */
const ROLES_LENGTH = 3_400;

function longRoles({
  incoming,
  outgoing,
}: Identities): Extract<PlanVerdict, { kind: "refused" }> | undefined {
  const { length } = JSON.stringify([incoming.roles, outgoing.roles]);
  if (length <= ROLES_LENGTH) return undefined;
  const count = incoming.roles.length + outgoing.roles.length;
  return refuse(
    "roles-too-long",
    `${count} roles take ${length} characters of JSON in a plan, ${ROLES_LENGTH} at most`,
  );
}

type Identities = Pick<Plan, "incoming" | "outgoing">;

function judge(planning: Planning, identities: Identities, services: Services): PlanVerdict {
  const { observed, policy, request, now, digest } = planning;
  const tooLong = longRoles(identities);
  if (tooLong) return { ...tooLong, ...identities };
  const prerequisites = judgePrerequisites(identities, services, observed, request, policy, now);
  const broken = prerequisites.filter((p) => p.verdict === "broken");
  const failure = broken[0]?.failure;
  if (failure) {
    const detail = `${broken.length} prerequisite${broken.length > 1 ? "s are" : " is"} not met: ${broken.map((p) => `${prerequisiteTitles[p.code]} (${p.evidence})`).join("; ")}`;
    return { kind: "refused", code: failure, detail, prerequisites, ...identities };
  }
  const { incoming, outgoing } = identities;
  // The hash ignores the pair's name: a renamed pair needs no new approval.
  const { name: pair, ...rules } = policy;
  const hash = digest(
    canonicalJson({ incoming: comparable(incoming), outgoing: comparable(outgoing), policy: rules, request }),
  );
  return {
    kind: "planned",
    plan: {
      hash,
      pair,
      ...identities,
      prerequisites,
      policy,
      plannedAt: now,
      rollbackOutlook: foreseeRollback(request, policy, checkSide(outgoing.side, observed)),
    },
  };
}

/** The longest version that a request can name. Tags may have 256 characters. */
const VERSION_LENGTH = 100;

/** The identity of a service, which only a new deployment changes. */
export function identityOf(side: Side, service: ServiceObservation): ServiceIdentity {
  const { id, name, uniqueId, version, configurationDigest, roles } = service;
  return {
    side,
    id,
    name,
    uniqueId,
    version: version && truncate(version, VERSION_LENGTH),
    configurationDigest,
    roles: roles ?? [],
    publicIpId: publicIpIdOf(service),
  };
}

/** Whether a service was not redeployed in between. The public IP does not count, since a swap moves it. */
export function isSameIdentity(a: ServiceIdentity, b: ServiceIdentity): boolean {
  const text = (identity: ServiceIdentity) => {
    const { id, uniqueId, version, configurationDigest, roles } = comparable(identity);
    return canonicalJson({ id, uniqueId, version, configurationDigest, roles });
  };
  return text(a) === text(b);
}

/** Ignores the case of ids and the order of roles, which vary between replies. */
function comparable(identity: ServiceIdentity): ServiceIdentity {
  return {
    ...identity,
    id: identity.id.toLowerCase(),
    name: identity.name.toLowerCase(),
    uniqueId: identity.uniqueId?.toLowerCase(),
    publicIpId: identity.publicIpId?.toLowerCase(),
    roles: [...identity.roles].sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function resolveTarget(
  request: SwapRequest,
  services: Readonly<Record<Side, ServiceObservation>>,
): Side | undefined {
  if (request.promote !== "staging") return request.promote;
  return (["blue", "green"] as const).find((side) => services[side].slot === "staging");
}

function withoutStaging({ blue, green }: Readonly<Record<Side, ServiceObservation>>): PlanVerdict {
  const held = [blue, green].map((s) => `${s.name} holds ${s.slot ?? "an unknown slot"}`).join(", ");
  const known = blue.slot !== undefined && green.slot !== undefined;
  return refuse(known ? "slots-not-complementary" : "slot-unknown", `no service holds staging: ${held}`);
}

function alreadyHeld(
  request: SwapRequest,
  incoming: ServiceObservation,
  outgoing: ServiceObservation,
): string | undefined {
  if (incoming.slot === "production" && outgoing.slot === "staging")
    return `${incoming.name} holds production already`;
  const wanted = request.promote === "staging" ? request.expect?.version : undefined;
  const running = wanted !== undefined && outgoing.slot === "production" && outgoing.version === wanted;
  return running ? `production runs version ${wanted} already (${outgoing.name})` : undefined;
}

function unreadableOf(observed: PairObservation): PlanVerdict | undefined {
  const reads: readonly Read<unknown>[] = [
    observed.blue,
    observed.green,
    observed.blueInstances,
    observed.greenInstances,
    ...observed.publicIps,
  ];
  const failing = reads.flatMap((read) =>
    read.kind === "throttled" || read.kind === "unavailable" ? [read] : [],
  );
  const [first] = failing;
  if (!first) return undefined;
  const waits = failing.flatMap((read) => read.retryAfterMs ?? []);
  const retryAfterMs = waits.length > 0 ? Math.max(...waits) : undefined;
  return { kind: "unreadable", detail: first.detail, retryAfterMs };
}

function missing(read: Exclude<Read<ServiceObservation>, { kind: "found" }>, id: string): PlanVerdict {
  return refuse(read.kind === "absent" ? "service-missing" : "service-unreadable", `${id}: ${read.detail}`);
}

function refuse(code: Code, detail: string): Extract<PlanVerdict, { kind: "refused" }> {
  return { kind: "refused", code, detail, prerequisites: [] };
}
