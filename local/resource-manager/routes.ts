import type { ArmRequest } from "./contract";

/** The parts of a URL as written; resource providers and types match ignoring case. */
export type Route = {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly subscription: string;
} & (
  | { readonly kind: "operation" | "operation-result"; readonly id: string }
  | { readonly kind: "set-addresses"; readonly location: string }
  | { readonly kind: "services"; readonly group: string | undefined }
  | { readonly kind: "public-ip" | "load-balancer"; readonly group: string; readonly name: string }
  | {
      readonly kind: "service";
      readonly group: string;
      readonly name: string;
      /** The part of the service, in lower case, without slashes at the ends. */
      readonly rest: string;
    }
  | { readonly kind: "unknown" }
);

type Target = Route extends infer R
  ? R extends Route
    ? Omit<R, "path" | "query" | "subscription">
    : never
  : never;

export function routeOf({ url }: ArmRequest): Route {
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1));
  const [subscriptions, subscription = "", ...below] = path.split("/").slice(1).map(decoded);
  const target: Target =
    subscriptions?.toLowerCase() === "subscriptions" ? targetOf(below) : { kind: "unknown" };
  return { path, query, subscription, ...target };
}

function targetOf(segments: readonly string[]): Target {
  if (segments[0]?.toLowerCase() === "resourcegroups") return inGroup(segments[1] ?? "", segments.slice(2));
  const [type, location = "", what = "", id = "", ...more] = below(segments);
  if (type === "microsoft.compute/cloudservices" && location === "")
    return { kind: "services", group: undefined };
  if (type !== "microsoft.network/locations" || more.length > 0) return { kind: "unknown" };
  switch (what.toLowerCase()) {
    case "operations":
      return { kind: "operation", id };
    case "operationresults":
      return { kind: "operation-result", id };
    case "setloadbalancerfrontendpublicipaddresses":
      return { kind: "set-addresses", location };
    default:
      return { kind: "unknown" };
  }
}

function inGroup(group: string, segments: readonly string[]): Target {
  const [type, name = "", ...rest] = below(segments);
  if (type === "microsoft.compute/cloudservices")
    return name === ""
      ? { kind: "services", group }
      : { kind: "service", group, name, rest: rest.join("/").toLowerCase() };
  if (name === "" || rest.length > 0) return { kind: "unknown" };
  if (type === "microsoft.network/publicipaddresses") return { kind: "public-ip", group, name };
  if (type === "microsoft.network/loadbalancers") return { kind: "load-balancer", group, name };
  return { kind: "unknown" };
}

/** The type after `providers`, in lower case, and the segments after it. */
function below([providers, provider = "", type = "", ...rest]: readonly string[]): string[] {
  return providers?.toLowerCase() === "providers" ? [`${provider}/${type}`.toLowerCase(), ...rest] : [];
}

function decoded(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
