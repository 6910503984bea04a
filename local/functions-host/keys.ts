import { randomBytes } from "node:crypto";

/** The host's own keys; system keys belong to the extensions. */
export interface HostKeys {
  /** The default function key of the host, for functions of level `function`. */
  readonly function: string;
  /** The key for every function. */
  readonly master: string;
}

/** Generates new keys. */
export function createKeys(): HostKeys {
  return { function: randomBytes(32).toString("base64url"), master: randomBytes(32).toString("base64url") };
}

interface Asking {
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
}

/** The key of a request: `code` in the query, or the header. */
export function keyOf({ query, headers }: Asking): string | undefined {
  return query.get("code") ?? headers["x-functions-key"];
}

/** Whether a key is valid for an HTTP function of a level (golden: auth). */
export function opens(keys: HostKeys, authLevel: string, key: string | undefined): boolean {
  if (authLevel === "anonymous") return true;
  return key === keys.master || (authLevel === "function" && key === keys.function);
}
