import type { Happening } from "../world/timeline";

// Parts for the timelines of rule tests: request r1 for green, its PUTs, and what was observed.

export const sent: Extract<Happening, { kind: "sent" }> = {
  kind: "sent",
  request: "r1",
  pair: "shop",
  content: '{"promote":"green"}',
};
export const put = (n: number, over: Partial<Extract<Happening, { kind: "put" }>> = {}): Happening => ({
  kind: "put",
  put: n,
  request: "r1",
  pair: "shop",
  side: "green",
  host: "h0",
  execution: "h0:1",
  sinceMs: 0,
  evidence: "blue: ready, green: ready",
  during: [],
  unready: [],
  ...over,
});
export const effect = (n: number | undefined): Extract<Happening, { kind: "effect" }> => ({
  kind: "effect",
  pair: "shop",
  production: "green",
  put: n,
  unready: [],
});
export const read = (side: "blue" | "green", slot: string): Extract<Happening, { kind: "read" }> => ({
  kind: "read",
  host: "h0",
  pair: "shop",
  side,
  slot,
  state: "Succeeded",
  version: "v2",
  request: "r1",
  activity: "readObservedState",
  execution: "h0:2",
});
export const completed = (
  outcome: string,
  over: Partial<Extract<Happening, { kind: "published" }>> = {},
): Happening => ({
  kind: "published",
  type: "promotion.completed",
  id: "promotion-r1-completed",
  request: "r1",
  pair: "shop",
  outcome,
  code: undefined,
  bytes: JSON.stringify({ data: { incoming: { side: "green" }, outcome } }),
  ...over,
});
/** Nothing relevant, for this many minutes. */
export const quiet = (minutes: number): Happening[] =>
  Array.from({ length: 60 * minutes }, () => ({ kind: "malformed-sent", body: "nothing" }));
