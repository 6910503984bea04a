import { chainHead } from "../audit/chain";
import { reason } from "../kernel/reason-codes";
import type { SwapRequest } from "../kernel/swap-request";
import { sealEnding } from "./completion-event";
import type { PromotionState } from "./state";

/** The default time that a promotion keeps its details after its outcome. */
export const RETAIN_MS = 400 * 86_400_000;

/** The retention time of a pair. A removed pair has no setting any more, so the longest one of all pairs applies. */
export function retainMs(retention: ReadonlyMap<string, number>, pair: string | undefined): number {
  if (pair === undefined) return Math.max(RETAIN_MS, ...retention.values());
  return retention.get(pair) ?? RETAIN_MS;
}

/** Whether a promotion that concluded before this time may be reduced. It must be announced first. */
export function isPastRetention(
  { conclusion, announcedAt, reduced: isReduced }: PromotionState,
  before: number,
): boolean {
  return conclusion !== undefined && announcedAt !== undefined && !isReduced && conclusion.at < before;
}

/** Keeps only what the answer to a duplicate request needs, and the end of the audit chain. */
export function reduced(state: PromotionState): PromotionState {
  const { conclusion, announcedAt, audit } = state;
  if (!conclusion || announcedAt === undefined || state.reduced) return state;
  const { requestId, contentHash, acceptedAt, revision } = state;
  const { outcome, waitingFor, at } = conclusion;
  const { pair, promote } = state.request;
  return {
    pair: state.pair,
    v: 1,
    revision,
    requestId,
    contentHash,
    acceptedAt,
    phase: "concluded",
    reduced: true,
    announcedAt,
    request: { requestId, pair, promote, reason: "", requestedBy: "" },
    origin: { channel: state.origin.channel },
    timeline: [],
    deadlines: {},
    plans: 0,
    attempts: [],
    conclusion: {
      outcome,
      waitingFor,
      at,
      reason: { code: conclusion.reason.code, detail: "", remedy: "" },
      event: "",
    },
    audit: audit && chainHead(audit),
  };
}

/** Restores what a reduced record still implies: the reason, and an event with the same id, outcome and time. */
export function reconstructed(state: PromotionState): PromotionState {
  const { conclusion } = state;
  if (!state.reduced || !conclusion) return state;
  const { code } = conclusion.reason;
  const why = reason(code, "the details are past their retention; outcome and code are as announced");
  const ending = { outcome: conclusion.outcome, waitingFor: conclusion.waitingFor, reason: why };
  return { ...state, conclusion: sealEnding(state, ending, conclusion.at) };
}

/** A reduced record, completed with the request that its sender has sent again. */
export function asAskedAgain(state: PromotionState, request: SwapRequest): PromotionState {
  return state.reduced ? reconstructed({ ...state, request }) : state;
}
