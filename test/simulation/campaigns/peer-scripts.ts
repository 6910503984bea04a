import type { PipelineResponse } from "@azure/core-rest-pipeline";
import type { Side } from "../../../src/domain/kernel/swap-request";

/** Everything that a script gets. It keeps nothing from an earlier start. */
export interface Errand {
  /** ARM ids of the service that is to hold production, and of the other one of its pair. */
  readonly service: string;
  readonly other: string;
  readonly send: (method: "GET" | "PUT" | "POST", path: string, body?: object) => Promise<PipelineResponse>;
  readonly sleep: (ms: number) => Promise<void>;
}

/** A common way to swap. It succeeds when it ends, and fails by throwing an error. */
export interface PeerScript {
  readonly name: "plain" | "switch";
  readonly title: string;
  /** The swap call, which the world's PUT faults affect. */
  readonly write: "PUT" | "POST";
  /** How long it waits for a reply, in ms. */
  readonly patienceMs: number;
  /** Whether every call has the SDK's default retries. */
  readonly retries: boolean;
  run(errand: Errand): Promise<void>;
}

const API = "api-version=2025-05-01";
const CHECK_MS = 10_000;
const POLL_MS = 2_000;

/** `while not ready; sleep 10 s; PUT and wait`, with the SDK's defaults. */
export const plainScript: PeerScript = {
  name: "plain",
  title: "plain script",
  write: "PUT",
  patienceMs: Infinity,
  retries: true,
  async run(errand) {
    while (!((await isRunning(errand, errand.service)) && (await isRunning(errand, errand.other))))
      await errand.sleep(CHECK_MS);
    const slot = `${errand.service}/providers/Microsoft.Network/cloudServiceSlots/swap?${API}`;
    const accepted = good(await errand.send("PUT", slot, { properties: { slotType: "Production" } }));
    await polled(errand, accepted);
    good(await errand.send("GET", slot));
  },
};

async function isRunning({ send }: Errand, service: string): Promise<boolean> {
  const { value } = json(
    good(await send("GET", `${service}/roleInstances?$expand=instanceView&${API}`)),
  ) as Instances;
  return value.every(({ properties }) =>
    properties.instanceView.statuses.some(({ code }) => code === "RoleState/RoleStateStarted"),
  );
}

/** The SDK's poller: polls the operation's status text, or the location's code, without a limit. */
async function polled({ send, sleep }: Errand, accepted: PipelineResponse): Promise<void> {
  const operation = accepted.headers.get("azure-asyncoperation");
  let url = operation ?? accepted.headers.get("location");
  if (accepted.status !== 202 || url === undefined) return;
  const name = operation === undefined ? "location" : "azure-asyncoperation";
  for (;;) {
    const reply = good(await send("GET", pathOf(url)));
    url = reply.headers.get(name) ?? url;
    const status = operation === undefined ? undefined : (json(reply) as { status?: string }).status;
    if (status === undefined && reply.status !== 202) return;
    if (/^succeeded$/i.test(status ?? "")) return;
    if (/^(failed|cancell?ed)$/i.test(status ?? "")) throw new Error(`the operation ended: ${status ?? ""}`);
    await sleep(Number(reply.headers.get("retry-after") ?? POLL_MS / 1000) * 1000);
  }
}

const NETWORK = "api-version=2020-06-01";
const MOST_POLLS = 100;

/**
 * The published Switch-AzCloudService, rewritten
 * (https://learn.microsoft.com/powershell/module/az.cloudservice/switch-azcloudservice): exchanges the current
 * bindings. In its favour, a refused POST is an error, and .NET abandons a reply after 100 s.
 */
export const switchScript: PeerScript = {
  name: "switch",
  title: "Switch-AzCloudService",
  write: "POST",
  patienceMs: 100_000,
  retries: false,
  async run(errand) {
    const { send } = errand;
    const source = json(good(await send("GET", `${errand.service}?${API}`))) as Service;
    const swappable = source.properties.networkProfile.swappableCloudService?.id ?? "";
    if (swappable === "") throw new Error("the source has no swappable cloud service");
    const target = json(good(await send("GET", `${swappable}?${API}`))) as Service;
    const mine = await frontendOf(errand, source);
    const theirs = await frontendOf(errand, target);
    const [, , subscription = ""] = source.id.split("/");
    const swap = `/subscriptions/${subscription}/providers/Microsoft.Network/locations/${source.location}/setLoadBalancerFrontendPublicIpAddresses?${NETWORK}`;
    const frontendIPConfigurations = [
      { id: mine.id, properties: { publicIPAddress: { id: theirs.ip } } },
      { id: theirs.id, properties: { publicIPAddress: { id: mine.ip } } },
    ];
    const accepted = good(await send("POST", swap, { frontendIPConfigurations }));
    await watched(errand, accepted.headers.get("azure-asyncoperation"));
  },
};

async function frontendOf({ send }: Errand, service: Service): Promise<{ id: string; ip: string }> {
  const [balancer, ...more] = service.properties.networkProfile.loadBalancerConfigurations;
  if (!balancer || more.length > 0) throw new Error("there must be one load balancer");
  const [, , subscription = "", , group = ""] = service.id.split("/");
  const path = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/loadBalancers/${balancer.name}?${NETWORK}`;
  const body = json(good(await send("GET", path))) as LoadBalancer;
  const [frontend, ...others] = body.properties.frontendIPConfigurations;
  const ip = frontend?.properties.publicIPAddress?.id;
  if (!frontend || others.length > 0 || ip === undefined)
    throw new Error("there must be one public frontend");
  return { id: frontend.id, ip };
}

/** Ends at every status except InProgress, even a failure, and at the hundredth poll. */
async function watched({ send, sleep }: Errand, operation: string | undefined): Promise<void> {
  if (operation === undefined) throw new Error("the reply names no operation");
  // The script retries at once when the answer is not 200. Growing pauses lead to the same result.
  let pause = 100;
  for (let polls = 0; polls < MOST_POLLS; polls++) {
    await sleep(CHECK_MS);
    let reply = await send("GET", pathOf(operation));
    for (; reply.status !== 200; pause *= 2) {
      await sleep(pause);
      reply = await send("GET", pathOf(operation));
    }
    if ((json(reply) as { status?: string }).status !== "InProgress") return;
  }
}

interface Instances {
  readonly value: readonly {
    readonly properties: {
      readonly instanceView: { readonly statuses: readonly { readonly code: string }[] };
    };
  }[];
}

interface Service {
  readonly id: string;
  readonly location: string;
  readonly properties: {
    readonly networkProfile: {
      readonly loadBalancerConfigurations: readonly { readonly name: string }[];
      readonly swappableCloudService?: { readonly id?: string };
    };
  };
}

interface LoadBalancer {
  readonly properties: {
    readonly frontendIPConfigurations: readonly {
      readonly id: string;
      readonly properties: { readonly publicIPAddress?: { readonly id: string } };
    }[];
  };
}

/** The SDK throws for other statuses. */
function good(reply: PipelineResponse): PipelineResponse {
  if (reply.status >= 300) throw new Error(`Resource Manager answered ${reply.status}`);
  return reply;
}

/** Fails when a field that a script reads is missing, like the script. */
function json(reply: PipelineResponse): unknown {
  return JSON.parse(reply.bodyAsText ?? "");
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** The sides of a pair, the requested one first. */
export function bothSides(wanted: Side): readonly [Side, Side] {
  return wanted === "blue" ? ["blue", "green"] : ["green", "blue"];
}
