/** The `v` of every durable state that this version writes, and the newest that it can read. */
const STATE_VERSION = 1;

/** Whether a state was written by a newer version of this app, which alone knows what it means. */
export function isNewer(state: unknown): boolean {
  const { v } = (state ?? {}) as { readonly v?: unknown };
  return typeof v === "number" && v > STATE_VERSION;
}
