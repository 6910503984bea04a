import { armNameOf } from "./ids";
import type { ServiceState } from "./state";

export interface WebAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What a started web role instance answers at a path: who it is, and what its scenario says of this path besides. */
export function webAnswer(service: ServiceState, instance: string, url: string): WebAnswer {
  const usual = { service: armNameOf(service), version: service.version ?? null, instance };
  const path = url.split("?")[0] ?? "/";
  const special = service.answers?.find((answer) => answer.path === path);
  return {
    status: special?.status ?? 200,
    headers: special?.headers ?? {},
    body: merged(usual, special?.body),
  };
}

function merged(usual: object, special: unknown): unknown {
  if (special === undefined) return usual;
  const isObject = typeof special === "object" && special !== null && !Array.isArray(special);
  return isObject ? { ...usual, ...special } : special;
}
