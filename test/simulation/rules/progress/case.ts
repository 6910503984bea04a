import type { Effect, FiledPair, Observed, Plan, Published, Put, Sent, Described } from "./observed";

/** Whether and when a world came to its end. */
export interface WorldEnd {
  /** When the world began, ms since 1970. */
  readonly startedAt: number;
  /** Everything came to rest by itself. */
  readonly finished: boolean;
  /** How far any host's clock may have been from the true time, ms. */
  readonly clockErrorMs: number;
}

/** What happened in a world that is over. */
export interface World extends Observed, WorldEnd {}

/** One request: what was asked, what was sent for it, and how it ended. */
export interface Case {
  readonly request: string;
  readonly pair: string;
  /** Nobody can have known of it before. */
  readonly from: number;
  readonly sent: Sent;
  readonly asked: Asked;
  readonly outcome: Published | undefined;
  /** The side that its event says was to take production. */
  readonly incoming: string | undefined;
  readonly puts: readonly Put[];
  /** Its first swap that took effect. */
  readonly effect: Effect | undefined;
  /** Until when it was under way, as far as anybody saw. */
  readonly until: number;
}

interface Asked {
  readonly promote: string;
  readonly expect: string | undefined;
  readonly expiresAt: number | undefined;
  readonly notBefore: number | undefined;
  readonly irreversible: boolean;
  readonly breakGlass: boolean;
  /** It is known who asks; of a message, or of what a schedule starts, anybody may be the author. */
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
    // What a schedule starts is known for as long as the world is.
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

/** The service is named after its side, whatever a file calls it. */
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

/** Whether `side` was in production at some time between these. */
export function heldBetween(world: World, pair: string, side: string, from: number, to: number): boolean {
  return holders(world, pair).some((e) => e.side === side && e.from <= to && e.to >= from);
}

function holders({ effects }: World, pair: string): { side: string; from: number; to: number }[] {
  const own = effects.filter((e) => e.pair === pair);
  const turns = [{ side: "blue", from: -Infinity }, ...own.map((e) => ({ side: e.production, from: e.at }))];
  return turns.map((turn, i) => ({ ...turn, to: turns[i + 1]?.from ?? Infinity }));
}

/** What goes wrong and can be followed from what is seen of it; everything else that goes wrong is rough. */
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

/** Harm whose consequences cannot be followed: hosts that die or stop, messages late or twice, Azure's own faults on reads. */
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

/** Whether something went wrong before `until` that cannot be followed, or clocks and replies are not as they should be. */
export function isRoughBefore(world: World, plan: Plan, until: number): boolean {
  return world.clockErrorMs > 0 || plan.wire !== undefined || roughOf(world).some(({ at }) => at <= until);
}

/** Whether somebody deployed one of the services, or was going to. */
export function isRedeployed({ userActions }: Plan): boolean {
  return hasServiceFault(userActions, ["redeployment", "scale"]);
}

export function hasServiceFault(userActions: Plan["userActions"], kinds: readonly string[]): boolean {
  return userActions.some((e) =>
    kinds.includes((e.serviceFault as { kind?: string } | undefined)?.kind ?? ""),
  );
}

/** Own PUTs of a case with how they were answered: undefined, never. */
export function answersOf({ over }: World, { puts }: Case): { put: Put; how: string | undefined }[] {
  return puts.map((put) => ({ put, how: over.find((e) => e.put === put.put)?.how }));
}

/** Whether a swap of the case gave production back. */
export function backOf(world: World, { puts, effect }: Case): Effect | undefined {
  const numbers = new Set(puts.map(({ put }) => put));
  return world.effects.find(
    (e) =>
      e.put !== undefined && numbers.has(e.put) && effect !== undefined && e.production !== effect.production,
  );
}

/** Trouble with new production that the wire showed to somebody, after the case's swap took effect. */
export function regressionsOf(world: World, { pair, effect, until }: Case): { n: number; at: number }[] {
  if (!effect) return [];
  const since = (e: { n: number; at: number }) => e.n > effect.n && e.at <= until;
  const { production: side } = effect;
  return [
    ...world.probed.filter((e) => e.pair === pair && e.side === side && e.answer === "failure" && since(e)),
    ...world.lists.filter((e) => e.pair === pair && e.side === side && e.unready !== undefined && since(e)),
  ];
}

/** The pairs of every edited file, and from when on each may be in force. */
export function editsOf({
  userActions,
}: Plan): readonly { readonly at: number; readonly to: readonly FiledPair[] }[] {
  return userActions.flatMap(({ kind, at, to }) =>
    kind === "edit-pairs" ? [{ at, to: (to ?? []) as readonly FiledPair[] }] : [],
  );
}
