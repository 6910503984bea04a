import {
  lastSegment,
  publicIpIdOf,
  type PublicIpObservation,
  type Read,
  sameId,
  type ServiceObservation,
} from "../cloud-service/observation";
import type { Rule, Services } from "./plan";

type Ips = readonly Read<PublicIpObservation>[];

export function networkRules({ incoming, outgoing }: Services, ips: Ips): readonly Rule[] {
  const both = [incoming, outgoing];
  const invalid = both.flatMap(invalidFrontends);
  const internal = both.filter(hasInternal).map((s) => s.name);
  const missing = both.filter((s) => publicIpIdOf(s) === undefined).map((s) => s.name);
  return [
    {
      code: "public-frontend",
      failure: "frontend-missing",
      basis: "documented",
      holds: missing.length === 0,
      evidence:
        missing.length > 0 ? `no public IP on ${missing.join(", ")}` : both.map(describeIp).join(", "),
    },
    {
      code: "frontend-addresses",
      failure: "frontend-invalid",
      basis: "documented",
      holds: invalid.length === 0,
      evidence: invalid.length > 0 ? invalid.join(", ") : both.map(describeFrontends).join("; "),
    },
    {
      code: "load-balancers",
      failure: "internal-load-balancer",
      basis: "documented",
      holds: internal.length === 0,
      evidence:
        internal.length > 0
          ? `public and internal on ${internal.join(", ")}`
          : both.map(describeFrontends).join("; "),
    },
    reservedRule(both, ips),
    skuRule(both, ips),
  ];
}

function invalidFrontends(service: ServiceObservation): readonly string[] {
  return service.frontends
    .filter((f) => (f.publicIpId === undefined) === (f.subnetId === undefined))
    .map(
      (f) =>
        `${service.name}/${f.name} has ${f.publicIpId === undefined ? "neither public IP nor subnet" : "a public IP and a subnet"}`,
    );
}

function hasInternal(service: ServiceObservation): boolean {
  const isInternal = (f: ServiceObservation["frontends"][number]) =>
    f.publicIpId === undefined && f.subnetId !== undefined;
  return service.frontends.some(isInternal) && service.frontends.some((f) => f.publicIpId !== undefined);
}

function describeFrontends(service: ServiceObservation): string {
  return `${service.name}: ${service.frontends.map((f) => f.name).join(" ") || "no frontend"}`;
}

function describeIp(service: ServiceObservation): string {
  const id = publicIpIdOf(service);
  return `${service.name}: ${id ? lastSegment(id) : "no public IP"}`;
}

function ipOf(service: ServiceObservation, ips: Ips): PublicIpObservation | undefined {
  const id = publicIpIdOf(service);
  const read = ips.find((ip) => ip.kind === "found" && sameId(ip.value.id, id));
  return read?.kind === "found" ? read.value : undefined;
}

/** "If one side has a static/reserved IP, the other must too" (swap-cloud-service.md). */
function reservedRule(both: readonly ServiceObservation[], ips: Ips): Rule {
  const allocations = both.map((s) => ipOf(s, ips)?.allocation?.toLowerCase());
  const known = allocations.every((a) => a !== undefined);
  return {
    code: "public-ip-allocation",
    failure: known ? "reserved-ip-mismatch" : "reply-incomplete",
    basis: "documented",
    holds: known && allocations[0] === allocations[1],
    evidence: [
      both.map((s, i) => `${describeIp(s)} ${allocations[i] ?? "allocation unknown"}`).join(", "),
      ...(known ? [] : ips.flatMap((ip) => (ip.kind === "found" ? [] : [`${ip.kind}: ${ip.detail}`]))),
    ].join("; "),
  };
}

function skuRule(both: readonly ServiceObservation[], ips: Ips): Rule {
  const basic = both.filter((s) => ipOf(s, ips)?.sku?.toLowerCase() === "basic");
  return {
    code: "public-ip-sku",
    failure: "basic-sku-retired",
    basis: "documented",
    reportsOnly: true,
    holds: basic.length === 0,
    evidence: both.map((s) => `${describeIp(s)} ${ipOf(s, ips)?.sku ?? "SKU unknown"}`).join(", "),
  };
}
