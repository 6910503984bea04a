import type { HttpResponseInit } from "@azure/functions";
import { parseListQuery, parseNote, takeBreakGlass, type ListQuery } from "../../contracts/commands";
import { parseSwapRequest } from "../../contracts/swap-request";
import type { PairKey } from "../../domain/pair-key";
import type { PairPolicy } from "../../domain/policy";
import { pairOf, type PromotionState } from "../../domain/promotion";
import { summarisePromotion, viewPromotion } from "../../domain/promotion-view";
import type { Caller } from "../../ports/identity";
import type { Ports } from "../../ports/ports";
import { acceptRequest } from "../accept";
import { askPair } from "../read-back";
import { acknowledged } from "./acknowledged";
import { readJson, requestIdOf, type Call } from "./call";
import { json, Problem } from "./problem";

/** POST promotions: accepts a swap request; the same request again is the same promotion. */
export async function postPromotion({ request, ports, caller }: Call): Promise<HttpResponseInit> {
  const { request: asked, contentHash, breakGlass } = readRequest(await readJson(request), caller, ports);
  mayRequest(caller, breakGlass !== undefined);
  const policy = ports.policies.find(asked.pair);
  if (!policy) throw new Problem("unknown-pair", `there is no pair "${asked.pair}" here`);
  const { oid, application } = caller;
  const principal = {
    oid,
    name: plainName(caller.name).slice(0, 60),
    ...(application ? { application } : {}),
  };
  const { requestId } = asked;
  const registration = {
    requestId,
    contentHash,
    request: asked,
    origin: { channel: "http", principal, ...(breakGlass ? { breakGlass } : {}) },
    at: ports.clock.now(),
  } as const;
  const location = `/api/promotions/${requestId}`;
  const { timeZone } = policy;
  const { kind, state, onItsWay } = await acknowledged(
    acceptRequest(registration, ports),
    {
      nextStep: `send the same request again: it is the same promotion; ${location} shows it once it is registered`,
      timeZone,
    },
    ports,
  );
  if (kind === "conflict")
    throw new Problem("request-conflict", `the request id ${requestId} is taken by other content`);
  const body = {
    ...viewPromotion(state, timeZone),
    ...(onItsWay ? { nextStep: `look at ${location}: it is registered and goes on by itself` } : {}),
    links: { self: location, cancel: `${location}/cancel`, swapBack: `${location}/swap-back` },
  };
  const retryAfter = String(Math.ceil(policy.readiness.pollMs / 1000));
  return state.conclusion
    ? json(200, body, { location })
    : json(202, body, { location, "retry-after": retryAfter });
}

/** The request, and what an operator says beside it. Both are its content: neither hides behind the other's id. */
function readRequest(body: unknown, caller: Caller, ports: Ports) {
  const { rest, breakGlass, complaints } = takeBreakGlass(body);
  const parsed = parseSwapRequest(rest, { requestedBy: plainName(caller.name) });
  if (!parsed.ok || complaints.length > 0) {
    const code = parsed.ok ? "malformed-request" : parsed.code;
    const all = [...(parsed.ok ? [] : parsed.complaints), ...complaints];
    throw new Problem(code, "the request is malformed", { complaints: all });
  }
  const { request, contentHash } = parsed.value;
  if (!breakGlass) return { request, contentHash };
  return { request, breakGlass, contentHash: ports.digest(`${contentHash} ${breakGlass.reason}`) };
}

/** An application must not pass by itself what it may not approve. */
function mayRequest(caller: Caller, isBreakGlass: boolean): void {
  const needed = isBreakGlass ? "Swap.Operate" : "Swap.Request";
  if (!caller.permissions.includes(needed)) throw new Problem("forbidden", `${caller.name} needs ${needed}`);
  if (isBreakGlass && caller.application) throw new Problem("forbidden", "break-glass is for people");
}

/** A name as a request may carry it; tokens may say anything. */
export function plainName(name: string): string {
  return (
    name
      .replace(/\p{Cc}|\p{Cs}/gu, " ")
      .trim()
      .slice(0, 200) || "unnamed"
  );
}

/** GET promotions/{id}: where it stands, what it waits for, and what comes next. */
export async function getPromotion({ request, ports }: Call): Promise<HttpResponseInit> {
  const state = await find(requestIdOf(request), ports);
  const etag = `W/"${state.revision}"`;
  if (request.headers.get("if-none-match") === etag)
    return { status: 304, headers: { etag, "cache-control": "no-store" } };
  return show(state, ports, 200, { etag }, new URL(request.url).origin);
}

/** POST promotions/{id}/cancel: acknowledged only once the pair's arbiter has recorded it. */
export async function cancelPromotion({ request, ports, caller }: Call): Promise<HttpResponseInit> {
  const requestId = requestIdOf(request);
  const parsed = parseNote(await readJson(request), false);
  if (!parsed.ok)
    throw new Problem("malformed-request", "the body is malformed", { complaints: parsed.complaints });
  const state = await find(requestId, ports);
  const mine = state.origin.principal?.oid === caller.oid && caller.permissions.includes("Swap.Request");
  if (!mine && !caller.permissions.includes("Swap.Operate")) {
    throw new Problem("forbidden", `${caller.name} needs Swap.Operate to cancel somebody else's promotion`);
  }
  if (state.conclusion)
    throw new Problem("already-concluded", `the promotion has ended as ${state.conclusion.outcome}`);
  const { pair } = state.request;
  const id = ports.nonce();
  const { note } = parsed.value;
  const by = { by: caller.name, oid: caller.oid };
  const operation = { kind: "cancel", id, requestId, ...by, note, at: ports.clock.now() } as const;
  const timeZone = presentPolicy(state, ports)?.timeZone;
  const nextStep = "look at the promotion, then send the cancel again: a second one changes nothing";
  const asking = askPair("the cancel", pairOf(state).key, { id, operation }, ports);
  const { answer } = await acknowledged(asking, { nextStep, timeZone }, ports);
  switch (answer) {
    case "granted":
      ports.log.info("a promotion is cancelled", {
        requestId,
        pair,
        detail: `by ${by.by} (${by.oid}): ${note}`,
      });
      if (state.waiting) await ports.promotions.wake(state.waiting.instanceId);
      return show(state, ports, 202, {});
    case "attempt-open":
      throw new Problem("attempt-open", "a swap call of this promotion is under way");
    case "too-late":
      throw new Problem(
        "cancel-too-late",
        `the swap has taken effect; to go back: POST /api/promotions/${requestId}/swap-back {"note": "…"}`,
      );
    default:
      throw await notEnlisted(requestId, nextStep, ports);
  }
}

/** The pair does not know of it any more, or not yet. */
async function notEnlisted(requestId: string, nextStep: string, ports: Ports): Promise<Problem> {
  const { conclusion } = await find(requestId, ports);
  if (conclusion) return new Problem("already-concluded", "the promotion is not under way any more");
  const detail = "nothing was cancelled: the pair has not taken this promotion up yet";
  return new Problem("not-acknowledged", detail, { headers: { "retry-after": "5" }, members: { nextStep } });
}

/** GET promotions: the newest first, over the index of every configured pair. */
export async function listPromotions({ request, ports }: Call): Promise<HttpResponseInit> {
  const parsed = parseListQuery(Object.fromEntries(request.query.entries()));
  if (!parsed.ok)
    throw new Problem("invalid-query", "the query is malformed", { complaints: parsed.complaints });
  const query = parsed.value;
  const { value, next } = await readPage(query, ports);
  const parameters = new URLSearchParams({
    ...Object.fromEntries(request.query.entries()),
    after: next ?? "",
  });
  return json(200, {
    value,
    ...(next === undefined ? {} : { next: `/api/promotions?${parameters.toString()}` }),
  });
}

/** A filter that fits nothing must not read the whole ledger: such a page may be short, or empty, with a `next`. */
const MOST_READS = 200;

/** Reads entries until the page is full; `next` names the first one that is not on it. */
async function readPage(query: ListQuery, ports: Ports) {
  const value: ReturnType<typeof summarisePromotion>[] = [];
  let reads = 0;
  for (const { requestId, cursor } of await listEntries(query, ports)) {
    if (value.length === query.top || reads++ === MOST_READS) return { value, next: cursor };
    const state = await ports.promotions.read(requestId);
    if (state && isAskedFor(state, query)) value.push(summarisePromotion(state));
  }
  return { value, next: undefined };
}

function isAskedFor({ phase, conclusion }: PromotionState, query: ListQuery): boolean {
  const inPhase = query.phase === undefined || query.phase === phase;
  return inPhase && (query.outcome === undefined || query.outcome === conclusion?.outcome);
}

interface Entry {
  readonly requestId: string;
  readonly at: number;
  readonly cursor: string;
}

async function listEntries(query: ListQuery, ports: Ports): Promise<Entry[]> {
  const asked = query.pair === undefined ? ports.policies.all() : [ports.policies.find(query.pair)];
  const pairs = asked.flatMap((policy) => policy?.key ?? []);
  const pages = await Promise.all(pairs.map((pair) => entriesOf(pair, ports)));
  const entries = pages.flat().map((entry) => ({ ...entry, cursor: cursorOf(entry) }));
  const newest = entries.sort((a, b) => b.at - a.at || (a.requestId < b.requestId ? 1 : -1));
  const unique = newest.filter(
    (entry, i) => newest.findIndex((other) => other.requestId === entry.requestId) === i,
  );
  const from = query.after === undefined ? 0 : unique.findIndex((entry) => entry.cursor === query.after);
  return from < 0 ? [] : unique.slice(from);
}

async function entriesOf(pair: PairKey, ports: Ports): Promise<{ requestId: string; at: number }[]> {
  const last = (await ports.pairs.read(pair))?.index.page;
  if (last === undefined) return [];
  const pages = await Promise.all(
    Array.from({ length: last + 1 }, (_, page) => ports.promotions.readIndex(pair, page)),
  );
  return pages.flatMap((page) => [...(page?.entries ?? [])]);
}

function cursorOf({ requestId, at }: { requestId: string; at: number }): string {
  return Buffer.from(`${at} ${requestId}`).toString("base64url");
}

/** The policy of a promotion's pair as the file has it now, whatever its name; undefined when its services are not in it. */
export function presentPolicy({ pair }: PromotionState, { policies }: Ports): PairPolicy | undefined {
  return pair && policies.byKey(pair.key);
}

/** The ledger entry of a promotion, or the answer that there is none. */
export async function find(requestId: string, ports: Ports): Promise<PromotionState> {
  const state = await ports.promotions.read(requestId);
  if (!state) throw new Problem("not-found", `there is no promotion ${requestId}`);
  return state;
}

function show(
  state: PromotionState,
  ports: Ports,
  status: number,
  headers: Record<string, string>,
  origin?: string,
): HttpResponseInit {
  const policy = presentPolicy(state, ports);
  const live = state.conclusion
    ? {}
    : { "retry-after": String(Math.ceil((policy?.readiness.pollMs ?? 30_000) / 1000)) };
  return json(status, viewPromotion(state, policy?.timeZone ?? "UTC", origin), { ...live, ...headers });
}
