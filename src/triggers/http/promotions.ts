import { parseNote, takeBreakGlass } from "../../contracts/commands";
import { conflictIssues, parseSwapRequest } from "../../contracts/swap-request";
import { describeCancel } from "../../domain/pair/operator-actions";
import type { Cancel, PairOperation } from "../../domain/pair/pair";
import type { PairPolicy } from "../../domain/policy/policy";
import { conflictDetail, differingFields } from "../../domain/promotion/acceptance";
import {
  type Conclusion,
  pairOf,
  type PromotionState,
  type Registration,
} from "../../domain/promotion/state";
import { viewPromotion } from "../../domain/promotion/view";
import type { Caller } from "../../ports/identity";
import type { Ports } from "../../ports/ports";
import { acceptRequest } from "../accept";
import { askPair } from "../read-back";
import { acknowledged } from "./acknowledged";
import { type Call, readJson, requestIdOf } from "./call";
import { json, Problem } from "./problem";

/** POST promotions: accepts a swap request; the same request again is the same promotion. */
export async function postPromotion({ request, ports, caller }: Call) {
  const body = await readJson(request);
  const asked = readRequest(body, caller.name, ports);
  mayRequest(caller, asked.breakGlass !== undefined);
  const registration = registrationOf(asked, caller, ports);
  // A repeat without `requestedBy` takes the value of the first request.
  const beside = (known: PromotionState) =>
    readRequest(body, known.reduced ? caller.name : known.request.requestedBy, ports);
  const policy = ports.policies.find(asked.request.pair);
  const { requestId } = registration;
  const location = `/api/promotions/${requestId}`;
  const timeZone = policy?.timeZone;
  const accepted = await acknowledged(
    acceptRequest(registration, ports, (known) => beside(known).contentHash),
    {
      nextStep: `send the same request again: it is the same promotion; ${location} shows it once it is registered`,
      timeZone,
    },
    ports,
  );
  if (accepted.kind === "refused") throw new Problem(accepted.reason.code, accepted.reason.detail);
  const { kind, state, onItsWay } = accepted;
  if (kind === "conflict") throw conflict({ ...beside(state), origin: registration.origin }, state, location);
  const view = {
    ...viewPromotion(state, timeZone ?? "UTC"),
    nextStep: onItsWay ? `read ${location}: the promotion is registered and goes on by itself` : undefined,
    links: { self: location, cancel: `${location}/cancel`, rollback: `${location}/rollback` },
  };
  const retryAfter = String(Math.ceil((policy?.readiness.pollMs ?? 30_000) / 1000));
  return state.conclusion
    ? json(200, view, { location })
    : json(202, view, { location, "retry-after": retryAfter });
}

type Asked = ReturnType<typeof readRequest>;

function registrationOf(
  { request, contentHash, breakGlass }: Asked,
  { oid, name, application, permissions }: Caller,
  { clock }: Ports,
): Registration {
  const principal = { oid, name, ...(application ? { application } : {}) };
  const origin = {
    channel: "http",
    principal,
    ...(breakGlass ? { breakGlass } : {}),
    ...(permissions.includes("Swap.Operate") ? { operator: true } : {}),
  } as const;
  return { requestId: request.requestId, contentHash, request, origin, at: clock.now() };
}

/** The fields that differ, and the path of the promotion that has the id. */
function conflict(
  { request, origin, sent }: Asked & Pick<Registration, "origin">,
  known: PromotionState,
  promotion: string,
): Problem {
  const { requestId } = request;
  const fields = differingFields(known, { request, origin });
  return new Problem("request-conflict", conflictDetail(requestId, fields), {
    issues: conflictIssues(sent, fields, requestId),
    headers: { link: `<${promotion}>; rel="related"` },
    members: { promotion },
  });
}

/** The request and its break-glass reason. Both count as content, so a repeat with another reason is a conflict. */
function readRequest(body: unknown, requestedBy: string, ports: Ports) {
  const { rest, breakGlass, issues } = takeBreakGlass(body);
  const parsed = parseSwapRequest(rest, { requestedBy });
  if (!parsed.ok || issues.length > 0) {
    const code = parsed.ok ? "malformed-request" : parsed.code;
    const all = [...(parsed.ok ? [] : parsed.issues), ...issues];
    throw new Problem(code, "the request is malformed", { issues: all });
  }
  const { request, contentHash, sent } = parsed.value;
  if (!breakGlass) return { request, contentHash, sent, breakGlass };
  const data = { ...sent.data, breakGlass };
  const hash = ports.digest(`${contentHash} ${breakGlass.reason}`);
  return { request, contentHash: hash, sent: { ...sent, data }, breakGlass };
}

/** Break-glass is for people: an application cannot approve either. */
function mayRequest(caller: Caller, isBreakGlass: boolean): void {
  const needed = isBreakGlass ? "Swap.Operate" : "Swap.Request";
  if (!caller.permissions.includes(needed)) throw new Problem("forbidden", `${caller.name} needs ${needed}`);
  if (isBreakGlass && caller.application) throw new Problem("forbidden", "break-glass is for people");
}

/** GET promotions/{id}: its state, what it waits for, and what comes next. */
export async function getPromotion({ request, ports }: Call) {
  const state = await find(requestIdOf(request), ports);
  const etag = `W/"${state.revision}"`;
  if (request.headers.get("if-none-match") === etag)
    return { status: 304, headers: { etag, "cache-control": "no-store" } };
  return show(state, ports, 200, { headers: { etag }, origin: new URL(request.url).origin });
}

/**
 * POST promotions/{id}/cancel: acknowledged once the pair coordinator has recorded it. The reply says who
 * cancelled, when and why; the first cancel counts.
 */
export async function cancelPromotion({ request, ports, caller }: Call) {
  const requestId = requestIdOf(request);
  const parsed = parseNote(await readJson(request), false);
  if (!parsed.ok) throw new Problem("malformed-request", "the body is malformed", { issues: parsed.issues });
  const state = await find(requestId, ports);
  mayCancel(state, caller);
  if (state.conclusion) return endedAs(state, state.conclusion, ports);
  const id = ports.nonce();
  const { name: by, oid } = caller;
  const at = ports.clock.now();
  const operation = { kind: "cancel", id, requestId, by, oid, ...parsed.value, at } as const;
  const timeZone = presentPolicy(state, ports)?.timeZone;
  const nextStep = "read the promotion, then send the cancel again: the first cancel counts";
  const asking = askPair("the cancel", pairOf(state).key, { id, operation }, ports);
  const { answer, state: coordinator } = await acknowledged(asking, { nextStep, timeZone }, ports);
  switch (answer) {
    case "granted":
      return isCancelled(state, coordinator.cancels, operation, ports);
    case "attempt-open":
      throw new Problem("attempt-open", "a swap call of this promotion is under way");
    case "too-late":
      throw new Problem(
        "cancel-too-late",
        `the swap has taken effect; to go back: POST /api/promotions/${requestId}/rollback {"note": "…"}`,
      );
    default:
      return notRegistered(requestId, nextStep, ports);
  }
}

function mayCancel({ origin }: PromotionState, { oid, name, permissions }: Caller): void {
  const mine = origin.principal?.oid === oid && permissions.includes("Swap.Request");
  if (!mine && !permissions.includes("Swap.Operate"))
    throw new Problem("forbidden", `${name} needs Swap.Operate to cancel somebody else's promotion`);
}

/** Logs the cancel that counts, replies with it, and wakes the run. */
async function isCancelled(
  state: PromotionState,
  recorded: readonly Cancel[],
  asked: Extract<PairOperation, { kind: "cancel" }>,
  ports: Ports,
) {
  const { requestId, request } = state;
  const cancel = recorded.find((each) => each.requestId === requestId) ?? asked;
  const detail = describeCancel(cancel);
  const sender =
    cancel.id === asked.id ? `(${asked.oid ?? "?"})` : `(again by ${asked.by}, ${asked.oid ?? "?"})`;
  ports.log.info("a promotion is cancelled", {
    requestId,
    pair: request.pair,
    detail: `${detail} ${sender}`,
  });
  if (state.waiting) await ports.promotions.wake(state.waiting.instanceId);
  return show(state, ports, 202, { detail });
}

/** A repeated cancel succeeds; any other outcome cannot be cancelled. */
function endedAs(state: PromotionState, { outcome, reason }: Conclusion, ports: Ports) {
  if (outcome === "cancelled") return show(state, ports, 200, { detail: reason.detail });
  throw new Problem("already-concluded", `the promotion has ended as ${outcome}`);
}

/** The pair has deregistered it, or has not registered it yet. */
async function notRegistered(requestId: string, nextStep: string, ports: Ports) {
  const state = await find(requestId, ports);
  if (state.conclusion) return endedAs(state, state.conclusion, ports);
  const detail = "nothing was cancelled: the pair has not taken up this promotion yet";
  throw new Problem("not-acknowledged", detail, { headers: { "retry-after": "5" }, members: { nextStep } });
}

/** The current policy of a promotion's pair, whatever its name now; undefined when its services are not in the file. */
export function presentPolicy({ pair }: PromotionState, { policies }: Ports): PairPolicy | undefined {
  return pair && policies.byKey(pair.key);
}

/** The promotion record. Throws `not-found`. */
export async function find(requestId: string, ports: Ports): Promise<PromotionState> {
  const state = await ports.promotions.read(requestId);
  if (!state) throw new Problem("not-found", `there is no promotion ${requestId}`);
  return state;
}

interface Shown {
  readonly headers?: Record<string, string>;
  readonly origin?: string;
  /** What the call did. */
  readonly detail?: string;
}

function show(state: PromotionState, ports: Ports, status: number, { headers = {}, origin, detail }: Shown) {
  const policy = presentPolicy(state, ports);
  const live: Record<string, string> = state.conclusion
    ? {}
    : { "retry-after": String(Math.ceil((policy?.readiness.pollMs ?? 30_000) / 1000)) };
  const body = { ...viewPromotion(state, policy?.timeZone ?? "UTC", origin), detail };
  return json(status, body, { ...live, ...headers });
}
