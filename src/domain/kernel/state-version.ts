/** The newest `v` of a durable state that this version can read, and the one it writes. */
const STATE_VERSION = 1;

/** Whether a newer version of this app wrote the state. This version must not interpret it. */
export function isNewer(state: unknown): boolean {
  const { v } = (state ?? {}) as { readonly v?: unknown };
  return typeof v === "number" && v > STATE_VERSION;
}
