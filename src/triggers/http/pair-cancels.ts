import { parseCancels } from "../../contracts/commands";
import type { PairKey } from "../../domain/kernel/pair-key";
import { reason } from "../../domain/kernel/reason-codes";
import { answerTo, hasLeft, isRegistered } from "../../domain/pair/answers";
import type { PairState } from "../../domain/pair/pair";
import type { CancelResult, ShownCancel } from "../../domain/pair/view";
import type { Caller } from "../../ports/identity";
import type { Ports } from "../../ports/ports";
import { NotAcknowledged, untilSeen } from "../read-back";
import { wakeWaiting } from "../wake";
import { unacknowledged } from "./acknowledged";
import { type Call, readJson } from "./call";
import { policyOf } from "./pairs";
import { json, Problem } from "./problem";

/**
 * POST pairs/{name}/cancel: cancels every promotion under way at the pair, or those named, and reports each result.
 * A repeat changes nothing.
 */
export async function cancelPromotions({ request, ports, caller }: Call) {
  const { name, key, timeZone } = policyOf(request.params["name"] ?? "", ports);
  const parsed = parseCancels(await readJson(request));
  if (!parsed.ok) throw new Problem("malformed-request", "the body is malformed", { issues: parsed.issues });
  const { note, requestIds } = parsed.value;
  const read = async () => ({ pair: await ports.pairs.read(key) });
  const { pair } = await untilSeen("the pair", read, ports);
  const ids = requestIds ? [...new Set(requestIds)] : underWay(pair);
  const results = await cancelEach({ pair: name, key, ids: holderLast(ids, pair), note, caller }, ports);
  await describe(name, results, `by ${caller.name} (${caller.oid}): ${note}`, ports);
  const value = ids.map((requestId) => show(requestId, results.get(requestId)));
  const unseen = ids.filter((requestId) => !results.has(requestId));
  if (unseen.length === 0) {
    const cancelled = [...results.values()].filter((result) => result === "cancelled").length;
    return json(200, { pair: name, cancelled, value });
  }
  const nextStep = "send the same call again: cancelled promotions stay cancelled";
  const detail = `cancel not confirmed: ${unseen.join(", ")}`;
  throw unacknowledged(detail, { nextStep, timeZone }, ports, { members: { pair: name, value } });
}

function underWay(pair: PairState | undefined): readonly string[] {
  return (pair?.registered ?? []).filter(({ left }) => !left).map(({ requestId }) => requestId);
}

/** The lease holder last: only its cancel may be refused, and the pair coordinator keeps only its last answers. */
function holderLast(ids: readonly string[], pair: PairState | undefined): readonly string[] {
  const isHolder = (id: string) => id === pair?.lease?.holder;
  return [...ids.filter((id) => !isHolder(id)), ...ids.filter(isHolder)];
}

interface Asked {
  readonly pair: string;
  readonly key: PairKey;
  readonly ids: readonly string[];
  readonly note: string;
  readonly caller: Caller;
}

/** The result of each cancel that was seen in time. */
async function cancelEach(
  { pair, key, ids, note, caller }: Asked,
  ports: Ports,
): Promise<Map<string, CancelResult>> {
  const by = { by: caller.name, oid: caller.oid, note, at: ports.clock.now() };
  const pending = ids.map((requestId) => ({ requestId, id: ports.nonce(), sent: false }));
  const results = new Map<string, CancelResult>();
  const step = async () => {
    for (const each of pending) {
      if (each.sent) continue;
      await ports.pairs.signal(key, { kind: "cancel", id: each.id, requestId: each.requestId, ...by });
      each.sent = true;
    }
    const state = await ports.pairs.read(key);
    for (const { requestId, id } of pending) {
      const result = state && resultOf(state, requestId, id);
      if (result) results.set(requestId, result);
    }
    return results.size === ids.length ? true : undefined;
  };
  try {
    if (ids.length > 0) await untilSeen("the cancels", step, ports);
  } catch (fault) {
    if (!(fault instanceof NotAcknowledged)) throw fault;
    ports.log.warn("a pair did not acknowledge in time", { pair, fault });
  }
  return results;
}

/** Read from the recorded cancels, not from the answers: the pair coordinator keeps only the last few. */
function resultOf(state: PairState, requestId: string, id: string): CancelResult | undefined {
  if (!isRegistered(state, requestId) || hasLeft(state, requestId)) return "already-concluded";
  if (state.cancels.some((cancel) => cancel.requestId === requestId)) return "cancelled";
  const answer = answerTo(state, id);
  if (answer === "attempt-open") return "attempt-open";
  return answer === "too-late" ? "cancel-too-late" : undefined;
}

async function describe(
  pair: string,
  results: ReadonlyMap<string, CancelResult>,
  detail: string,
  ports: Ports,
): Promise<void> {
  const cancelled = [...results].filter(([, result]) => result === "cancelled").map(([id]) => id);
  await Promise.all(
    cancelled.map(async (requestId) => {
      ports.log.info("a promotion is cancelled", { requestId, pair, detail });
      try {
        await wakeWaiting(requestId, ports);
      } catch (fault) {
        ports.log.warn("promotions were not woken", { requestId, pair, fault });
      }
    }),
  );
}

const details: Readonly<Record<Exclude<CancelResult, "cancelled">, string>> = {
  "attempt-open": "a swap call of this promotion is under way",
  "cancel-too-late": "the swap has taken effect",
  "already-concluded": "it is not under way with this pair",
};

function show(requestId: string, result: ShownCancel["result"] = "not-acknowledged"): ShownCancel {
  const links = { self: `/api/promotions/${requestId}` };
  if (result === "not-acknowledged" || result === "cancelled") return { requestId, result, links };
  return { requestId, result, reason: reason(result, details[result]), links };
}
