import { fieldsOf } from "../domain/alerts";
import { decideAcceptance, type Acceptance } from "../domain/acceptance";
import { reason, type Code } from "../domain/codes";
import { composeProgress } from "../domain/completion-event";
import { isEnlisted, answerTo, standsWith } from "../domain/pair-answers";
import type { PromotionState, Registration } from "../domain/promotion";
import type { Ports } from "../ports/ports";
import { sendUntilSeen, untilSeen } from "./read-back";

export interface Accepted {
  readonly kind: Acceptance;
  readonly state: PromotionState;
}

/**
 * Accepts one request (design.md §3.0): register it in the ledger, enlist it with its pair, read both back, start its
 * run. Every step may have happened before: a repeat after a crash goes through the same steps and changes nothing.
 */
export async function acceptRequest(registration: Registration, ports: Ports): Promise<Accepted> {
  const { requestId, contentHash, request } = registration;
  const known = await untilSeen(
    "the ledger",
    async () => ({ state: await ports.promotions.read(requestId) }),
    ports,
  );
  const kind = decideAcceptance(known.state, contentHash);
  if (known.state && kind !== "new" && kind !== "live") return { kind, state: known.state };
  const state = await register(registration, ports);
  const won = decideAcceptance(state, contentHash);
  if (won === "conflict" || won === "concluded") return { kind: won, state };
  if (!ports.policies.find(request.pair)) {
    return {
      kind,
      state: await refuse(state, "unknown-pair", `there is no pair "${request.pair}" here`, ports),
    };
  }
  const enlisted = await enlist(state, ports);
  if (!enlisted)
    return {
      kind,
      state: await refuse(
        state,
        "queue-full",
        `pair ${request.pair} has too many promotions under way`,
        ports,
      ),
    };
  await untilSeen("the run", () => startRun(requestId, ports), ports);
  if (kind === "new") await tell(state, ports);
  return { kind, state };
}

async function register(registration: Registration, ports: Ports): Promise<PromotionState> {
  return sendUntilSeen(
    "the registration",
    () => ports.promotions.register(registration),
    () => ports.promotions.read(registration.requestId),
    ports,
  );
}

/** Whether the pair took the promotion up; `false` when it has too many. */
async function enlist({ requestId, request, acceptedAt }: PromotionState, ports: Ports): Promise<boolean> {
  return sendUntilSeen(
    "the enlisting",
    () => ports.pairs.signal(request.pair, { kind: "enlist", requestId, at: acceptedAt }),
    async () => {
      const pair = await ports.pairs.read(request.pair);
      if (!pair) return undefined;
      if (isEnlisted(pair, requestId)) return true;
      return answerTo(pair, `enlist-${requestId}`) === "queue-full" ? false : undefined;
    },
    ports,
  );
}

async function startRun(requestId: string, ports: Ports): Promise<true> {
  if ((await ports.promotions.runStatus(requestId)) !== "live") await ports.promotions.startRun(requestId);
  return true;
}

/** Concludes without a run: no pair watches over this promotion, so its event is published before the message is gone. */
async function refuse(
  state: PromotionState,
  code: Code,
  detail: string,
  ports: Ports,
): Promise<PromotionState> {
  const { requestId } = state;
  const ending = { outcome: "refused", reason: reason(code, detail) } as const;
  const at = ports.clock.now();
  const concluded = await sendUntilSeen(
    "the outcome",
    () => ports.promotions.change(requestId, { kind: "conclude", ending, at }),
    async () => {
      const read = await ports.promotions.read(requestId);
      return read?.conclusion ? read : undefined;
    },
    ports,
  );
  await publishOutcome(concluded, ports);
  if (concluded.conclusion) ports.log.info("a promotion ended", fieldsOf(concluded, concluded.conclusion));
  return concluded;
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
  const { requestId, request } = state;
  if (!standsWith(await ports.pairs.read(request.pair), requestId))
    await ports.promotions.change(requestId, { kind: "announced", at: ports.clock.now() });
}

async function tell({ requestId, request }: PromotionState, ports: Ports): Promise<void> {
  const about = { requestId, pair: request.pair };
  try {
    await ports.announcer.publish(
      JSON.stringify(composeProgress(about, "accepted", request.reason, ports.clock.now())),
    );
  } catch (fault) {
    ports.log.warn("a progress event was lost", { ...about, fault });
  }
}
