import { type Judgement, judgeProgress } from "./judge";
import type { Observed, Plan } from "./observed";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
const STARTED = Date.parse("2026-11-24T12:00:00Z");

type Kind = "sent" | "puts" | "over" | "failed" | "effects" | "reads" | "lists" | "published" | "probed";
type List = Kind | "votes" | "asked" | "holdsAsked" | "released" | "hosts" | "faults";
/** An event: its list, its time in seconds, and its content. */
export type Happening = readonly [List, number, object];

const lists: readonly List[] = [
  ...(["sent", "puts", "over", "failed", "effects", "reads", "lists", "published", "probed"] as const),
  ...(["votes", "asked", "holdsAsked", "released", "hosts", "faults"] as const),
];

function seenIn(happenings: readonly Happening[]): Observed {
  const entries = happenings.map(([list, second, rest], n) => ({ list, n, at: second * SECOND, ...rest }));
  const named = lists.map((list) => [list, entries.filter((entry) => entry.list === list)] as const);
  const journal = Object.fromEntries(named) as unknown as Observed;
  return { ...journal, last: entries.length - 1 };
}

export const calm: Plan = {
  ...{ stableForMs: 30 * SECOND, readinessDeadlineMs: 30 * MINUTE, operationSeconds: 2 },
  userActions: [{ at: 0, kind: "request", request: "r1" }],
};

export const about = { request: "r1", pair: "shop" };

export function sent(over: object = {}, request = "r1"): Happening {
  const body = { requestId: request, pair: "shop", promote: "green", requestedBy: "pipeline", ...over };
  return ["sent", 0, { request, pair: "shop", content: JSON.stringify(body) }];
}

export function ended(
  second: number,
  outcome: string,
  code = outcome,
  side = "green",
  request = "r1",
): Happening {
  const bytes = JSON.stringify({ data: { incoming: { side } } });
  return ["published", second, { ...about, request, type: "promotion.completed", outcome, code, bytes }];
}

export const seen = (second: number, side: string, over: object = {}): Happening => [
  "reads",
  second,
  { ...about, side, slot: "Staging", state: "Succeeded", version: "v2", activity: "attemptSwap", ...over },
];
export const put = (second: number, how = "202", n = 0, side = "green"): Happening[] => [
  ["puts", second, { ...about, put: n, side }],
  ["over", second, { put: n, how }],
];
export const effect = (second: number, production = "green", n: number | undefined = 0): Happening => [
  "effects",
  second,
  { pair: "shop", production, put: n },
];
export const swapped: readonly Happening[] = [seen(31, "green"), ...put(31), effect(33)];
export const busy = (second: number): Happening => [
  "lists",
  second,
  { pair: "shop", side: "green", unready: "1 of 2" },
];
export const probed = (second: number, answer: string): Happening => [
  "probed",
  second,
  { ...about, side: "green", slot: "production", answer },
];
export const vote = (second: number, by: string, decision = "approve", over: object = {}): Happening => [
  "votes",
  second,
  { request: "r1", by, application: false, decision, plan: "abc", ...over },
];
export const fault = (second: number, what: string): Happening => ["faults", second, { what }];
/** An event of a host. */
export const host = (second: number, what: string): Happening => ["hosts", second, { what }];
export const held = (second: number): Happening => ["holdsAsked", second, { pair: "shop", hold: "h" }];
export const released = (second: number): Happening => ["released", second, { pair: "shop", hold: "h" }];

export const watched = { ...calm, soak: { forMs: 60 * SECOND, probed: true, rollback: "automatic" } };
export const asks = { ...calm, approval: { quorum: 2, deadlineMs: 10 * MINUTE, validForMs: 60 * MINUTE } };
export const userAction = (at: number, kind: string, over: object = {}) => ({
  at: at * SECOND,
  kind,
  request: "r1",
  ...over,
});
export const withUserActions = (plan: Plan, ...userActions: Plan["userActions"]): Plan => ({
  ...plan,
  userActions: [...plan.userActions, ...userActions],
});
export const serviceFault = (second: number, kind: string) => ({
  at: second * SECOND,
  kind: "service-fault",
  serviceFault: { kind },
});

interface End {
  readonly finished?: boolean;
  readonly clockErrorMs?: number;
}

export function judged(
  plan: Plan,
  happenings: readonly Happening[],
  { finished = true, clockErrorMs = 0 }: End = {},
): Judgement {
  return judgeProgress(seenIn(happenings), plan, { startedAt: STARTED, finished, clockErrorMs });
}

/** The rules that these events break. */
export function broken(plan: Plan, happenings: readonly Happening[], end: End = {}): string[] {
  return judged(plan, happenings, end).violations.map(({ invariant }) => invariant.replace("progress: ", ""));
}

export const opens = new Date(STARTED + 10 * MINUTE).toISOString();
export const back: readonly Happening[] = [...put(90, "202", 1, "blue"), effect(92, "blue", 1)];
