import { fieldsOf } from "../domain/alerts";
import { decideAcceptance, type Acceptance } from "../domain/acceptance";
import { reason } from "../domain/codes";
import { composeProgress } from "../domain/completion-event";
import { isEnlisted, standsWith } from "../domain/pair-answers";
import { pairIdentity } from "../domain/pair-key";
import { pairOf, type PromotionState, type Registration } from "../domain/promotion";
import type { Ports } from "../ports/ports";
import { NotAcknowledged, NothingSent, sendUntilSeen, untilSeen } from "./read-back";

export interface Accepted {
  readonly kind: Acceptance;
  readonly state: PromotionState;
  /** It is registered, and nobody has seen yet that its pair has taken it up: that comes without anybody's doing. */
  readonly onItsWay?: boolean | undefined;
}

/**
 * Accepts one request: its run is started, which registers it in the ledger, enlists it with its pair and goes on,
 * whatever becomes of whoever sent it; both are read back. Every step may have happened before: a repeat changes nothing.
 */
export async function acceptRequest(registration: Registration, ports: Ports): Promise<Accepted> {
  const { requestId, contentHash, request } = registration;
  const known = await readLedger(requestId, ports);
  const kind = decideAcceptance(known, contentHash);
  if (known && kind !== "new" && kind !== "live") return { kind, state: known };
  const policy = ports.policies.find(request.pair);
  if (kind === "new" && !policy) return refuse(registration, ports);
  if (kind === "new") raiseAlarm(registration, ports);
  // What is known stays with the pair that it was accepted for, whatever has that name now.
  const pair = known ? known.pair : policy && pairIdentity(policy);
  await untilSeen("the run", () => startRun({ ...registration, pair }, ports), ports);
  const accepted = await untilTakenUp(kind, registration, ports);
  if (accepted.kind === "new" && !accepted.state.conclusion) await tell(accepted.state, ports);
  return accepted;
}

async function readLedger(requestId: string, ports: Ports): Promise<PromotionState | undefined> {
  const read = async () => ({ state: await ports.promotions.read(requestId) });
  try {
    return (await untilSeen("the ledger", read, ports)).state;
  } catch (cause) {
    throw new NothingSent("the ledger could not be read: nothing was sent", { cause });
  }
}

/** Before anything is durable: whoever dies meanwhile must not have passed the gate unheard. */
function raiseAlarm({ requestId, request, origin }: Registration, { log }: Ports): void {
  const { breakGlass, principal } = origin;
  if (!breakGlass) return;
  const detail = `by ${principal?.name ?? "?"} (${principal?.oid ?? "?"}): ${breakGlass.reason}`;
  const about = { requestId, pair: request.pair, detail };
  log.alert("break-glass", "gate and opening are passed by an operator's word", about);
}

/** Ledger first: `startNew` silently overwrites a run that is over. */
async function startRun(registration: Registration, { promotions }: Ports): Promise<true> {
  const { requestId } = registration;
  if ((await promotions.runStatus(requestId)) !== "live") await promotions.startRun(requestId, registration);
  return true;
}

/** Reads back until the pair has taken the promotion up, or it has an outcome. Once it is registered it goes on by itself. */
async function untilTakenUp(
  kind: Acceptance,
  { requestId, contentHash }: Registration,
  ports: Ports,
): Promise<Accepted> {
  let registered: Accepted | undefined;
  const look = async (): Promise<Accepted | undefined> => {
    const state = await ports.promotions.read(requestId);
    if (!state) return undefined;
    // Of two requests with one id that came at once the ledger knows the first.
    const won = decideAcceptance(state, contentHash);
    if (won === "conflict") return { kind: won, state };
    if (state.conclusion) return { kind, state };
    registered = { kind, state, onItsWay: true };
    const pair = await ports.pairs.read(pairOf(state).key);
    return pair && isEnlisted(pair, requestId) ? { kind, state } : undefined;
  };
  try {
    return await untilSeen("the registration", look, ports);
  } catch (fault) {
    if (registered && fault instanceof NotAcknowledged) return registered;
    throw fault;
  }
}

/**
 * Registers and concludes at once, without a run: no pair watches over this promotion, so its event is published before
 * the message is gone.
 */
async function refuse(registration: Registration, ports: Ports): Promise<Accepted> {
  const { requestId, contentHash, request, at } = registration;
  const detail = `there is no pair "${request.pair}" here`;
  const ending = { outcome: "refused", reason: reason("unknown-pair", detail) } as const;
  const state = await sendUntilSeen(
    "the outcome",
    () => ports.promotions.change(requestId, { kind: "conclude", ending, at, registration }),
    () => ports.promotions.read(requestId),
    ports,
  );
  // Somebody else's registration came first, with other content or from a host that knows the pair.
  const won = decideAcceptance(state, contentHash);
  if (won !== "concluded") return { kind: won, state };
  await publishOutcome(state, ports);
  if (state.conclusion) ports.log.info("a promotion ended", fieldsOf(state, state.conclusion));
  return { kind: "new", state };
}

/**
 * Publishes the stored bytes of an outcome, again if need be: consumers dedupe by the event's id. One that still stands
 * with its pair is not marked announced here: run or janitor have its hold and its leaving to see to before.
 */
export async function publishOutcome(state: PromotionState, ports: Ports): Promise<void> {
  const event = state.conclusion?.event;
  if (event === undefined) return;
  await untilSeen(
    "the completion event",
    async () => {
      await ports.announcer.publish(event);
      return true;
    },
    ports,
  );
  const { requestId, pair } = state;
  if (!pair || !standsWith(await ports.pairs.read(pair.key), requestId))
    await ports.promotions.change(requestId, { kind: "announced", at: ports.clock.now() });
}

/** Nobody who asks for a promotion waits for the broker. */
const NEWS_TIMEOUT_MS = 2_000;

async function tell({ requestId, request }: PromotionState, ports: Ports): Promise<void> {
  const about = { requestId, pair: request.pair };
  try {
    await ports.announcer.publish(
      JSON.stringify(composeProgress(about, "accepted", request.reason, ports.clock.now())),
      NEWS_TIMEOUT_MS,
    );
  } catch (fault) {
    ports.log.warn("a progress event was lost", { ...about, fault });
  }
}
