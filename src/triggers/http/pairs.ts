import type { HttpRequest, InvocationContext } from "@azure/functions";
import { maskCredentials } from "../../contracts/issues";
import type { Read, ServiceObservation } from "../../domain/cloud-service/observation";
import type { RoleStateCheck } from "../../domain/cloud-service/readiness";
import { viewCheck } from "../../domain/cloud-service/readiness-view";
import type { SwapRequest } from "../../domain/kernel/swap-request";
import { showTime } from "../../domain/kernel/time";
import { viewPair } from "../../domain/pair/view";
import type { PlanVerdict } from "../../domain/plan/plan";
import { daysUntilRetirement, RETIREMENT } from "../../domain/plan/prerequisites";
import type { PairPolicy } from "../../domain/policy/policy";
import type { Ports } from "../../ports/ports";
import { authenticate, type Call, type Gate } from "./call";
import { json, Problem } from "./problem";
import type { SharedReads } from "./shared-reads";

/** A fresh read of both services of a pair. */
export interface PairDescription {
  readonly blue: Read<ServiceObservation>;
  readonly green: Read<ServiceObservation>;
  readonly blueCheck: RoleStateCheck;
  readonly greenCheck: RoleStateCheck;
}

/** Activities that only read, shared with the API: the same code as in a run. */
export interface Reading {
  plan(policy: PairPolicy, input: { request: SwapRequest }, ports: Ports): Promise<PlanVerdict>;
  describe(policy: PairPolicy, ports: Ports): Promise<PairDescription>;
}

/** GET pairs: the configured pairs and their state, without a call to Resource Manager. */
export async function listPairs({ ports }: Call) {
  const policies = ports.policies.all();
  const states = await Promise.all(policies.map((policy) => ports.pairs.read(policy.key)));
  return json(200, { value: policies.map((policy, i) => viewPair(policy, states[i])) });
}

/**
 * GET pairs/{name}: the same, with its policy as the pairs file would write it and a read of both services that
 * readers share. Credentials in addresses are masked.
 */
export function getPair(reading: Reading, checks: SharedReads) {
  return async ({ request, ports }: Call) => {
    const policy = policyOf(request.params["name"] ?? "", ports);
    const check = checks.at(policy, "services", ports);
    const [state, seen] = await Promise.all([
      ports.pairs.read(policy.key),
      reading.describe(policy, { ...ports, cloudServices: check.cloudServices }),
    ]);
    return json(200, {
      ...viewPair(policy, state),
      readAt: showTime(check.readAt, policy.timeZone),
      services: {
        blue: describeService(seen.blue, seen.blueCheck, policy),
        green: describeService(seen.green, seen.greenCheck, policy),
      },
      policy: masked(ports.policies.written(policy)),
      retirement: retirement(ports),
    });
  };
}

function masked(value: unknown): unknown {
  if (typeof value === "string") return maskCredentials(value);
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, masked(held)]));
}

/** GET health: whether the app is alive, and until when Azure supports the service; details for readers only. */
export function getHealth({ portsFor, verifier }: Gate) {
  return async (request: HttpRequest, context: InvocationContext) => {
    const ports = portsFor(context);
    const ok = { status: "ok" as const, retirement: retirement(ports) };
    if (request.headers.get("authorization") === null) return json(200, ok);
    const caller = await authenticate(verifier, request, ports.log);
    if (!caller.permissions.includes("Swap.Read"))
      throw new Problem("forbidden", `${caller.name} needs Swap.Read`);
    const record = await ports.promotions.read("health-probe").then(
      () => "reachable" as const,
      () => "unreachable" as const,
    );
    const status: "ok" | "degraded" = record === "reachable" ? "ok" : "degraded";
    return json(200, {
      ...ok,
      status,
      record,
      pairs: ports.policies.all().length,
    });
  };
}

function retirement({ clock }: Ports) {
  const daysLeft = daysUntilRetirement(clock.now());
  const warning = "Cloud Services (extended support) is deprecated: plan the migration.";
  return { date: RETIREMENT, daysLeft, warning };
}

/** The policy of a pair named in a path or a body. */
export function policyOf(name: string, ports: Ports): PairPolicy {
  const policy = /^[a-z0-9-]{1,40}$/.test(name) ? ports.policies.find(name) : undefined;
  if (!policy) throw new Problem("unknown-pair", "no such pair");
  return policy;
}

function describeService(read: Read<ServiceObservation>, check: RoleStateCheck, { timeZone }: PairPolicy) {
  if (read.kind !== "found") return { read: read.kind, detail: read.detail };
  const { id, name, slot, version, provisioningState, location, findings } = read.value;
  return {
    read: read.kind,
    id,
    name,
    slot,
    version,
    provisioningState,
    location,
    findings,
    readiness: viewCheck(check, timeZone),
  };
}
