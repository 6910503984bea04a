import type { PortsFor } from "../src/triggers/ports-for";
import * as df from "durable-functions";
import { createLog } from "../src/adapters/console-log";
import { createDeploymentWindows } from "../src/adapters/deployment-windows/deployment-windows";
import { digest, nonce } from "../src/adapters/digest";
import {
  createOperations,
  createPairs,
  createPromotions,
  createSchedules,
} from "../src/adapters/durable-client";
import { createPolicies } from "../src/adapters/policies";
import { systemClock } from "../src/adapters/system-clock";
import { registerDurable, registerHttpAndTimer } from "../src/app/register";
import { contentHashOf } from "../src/contracts/content-hash";
import type {
  InstanceList,
  PublicIpObservation,
  ServiceObservation,
} from "../src/domain/cloud-service/observation";
import { pairKeyOf } from "../src/domain/kernel/pair-key";
import { otherSide, type Side } from "../src/domain/kernel/swap-request";
import type { PairPolicy } from "../src/domain/policy/policy";
import type { Announcer } from "../src/ports/announcer";
import type { CloudServices } from "../src/ports/cloud-services";
import type { TokenVerifier } from "../src/ports/identity";
import type { Policies } from "../src/ports/policies";

const group = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/bench/providers";

function idOf(pair: string, side: Side): string {
  return `${group}/Microsoft.Compute/cloudServices/${pair}-${side}`;
}

function ipOf(pair: string, side: Side): string {
  return `${group}/Microsoft.Network/publicIPAddresses/ip-${pair}-${side}`;
}

function parse(id: string): { pair: string; side: Side } {
  const [, pair = "", side] = /([a-z]+-\d+)-(blue|green)$/.exec(id) ?? [];
  return { pair, side: side === "blue" ? "blue" : "green" };
}

function service(id: string): ServiceObservation {
  const { pair, side } = parse(id);
  return {
    id,
    name: `${pair}-${side}`,
    observedAt: Date.now(),
    type: "Microsoft.Compute/cloudServices",
    location: "westeurope",
    uniqueId: `unique-${pair}-${side}`,
    provisioningState: "Succeeded",
    slot: side === "blue" ? "production" : "staging",
    swappableId: idOf(pair, otherSide(side)),
    version: side === "blue" ? "v1" : "v2",
    configurationDigest: "d",
    roles: [
      { name: "Web", capacity: 2 },
      { name: "Worker", capacity: 1 },
    ],
    frontends: [{ loadBalancer: "lb", name: "fe", publicIpId: ipOf(pair, side) }],
    findings: [],
  };
}

function instances(id: string, green: "Busy" | "Started"): InstanceList {
  const web = parse(id).side === "green" ? green : "Started";
  return {
    serviceId: id,
    observedAt: Date.now(),
    findings: [],
    instances: [
      { name: "Web_IN_0", role: "Web", states: [`RoleState/RoleState${web}`] },
      { name: "Web_IN_1", role: "Web", states: ["RoleState/RoleStateStarted"] },
      { name: "Worker_IN_0", role: "Worker", states: ["RoleState/RoleStateStarted"] },
    ],
  };
}

function publicIp(id: string): PublicIpObservation {
  const { pair, side } = parse(id);
  const frontendId = `${group}/Microsoft.Network/loadBalancers/lb/frontendIPConfigurations/fe-${pair}-${side}`;
  return {
    id,
    observedAt: Date.now(),
    address: "203.0.113.1",
    allocation: "Static",
    sku: "Standard",
    frontendId,
    findings: [],
  };
}

export interface MemoryProduct {
  readonly policy: Omit<PairPolicy, "name" | "key" | "blue" | "green">;
  /** What one instance of each incoming service is in, for ever. */
  readonly green: "Busy" | "Started";
  readonly requestSwap: CloudServices["requestSwap"];
  /** Where events go; nowhere, unless said. */
  readonly announcer?: Announcer;
}

/**
 * Registers the product with as many pairs as asked for (BENCH_PAIRS), named pair-0 and so on. Resource Manager answers
 * at once and from memory, every call is somebody else's; all else is the real thing.
 */
export function registerMemoryProduct(product: MemoryProduct): void {
  const portsFor = portsOf(product);
  registerDurable(portsFor);
  registerHttpAndTimer(portsFor, verifier);
}

/** Everybody is somebody else: one caller may make only so many calls, and nobody approves what they requested. */
const verifier: TokenVerifier = {
  verify: () =>
    Promise.resolve({
      caller: {
        ...{ oid: nonce(), name: "bench", application: false, roles: [] },
        permissions: ["Swap.Read", "Swap.Request", "Swap.Approve", "Swap.Operate"],
      },
    }),
};

const nowhere: Announcer = { publish: () => Promise.resolve() };

function portsOf({ policy, green, requestSwap, announcer = nowhere }: MemoryProduct): PortsFor {
  const cloudServices: CloudServices = {
    readService: (id) => Promise.resolve({ kind: "found", value: service(id) }),
    readInstances: (id) => Promise.resolve({ kind: "found", value: instances(id, green) }),
    readPublicIp: (id) => Promise.resolve({ kind: "found", value: publicIp(id) }),
    readPermissions: () => Promise.resolve({ kind: "unavailable", detail: "a fake" }),
    requestSwap,
    readOperation: () => Promise.resolve({ kind: "unreadable", detail: "there is none" }),
  };
  const policies = policiesOf(policy);
  const log = createLog((level, line) => {
    if (level === "error") console.error(line);
  });
  const none = () => Promise.resolve({ kind: "error", detail: "there is none" } as const);
  const deploymentWindows = createDeploymentWindows({
    ...{ policies, rules: new Map(), addresses: new Map(), clock: systemClock },
    sources: { fetch: none, readFile: none },
  });
  return (context) => {
    const client = () => df.getClient(context);
    return {
      cloudServices,
      announcer,
      prober: { ask: () => Promise.resolve({ kind: "none", detail: "nobody probes here" }) },
      policies,
      deploymentWindows: deploymentWindows(log),
      clock: systemClock,
      log,
      digest,
      nonce,
      promotions: createPromotions(client, log),
      pairs: createPairs(client),
      operations: createOperations(client),
      schedules: createSchedules(client, []),
    };
  };
}

/** The services of one of the pairs, and what its state is kept under. */
export function pairOf(name: string): Pick<PairPolicy, "blue" | "green" | "key"> {
  const services = { blue: idOf(name, "blue"), green: idOf(name, "green") };
  return { ...services, key: pairKeyOf(services, contentHashOf) };
}

function policiesOf(policy: MemoryProduct["policy"]): Policies {
  const pairs = Array.from({ length: Number(process.env["BENCH_PAIRS"]) }, (_, n): PairPolicy => {
    const name = `pair-${n}`;
    return { ...policy, name, ...pairOf(name) };
  });
  return createPolicies(pairs);
}
