import type { HttpResponseInit } from "@azure/functions";
import { parseListQuery, parseNote, takeBreakGlass, type ListQuery } from "../../contracts/commands";
import { parseSwapRequest } from "../../contracts/swap-request";
import type { Cancel, PairOperation } from "../../domain/pair";
import { tellCancel } from "../../domain/pair-people";
import type { Conclusion, PromotionState } from "../../domain/promotion";
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
  return show(state, ports, 200, { headers: { etag }, origin: new URL(request.url).origin });
}

/**
 * POST promotions/{id}/cancel: acknowledged only once the pair's arbiter has recorded it. The answer says who has cancelled,
 * when and why: the first one stands, also when the promotion has ended by it.
 */
export async function cancelPromotion({ request, ports, caller }: Call): Promise<HttpResponseInit> {
  const requestId = requestIdOf(request);
  const parsed = parseNote(await readJson(request), false);
  if (!parsed.ok)
    throw new Problem("malformed-request", "the body is malformed", { complaints: parsed.complaints });
  const state = await find(requestId, ports);
  mayCancel(state, caller);
  if (state.conclusion) return endedAs(state, state.conclusion, ports);
  const { pair } = state.request;
  const id = ports.nonce();
  const { name: by, oid } = caller;
  const at = ports.clock.now();
  const operation = { kind: "cancel", id, requestId, by, oid, ...parsed.value, at } as const;
  const timeZone = ports.policies.find(pair)?.timeZone;
  const nextStep = "look at the promotion, then send the cancel again: the first one stands";
  const asking = askPair("the cancel", pair, { id, operation }, ports);
  const { answer, state: arbiter } = await acknowledged(asking, { nextStep, timeZone }, ports);
  switch (answer) {
    case "granted":
      return isCancelled(state, arbiter.cancels, operation, ports);
    case "attempt-open":
      throw new Problem("attempt-open", "a swap call of this promotion is under way");
    case "too-late":
      throw new Problem(
        "cancel-too-late",
        `the swap has taken effect; to go back: POST /api/promotions/${requestId}/swap-back {"note": "…"}`,
      );
    default:
      return notEnlisted(requestId, nextStep, ports);
  }
}

function mayCancel({ origin }: PromotionState, { oid, name, permissions }: Caller): void {
  const mine = origin.principal?.oid === oid && permissions.includes("Swap.Request");
  if (!mine && !permissions.includes("Swap.Operate"))
    throw new Problem("forbidden", `${name} needs Swap.Operate to cancel somebody else's promotion`);
}

/** Tells what is recorded, in log and answer, and wakes the run to it. */
async function isCancelled(
  state: PromotionState,
  recorded: readonly Cancel[],
  asked: Extract<PairOperation, { kind: "cancel" }>,
  ports: Ports,
): Promise<HttpResponseInit> {
  const { requestId, request } = state;
  const cancel = recorded.find((each) => each.requestId === requestId) ?? asked;
  const detail = tellCancel(cancel);
  const sender =
    cancel.id === asked.id ? `(${asked.oid ?? "?"})` : `(again by ${asked.by}, ${asked.oid ?? "?"})`;
  ports.log.info("a promotion is cancelled", {
    ...{ requestId, pair: request.pair, detail: `${detail} ${sender}` },
  });
  if (state.waiting) await ports.promotions.wake(state.waiting.instanceId);
  return show(state, ports, 202, { detail });
}

/** Whoever cancels what has been cancelled is told so; any other outcome cannot be cancelled any more. */
function endedAs(state: PromotionState, { outcome, reason }: Conclusion, ports: Ports): HttpResponseInit {
  if (outcome === "cancelled") return show(state, ports, 200, { detail: reason.detail });
  throw new Problem("already-concluded", `the promotion has ended as ${outcome}`);
}

/** The pair does not know of it any more, or not yet. */
async function notEnlisted(requestId: string, nextStep: string, ports: Ports): Promise<HttpResponseInit> {
  const state = await find(requestId, ports);
  if (state.conclusion) return endedAs(state, state.conclusion, ports);
  const detail = "nothing was cancelled: the pair has not taken this promotion up yet";
  throw new Problem("not-acknowledged", detail, { headers: { "retry-after": "5" }, members: { nextStep } });
}

/** GET promotions: the newest first, over the index of every configured pair. */
export async function listPromotions({ request, ports }: Call): Promise<HttpResponseInit> {
  const pairs = ports.policies.all().map(({ name }) => name);
  const parsed = parseListQuery(Object.fromEntries(request.query.entries()), pairs);
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
  const pairs = query.pair === undefined ? ports.policies.all().map((policy) => policy.name) : [query.pair];
  const pages = await Promise.all(pairs.map((pair) => entriesOf(pair, ports)));
  const entries = pages.flat().map((entry) => ({ ...entry, cursor: cursorOf(entry) }));
  const newest = entries.sort((a, b) => b.at - a.at || (a.requestId < b.requestId ? 1 : -1));
  const unique = newest.filter(
    (entry, i) => newest.findIndex((other) => other.requestId === entry.requestId) === i,
  );
  const from = query.after === undefined ? 0 : unique.findIndex((entry) => entry.cursor === query.after);
  if (from < 0) throw unknownToken();
  return unique.slice(from);
}

function unknownToken(): Problem {
  const expectation = "a token out of the next of an earlier reply with the same pair";
  const complaints = [{ path: "$.after", value: "another", expectation }];
  return new Problem("invalid-query", "the paging token is none of this list", { complaints });
}

async function entriesOf(pair: string, ports: Ports): Promise<{ requestId: string; at: number }[]> {
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

/** The ledger entry of a promotion, or the answer that there is none. */
export async function find(requestId: string, ports: Ports): Promise<PromotionState> {
  const state = await ports.promotions.read(requestId);
  if (!state) throw new Problem("not-found", `there is no promotion ${requestId}`);
  return state;
}

interface Shown {
  readonly headers?: Record<string, string>;
  readonly origin?: string;
  /** What was done, beside where it stands. */
  readonly detail?: string;
}

function show(
  state: PromotionState,
  ports: Ports,
  status: number,
  { headers = {}, origin, detail }: Shown,
): HttpResponseInit {
  const policy = ports.policies.find(state.request.pair);
  const live = state.conclusion
    ? {}
    : { "retry-after": String(Math.ceil((policy?.readiness.pollMs ?? 30_000) / 1000)) };
  const body = { ...viewPromotion(state, policy?.timeZone ?? "UTC", origin), detail };
  return json(status, body, { ...live, ...headers });
}
