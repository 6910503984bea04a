import { error, notFound } from "./arm-replies";
import type { ArmReply, ArmRequest } from "./contract";
import { DiskFault } from "./disk";
import type { OperationFault } from "./faults";
import { frontendId, publicIpId } from "./ids";
import type { Operations } from "./operations";
import { forbidden, SLOT_WRITE } from "./permissions";
import type { Route } from "./routes";
import type { Binding, Change, Operation, ServiceState } from "./state";
import { pairOf, serviceAt, serviceOf, type Pair, type World } from "./world";

interface Write {
  readonly route: Route;
  readonly request: ArmRequest;
  readonly entry: number;
  readonly plan: OperationFault;
}

const SWAP = "providers/microsoft.network/cloudserviceslots/swap";

/** The outcome of a write: the slot PUT, or the older POST that binds addresses. */
export function beginWrite(world: World, operations: Operations, write: Write): ArmReply | "reset" | "hang" {
  const { plan } = write;
  if (plan.arrivesAfter !== undefined) {
    world.timer(world.clock.now() + plan.arrivesAfter * 1000, () => {
      arriveLate(() => begin(world, operations, write));
    });
    return answerOf(plan) ?? "hang";
  }
  const begun = begin(world, operations, write);
  if ("status" in begun) return begun;
  return answerOf(plan) ?? operations.accepted(begun, write.request);
}

/** A late request that meets a full disk counts as lost: nobody gets an answer. */
function arriveLate(arrive: () => unknown): void {
  try {
    arrive();
  } catch (fault) {
    if (!(fault instanceof DiskFault)) throw fault;
  }
}

function answerOf({ answer }: OperationFault): ArmReply | "reset" | "hang" | undefined {
  return typeof answer === "number" ? error(answer, "InjectedFault", "injected") : answer;
}

function begin(
  world: World,
  operations: Operations,
  { route, request, entry, plan }: Write,
): Operation | ArmReply {
  if (route.kind === "set-addresses" && request.method === "POST") {
    const asked = bindingsOf(world, route, request.body);
    return "status" in asked ? asked : operations.begin(asked.pair, asked.change, entry, plan);
  }
  if (route.kind !== "service")
    return error(405, "MethodNotAllowed", "This resource cannot be changed here.");
  const service = serviceAt(world, route);
  if (!service) return notFound("Microsoft.Compute/cloudServices", route.name, route.group);
  if (route.rest !== SWAP || request.method !== "PUT")
    return error(405, "MethodNotAllowed", "This resource cannot be changed here.");
  const denied = forbidden(world.scenario.permissions, SLOT_WRITE, route.path);
  if (denied) return denied;
  const target = slotTypeOf(request.body);
  if (!target)
    return error(400, "InvalidRequestContent", "properties.slotType must be Production or Staging.");
  const pair = pairOf(world, service);
  if (!pair)
    return error(
      400,
      "SwappableCloudServicePropertyNotSet",
      `${service.name} has no swappable cloud service.`,
    );
  return operations.begin(pair, { kind: "slot", target }, entry, plan);
}

/** The services of a write, for the journal. */
export function concernedBy(world: World, route: Route, body: string): readonly ServiceState[] {
  if (route.kind === "set-addresses") {
    const asked = bindingsOf(world, route, body);
    return "status" in asked ? [] : asked.pair;
  }
  const service = route.kind === "service" ? serviceAt(world, route) : undefined;
  return service ? (pairOf(world, service) ?? [service]) : [];
}

function slotTypeOf(body: string): "Production" | "Staging" | undefined {
  const slot = (parsed(body) as { properties?: { slotType?: unknown } } | undefined)?.properties?.slotType;
  return slot === "Production" || slot === "Staging" ? slot : undefined;
}

interface AskedFrontend {
  readonly id?: unknown;
  readonly properties?: { readonly publicIPAddress?: { readonly id?: unknown } };
}

/** The pair and the bindings of a POST: absolute, by ids, and each address at one frontend of the pair. */
function bindingsOf(
  world: World,
  { location }: Extract<Route, { kind: "set-addresses" }>,
  body: string,
): { readonly pair: Pair; readonly change: Change } | ArmReply {
  const asked = (parsed(body) as { frontendIPConfigurations?: readonly AskedFrontend[] } | undefined)
    ?.frontendIPConfigurations;
  if (!Array.isArray(asked) || asked.length === 0)
    return error(400, "InvalidRequestContent", "frontendIPConfigurations must be a list.");
  const found = (asked as readonly AskedFrontend[]).map((each) => bindingOf(world, each));
  const unknown = found.find((each) => typeof each === "string");
  if (unknown !== undefined)
    return error(400, "InvalidResourceReference", `The resource ${unknown} was not found.`);
  const bindings = found.filter((each) => typeof each !== "string");
  const first = serviceOf(world, bindings[0]?.service ?? "");
  const pair = first && pairOf(world, first);
  const names = pair?.map((service) => service.name);
  if (!pair || !bindings.every(({ service }) => names?.includes(service)))
    return error(400, "InvalidRequest", "The frontends are not those of a pair.");
  if (!pair.every((service) => service.location.toLowerCase() === location.toLowerCase()))
    return error(400, "InvalidResourceLocation", `The load balancers are not in ${location}.`);
  const issue = clash(pair, bindings);
  if (issue !== undefined) return error(400, "PublicIPAddressInUse", issue);
  return { pair, change: { kind: "addresses", bindings } };
}

/** A frontend's binding, or the id that names nothing. */
function bindingOf(world: World, asked: AskedFrontend): Binding | string {
  const [frontend, ip] = [String(asked.id), String(asked.properties?.publicIPAddress?.id)];
  const address = Object.values(world.state.publicIps).find((each) => same(publicIpId(world, each), ip));
  if (!address) return ip;
  for (const service of Object.values(world.state.services))
    for (const balancer of service.loadBalancers)
      for (const { name } of balancer.frontends)
        if (same(frontendId(world, service, balancer.name, name), frontend))
          return {
            service: service.name,
            loadBalancer: balancer.name,
            frontend: name,
            publicIp: address.name,
          };
  return frontend;
}

/** The address that two frontends would hold after these bindings. */
function clash(pair: Pair, bindings: readonly Binding[]): string | undefined {
  const held = pair.flatMap((service) =>
    service.loadBalancers.flatMap((balancer) =>
      balancer.frontends.map((frontend) => {
        const asked = bindings.find(
          (each) =>
            each.service === service.name &&
            each.loadBalancer === balancer.name &&
            each.frontend === frontend.name,
        );
        return (asked?.publicIp ?? frontend.publicIp)?.toLowerCase();
      }),
    ),
  );
  const twice = held.find((ip, i) => ip !== undefined && held.indexOf(ip) !== i);
  return twice === undefined ? undefined : `Two frontends would hold ${twice}.`;
}

function parsed(body: string): unknown {
  try {
    return (JSON.parse(body) as unknown) ?? undefined;
  } catch {
    return undefined;
  }
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
