import type { HttpResponseInit } from "@azure/functions";
import { parseNote } from "../../contracts/commands";
import { sideNow, tellRemoved } from "../../domain/pair-key";
import { pairOf, type PromotionState } from "../../domain/promotion";
import type { Ports } from "../../ports/ports";
import { askPair } from "../read-back";
import { acknowledged } from "./acknowledged";
import { readJson, requestIdOf, type Call } from "./call";
import { json, Problem } from "./problem";
import { presentPolicy } from "./promotions";
import { viewPromotion } from "../../domain/promotion-view";
import { otherSide } from "../../domain/swap-request";

/**
 * POST promotions/{id}/swap-back: orders the swap-back of a promotion that is verified or soaks; acknowledged only once
 * the pair's arbiter has recorded the order. After the promotion has concluded a new one the other way is the answer.
 */
export async function orderSwapBack({ request, ports, caller }: Call): Promise<HttpResponseInit> {
  const requestId = requestIdOf(request);
  const parsed = parseNote(await readJson(request), true);
  if (!parsed.ok)
    throw new Problem("note-required", "the body must say why", { complaints: parsed.complaints });
  const state = await orderable(requestId, ports);
  const id = ports.nonce();
  const order = {
    ...({ id, cause: "person", by: caller.name, oid: caller.oid } as const),
    ...{ note: parsed.value.note, at: ports.clock.now() },
  };
  const { pair } = state.request;
  const operation = { kind: "order-swap-back", requestId, order } as const;
  const nextStep = "look at the promotion, then send the order again: the first one stands";
  const timeZone = presentPolicy(state, ports)?.timeZone;
  const asking = askPair("the order", pairOf(state).key, { id, operation }, ports);
  const { answer } = await acknowledged(asking, { nextStep, timeZone }, ports);
  if (answer === "not-swapped" || (answer === "not-enlisted" && !(await hasEnded(requestId, ports))))
    throw new Problem("nothing-to-swap-back", "this promotion has swapped nothing yet");
  if (answer !== "granted") throw tooLate(state, ports);
  ports.log.info("a swap-back was ordered", {
    ...{ requestId, pair, detail: `by ${order.by} (${order.oid}): ${order.note}` },
  });
  return ordered(state, ports);
}

/** The promotion, unless it is clear already that nothing of it can be swapped back. */
async function orderable(requestId: string, ports: Ports): Promise<PromotionState> {
  const state = await ports.promotions.read(requestId);
  if (!state) throw new Problem("not-found", `there is no promotion ${requestId}`);
  if (state.conclusion) throw tooLate(state, ports);
  if (state.request.irreversible)
    throw new Problem("swap-back-irreversible", "the request was declared irreversible");
  return state;
}

/** What its pair does not know has ended, or was registered a moment ago. */
async function hasEnded(requestId: string, ports: Ports): Promise<boolean> {
  return (await ports.promotions.read(requestId))?.conclusion !== undefined;
}

async function ordered(state: PromotionState, ports: Ports): Promise<HttpResponseInit> {
  const { requestId } = state;
  const now = await ports.promotions.read(requestId);
  if (now?.waiting) await ports.promotions.wake(now.waiting.instanceId);
  const timeZone = presentPolicy(state, ports)?.timeZone ?? "UTC";
  return json(202, viewPromotion(now ?? state, timeZone));
}

/** The way back of a concluded promotion, as the call to make. */
function tooLate(state: PromotionState, ports: Ports): Problem {
  const { request, plan, conclusion, target } = state;
  const ended = conclusion ? `it has ended as ${conclusion.outcome}` : "its soak is over";
  const policy = presentPolicy(state, ports);
  if (!policy) return new Problem("swap-back-too-late", `${ended}; ${tellRemoved(request.pair)}`);
  const side = plan?.outgoing.side ?? (target ? otherSide(target) : undefined);
  const body = JSON.stringify({
    requestId: `back-from-${request.requestId}`.slice(0, 100),
    pair: policy.name,
    promote: side ? sideNow(side, policy, pairOf(state)) : "blue or green",
    reason: `go back from ${request.requestId}`,
  });
  return new Problem("swap-back-too-late", `${ended}; to go back: POST /api/promotions ${body}`);
}
