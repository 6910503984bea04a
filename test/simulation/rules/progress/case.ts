import type { Effect, FiledPair, Observed, Plan, Published, Put, Sent, Described } from "./observed";

/** Whether and when a world came to rest. */
export interface WorldEnd {
  /** When the world started, ms since 1970. */
  readonly startedAt: number;
  /** Whether everything came to rest. */
  readonly finished: boolean;
  /** How far any host's clock may be from the true time, ms. */
  readonly clockErrorMs: number;
}

/** What happened in a finished world. */
export interface World extends Observed, WorldEnd {}

/** One request: its content, its PUTs and its end. */
export interface Case {
  readonly request: string;
  readonly pair: string;
  /** The product cannot know it earlier. */
  readonly from: number;
  readonly sent: Sent;
  readonly asked: Asked;
  readonly outcome: Published | undefined;
  /** The incoming side in its event. */
  readonly incoming: string | undefined;
  readonly puts: readonly Put[];
  /** Its first effective swap. */
  readonly effect: Effect | undefined;
  /** Until when it was observed to be under way. */
  readonly until: number;
}

interface Asked {
  readonly promote: string;
  readonly expect: string | undefined;
  readonly expiresAt: number | undefined;
  readonly notBefore: number | undefined;
  readonly irreversible: boolean;
  readonly breakGlass: boolean;
  /** The requester is known; the author of a message or of a schedule is not. */
  readonly overHttp: boolean;
}

/** Every request that counts, in the order in which they were first sent. */
export function casesOf(world: World, plan: Plan): Case[] {
  const firsts = world.sent.filter(
    ({ request }, i, all) => all.findIndex((e) => e.request === request) === i,
  );
  return firsts.map((sent) => caseOf(world, plan, sent));
}

function caseOf(world: World, plan: Plan, sent: Sent): Case {
  const { request, pair } = sent;
  const outcome = world.published.find((e) => e.type === "promotion.completed" && e.request === request);
  const planned = plan.userActions.filter((e) => e.kind === "request" && e.request === request);
  const puts = world.puts.filter((e) => e.request === request);
  const numbers = new Set(puts.map(({ put }) => put));
  const described = (outcome ? JSON.parse(outcome.bytes) : {}) as Completion;
  return {
    request,
    pair,
    // A schedule is known as long as the world.
    from: planned.length > 0 ? Math.min(...planned.map(({ at }) => at)) : 0,
    sent,
    asked: askedIn(sent, world.startedAt, planned.length === 0),
    outcome,
    incoming: sideOf(described),
    puts,
    effect: world.effects.find((e) => e.put !== undefined && numbers.has(e.put)),
    until: outcome?.at ?? Infinity,
  };
}

interface Completion {
  readonly data?: { readonly incoming?: { readonly side?: string; readonly id?: string } | null };
}

/** Services are named after their side, whatever a file calls it. */
function sideOf({ data }: Completion): string | undefined {
  const { side, id } = data?.incoming ?? {};
  return /-(blue|green)$/i.exec(id ?? "")?.[1] ?? side;
}

function askedIn({ content, means }: Sent, startedAt: number, isScheduled: boolean): Asked {
  const body = content.startsWith("{") ? (JSON.parse(content) as Record<string, unknown>) : {};
  const time = (value: unknown) =>
    value === undefined ? undefined : new Date(value as string).getTime() - startedAt;
  return {
    promote: means ?? String(body["promote"]),
    expect: (body["expect"] as { version?: string } | undefined)?.version,
    expiresAt: time(body["expiresAt"]),
    notBefore: time(body["notBefore"]),
    irreversible: body["irreversible"] === true,
    breakGlass: body["breakGlass"] !== undefined,
    overHttp: body["requestedBy"] === undefined && !isScheduled,
  };
}

/** Whether `side` was in production at some time in this span. */
export function heldBetween(world: World, pair: string, side: string, from: number, to: number): boolean {
  return holders(world, pair).some((e) => e.side === side && e.from <= to && e.to >= from);
}

function holders({ effects }: World, pair: string): { side: string; from: number; to: number }[] {
  const own = effects.filter((e) => e.pair === pair);
  const spans = [{ side: "blue", from: -Infinity }, ...own.map((e) => ({ side: e.production, from: e.at }))];
  return spans.map((span, i) => ({ ...span, to: spans[i + 1]?.from ?? Infinity }));
}

/** Faults with observable consequences; all other faults are rough. */
const followed = new Set([
  "state",
  "unlisted",
  "restart",
  "healing",
  "cycling",
  "guest-os-update",
  "swap-by-hand",
  "redeployment",
  "scale",
  "other-operation",
]);

/**
 * Faults whose consequences cannot be observed: hosts that die or stop, late or repeated messages, Azure's faults of
 * reads.
 */
export function roughOf({ faults, hosts }: World): Described[] {
  return [
    ...faults.filter(({ what }) => isRough(what)),
    ...hosts.filter(({ what }) => !what.startsWith("up")),
  ];
}

function isRough(what: string): boolean {
  if (!what.startsWith("{")) return !what.includes("falls sick");
  const { kind, method } = JSON.parse(what) as { kind?: string; method?: string };
  return method === undefined ? !followed.has(kind ?? "") : method !== "PUT";
}

/** Whether a rough fault happened before `until`, or clocks and replies are wrong. */
export function isRoughBefore(world: World, plan: Plan, until: number): boolean {
  return world.clockErrorMs > 0 || plan.wire !== undefined || roughOf(world).some(({ at }) => at <= until);
}

/** Whether a deployment of one of the services is planned. */
export function isRedeployed({ userActions }: Plan): boolean {
  return hasServiceFault(userActions, ["redeployment", "scale"]);
}

export function hasServiceFault(userActions: Plan["userActions"], kinds: readonly string[]): boolean {
  return userActions.some((e) =>
    kinds.includes((e.serviceFault as { kind?: string } | undefined)?.kind ?? ""),
  );
}

/** The PUTs of a case and their answers; undefined without an answer. */
export function answersOf({ over }: World, { puts }: Case): { put: Put; how: string | undefined }[] {
  return puts.map((put) => ({ put, how: over.find((e) => e.put === put.put)?.how }));
}

/** Whether a swap of the case returned production. */
export function backOf(world: World, { puts, effect }: Case): Effect | undefined {
  const numbers = new Set(puts.map(({ put }) => put));
  return world.effects.find(
    (e) =>
      e.put !== undefined && numbers.has(e.put) && effect !== undefined && e.production !== effect.production,
  );
}

/** Observed trouble with new production, after the case's swap took effect. */
export function regressionsOf(world: World, { pair, effect, until }: Case): { n: number; at: number }[] {
  if (!effect) return [];
  const since = (e: { n: number; at: number }) => e.n > effect.n && e.at <= until;
  const { production: side } = effect;
  return [
    ...world.probed.filter((e) => e.pair === pair && e.side === side && e.answer === "failure" && since(e)),
    ...world.lists.filter((e) => e.pair === pair && e.side === side && e.unready !== undefined && since(e)),
  ];
}

/** The pairs of every edited file, and from when on it may be in force. */
export function editsOf({
  userActions,
}: Plan): readonly { readonly at: number; readonly to: readonly FiledPair[] }[] {
  return userActions.flatMap(({ kind, at, to }) =>
    kind === "edit-pairs" ? [{ at, to: (to ?? []) as readonly FiledPair[] }] : [],
  );
}
