import { armNameOf } from "./ids";
import type { ServiceState } from "./state";

export interface WebAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A started web role instance's answer at a path: its identity, and the scenario's additions for the path. */
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
