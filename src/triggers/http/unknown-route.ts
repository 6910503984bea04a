import type { HttpMethod, HttpRequest, HttpResponseInit } from "@azure/functions";
import { Problem } from "./problem";

/** A route: its template below the prefix, and its methods. */
export interface KnownRoute {
  readonly route: string;
  readonly methods: readonly HttpMethod[];
}

/** Every method a function can have. */
export const everyMethod: readonly HttpMethod[] = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "CONNECT",
];

/** Answers calls that match no function. The host has no 405: it answers an empty 404, also to HEAD and OPTIONS. */
export function unknownRoute(routes: readonly KnownRoute[]) {
  return (request: HttpRequest): Promise<HttpResponseInit> => {
    const path = segments(request.params["path"] ?? "");
    const methods = routes.filter(({ route }) => fits(segments(route), path)).flatMap((each) => each.methods);
    if (methods.length === 0) throw new Problem("not-found", "no such path");
    const allow = [...new Set([...methods, "OPTIONS"])].join(", ");
    if (request.method === "OPTIONS")
      return Promise.resolve({ status: 204, headers: { allow, "cache-control": "no-store" } });
    const detail = `${request.method} is not allowed for this path; allowed: ${allow}`;
    throw new Problem("method-not-allowed", detail, { headers: { allow } });
  };
}

function segments(path: string): readonly string[] {
  return path.split("/").filter(Boolean);
}

/** The host ignores case, and a parameter matches one segment. */
function fits(route: readonly string[], path: readonly string[]): boolean {
  return (
    route.length === path.length &&
    route.every((part, i) => part.startsWith("{") || part.toLowerCase() === path[i]?.toLowerCase())
  );
}
