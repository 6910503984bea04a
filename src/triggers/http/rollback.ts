import { parseNote } from "../../contracts/commands";
import { sideNow, describeRemoved } from "../../domain/kernel/pair-key";
import { otherSide } from "../../domain/kernel/swap-request";
import { pairOf, type PromotionState } from "../../domain/promotion/state";
import { viewPromotion } from "../../domain/promotion/view";
import type { Ports } from "../../ports/ports";
import { askPair } from "../read-back";
import { acknowledged } from "./acknowledged";
import { type Call, readJson, requestIdOf } from "./call";
import { json, Problem } from "./problem";
import { presentPolicy } from "./promotions";

/**
 * POST promotions/{id}/rollback: orders the rollback of a promotion that is verifying or soaking; acknowledged once
 * the pair coordinator has recorded the order. After the promotion has concluded, request a promotion in the other
 * direction.
 */
export async function orderRollback({ request, ports, caller }: Call) {
  const requestId = requestIdOf(request);
  const parsed = parseNote(await readJson(request), true);
  if (!parsed.ok) throw new Problem("note-required", "the body must say why", { issues: parsed.issues });
  const state = await orderable(requestId, ports);
  const id = ports.nonce();
  const order = {
    id,
    cause: "person" as const,
    by: caller.name,
    oid: caller.oid,
    note: parsed.value.note,
    at: ports.clock.now(),
  };
  const { pair } = state.request;
  const operation = { kind: "order-rollback", requestId, order } as const;
  const nextStep = "read the promotion, then send the order again: the first order counts";
  const timeZone = presentPolicy(state, ports)?.timeZone;
  const asking = askPair("the order", pairOf(state).key, { id, operation }, ports);
  const { answer } = await acknowledged(asking, { nextStep, timeZone }, ports);
  if (answer === "not-swapped" || (answer === "not-registered" && !(await hasEnded(requestId, ports))))
    throw new Problem("nothing-to-roll-back", "this promotion has not swapped yet");
  if (answer !== "granted") throw tooLate(state, ports);
  ports.log.info("a rollback was ordered", {
    requestId,
    pair,
    detail: `by ${order.by} (${order.oid}): ${order.note}`,
  });
  return ordered(state, ports);
}

/** The promotion. Throws when nothing of it can be rolled back. */
async function orderable(requestId: string, ports: Ports): Promise<PromotionState> {
  const state = await ports.promotions.read(requestId);
  if (!state) throw new Problem("not-found", `there is no promotion ${requestId}`);
  if (state.conclusion) throw tooLate(state, ports);
  if (state.request.irreversible)
    throw new Problem("rollback-irreversible", "the request was declared irreversible");
  return state;
}

/** Distinguishes a concluded promotion from one that was registered a moment ago. */
async function hasEnded(requestId: string, ports: Ports): Promise<boolean> {
  return (await ports.promotions.read(requestId))?.conclusion !== undefined;
}

async function ordered(state: PromotionState, ports: Ports) {
  const { requestId } = state;
  const now = await ports.promotions.read(requestId);
  if (now?.waiting) await ports.promotions.wake(now.waiting.instanceId);
  const timeZone = presentPolicy(state, ports)?.timeZone ?? "UTC";
  return json(202, viewPromotion(now ?? state, timeZone));
}

/** The call to make instead, for a concluded promotion. */
function tooLate(state: PromotionState, ports: Ports): Problem {
  const { request, plan, conclusion, target } = state;
  const ended = conclusion ? `it has ended as ${conclusion.outcome}` : "its soak is over";
  const policy = presentPolicy(state, ports);
  if (!policy) return new Problem("rollback-too-late", `${ended}; ${describeRemoved(request.pair)}`);
  const side = plan?.outgoing.side ?? (target ? otherSide(target) : undefined);
  const body = JSON.stringify({
    requestId: `back-from-${request.requestId}`.slice(0, 100),
    pair: policy.name,
    promote: side ? sideNow(side, policy, pairOf(state)) : "blue or green",
    reason: `go back from ${request.requestId}`,
  });
  return new Problem("rollback-too-late", `${ended}; to go back: POST /api/promotions ${body}`);
}
