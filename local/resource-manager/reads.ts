import { error, notFound, ok } from "./arm-replies";
import type { ArmReply, ArmRequest } from "./contract";
import { listedInstances } from "./instances";
import { serviceId } from "./ids";
import { loadBalancerBody, publicIpBody, publicIpsOf, slotBody } from "./network-shapes";
import type { Operations } from "./operations";
import { forbidden, OPERATION_READ, permissionsReply } from "./permissions";
import type { Route } from "./routes";
import type { ServiceState } from "./state";
import { instanceBody, instanceView, roleBody, serviceBody, summaryBody } from "./wire-shapes";
import { momentOf, serviceAt, type World } from "./world";

const PERMISSIONS = "providers/microsoft.authorization/permissions";
const SLOTS = "providers/microsoft.network/cloudserviceslots";

/** The reply to a GET. */
export function answerRead(
  world: World,
  operations: Operations,
  route: Route,
  request: ArmRequest,
): ArmReply {
  if (route.kind === "unknown")
    return error(404, "InvalidResourceType", `No resource of this kind here: ${route.path}`);
  if (!isKnown(world, route.subscription))
    return error(404, "SubscriptionNotFound", `The subscription '${route.subscription}' could not be found.`);
  switch (route.kind) {
    case "operation":
    case "operation-result":
      return (
        forbidden(world.scenario.permissions, OPERATION_READ, route.path) ??
        operations.report(route.kind, route.id, route.query, request)
      );
    case "set-addresses":
      return error(405, "MethodNotAllowed", "This address takes POST.");
    case "services":
      return services(world, route, request);
    case "public-ip": {
      const ip = world.state.publicIps[route.name.toLowerCase()];
      return ip && same(ip.group, route.group) && isIn(world, ip, route)
        ? ok(publicIpBody(world, ip))
        : notFound("Microsoft.Network/publicIPAddresses", route.name, route.group);
    }
    case "load-balancer": {
      const body = loadBalancerBody(world, route);
      return body ? ok(body) : notFound("Microsoft.Network/loadBalancers", route.name, route.group);
    }
    case "service": {
      const service = serviceAt(world, route);
      return service
        ? ofService(world, service, route, request)
        : notFound("Microsoft.Compute/cloudServices", route.name, route.group);
    }
  }
}

function isIn(
  { scenario }: World,
  resource: { readonly subscription?: string },
  { subscription }: Route,
): boolean {
  return same(resource.subscription ?? scenario.subscription, subscription);
}

function isKnown(world: World, subscription: string): boolean {
  if (same(world.scenario.subscription, subscription)) return true;
  return Object.values(world.state.services).some((each) => same(each.subscription ?? "", subscription));
}

function services(world: World, route: Extract<Route, { kind: "services" }>, request: ArmRequest): ArmReply {
  const { group } = route;
  const all = Object.values(world.state.services).filter((service) => isIn(world, service, route));
  if (group !== undefined && !all.some((service) => same(service.group, group)))
    return error(404, "ResourceGroupNotFound", `Resource group '${group}' could not be found.`);
  const found = all.filter((service) => group === undefined || same(service.group, group));
  return page(world, request, found, (service) => serviceBody(world, service));
}

function ofService(
  world: World,
  service: ServiceState,
  { rest, query }: Extract<Route, { kind: "service" }>,
  request: ArmRequest,
): ArmReply {
  const moment = momentOf(world);
  const expanded = /instanceview/i.test(query.get("$expand") ?? "");
  switch (rest) {
    case "":
      return ok(serviceBody(world, service));
    case "instanceview":
      return ok(summaryBody(world.state, service, moment));
    case "roles":
      return page(world, request, service.roles, (role) => roleBody(world, service, role));
    case "roleinstances":
      beginScript(world, service);
      return page(world, request, listedInstances(world.state, service, moment), ({ name }) =>
        instanceBody(world, service, name, expanded),
      );
    case PERMISSIONS:
      return permissionsReply(world.scenario.permissions, serviceId(world.scenario.subscription, service));
    case "publicipaddresses":
      return ok({ value: publicIpsOf(world, service) });
    case SLOTS:
      return ok({ value: [slotBody(world, service)] });
    case `${SLOTS}/swap`:
      return ok(slotBody(world, service));
    default:
      return named(world, service, rest, expanded);
  }
}

/** One role, one role instance, or the view of one. */
function named(world: World, service: ServiceState, rest: string, expanded: boolean): ArmReply {
  const [type, name = "", view, ...more] = rest.split("/");
  const role =
    type === "roles" && view === undefined ? service.roles.find((r) => same(r.name, name)) : undefined;
  if (role) return ok(roleBody(world, service, role));
  const listed = listedInstances(world.state, service, momentOf(world));
  const instance = type === "roleinstances" ? listed.find((i) => same(i.name, name)) : undefined;
  if (instance && view === undefined) return ok(instanceBody(world, service, instance.name, expanded));
  if (instance && view === "instanceview" && more.length === 0)
    return ok(instanceView(world, service, instance.name));
  return notFound("Microsoft.Compute/cloudServices", `${service.name}/${rest}`, service.group);
}

/** A page of a list, with a link to the next. */
function page<T>(
  world: World,
  { url, origin }: ArmRequest,
  items: readonly T[],
  body: (item: T) => object,
): ArmReply {
  const size = world.scenario.wire.pageSize;
  if (size === undefined) return ok({ value: items.map(body) });
  const target = new URL(url, origin);
  const from = Number(target.searchParams.get("$skiptoken") ?? 0);
  const value = items.slice(from, from + size).map(body);
  if (from + size >= items.length) return ok({ value });
  target.searchParams.set("$skiptoken", String(from + size));
  return ok({ value, nextLink: target.href });
}

function beginScript(world: World, service: ServiceState): void {
  if (service.script.length === 0 || service.scriptFrom !== undefined) return;
  service.scriptFrom = world.clock.now();
  world.journal.saveState(world.state);
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
