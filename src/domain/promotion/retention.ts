import { chainHead } from "../audit/chain";
import { reason } from "../kernel/reason-codes";
import type { SwapRequest } from "../kernel/swap-request";
import { sealEnding } from "./completion-event";
import type { PromotionState } from "./state";

/** How long a promotion is kept whole after its outcome, unless the pairs file says otherwise. */
export const RETAIN_MS = 400 * 86_400_000;

/**
 * How long a pair's promotions are kept whole, by what the pairs file says of each. Nobody knows any more what it said of a
 * pair without a name, which was taken out: as long as any other.
 */
export function retainMs(retention: ReadonlyMap<string, number>, pair: string | undefined): number {
  if (pair === undefined) return Math.max(RETAIN_MS, ...retention.values());
  return retention.get(pair) ?? RETAIN_MS;
}

/** Whether an entry whose outcome came before that time may be reduced: what is not announced yet is kept however old it is. */
export function isPastRetention(
  { conclusion, announcedAt, reduced: isReduced }: PromotionState,
  before: number,
): boolean {
  return conclusion !== undefined && announcedAt !== undefined && !isReduced && conclusion.at < before;
}

/** An entry cut to what the answer to a duplicate needs, and to where its audit chain ends. */
export function reduced(state: PromotionState): PromotionState {
  const { conclusion, announcedAt, audit } = state;
  if (!conclusion || announcedAt === undefined || state.reduced) return state;
  const { requestId, contentHash, acceptedAt, revision } = state;
  const { outcome, waitingFor, at } = conclusion;
  const { pair, promote } = state.request;
  return {
    pair: state.pair,
    ...{ v: 1, revision, requestId, contentHash, acceptedAt, phase: "concluded", reduced: true, announcedAt },
    request: { requestId, pair, promote, reason: "", requestedBy: "" },
    origin: { channel: state.origin.channel },
    ...{ timeline: [], deadlines: {}, plans: 0, attempts: [] },
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

/** A reduced entry with what can be said again: the reason by its code, and its event with the same id, outcome and time. */
export function reconstructed(state: PromotionState): PromotionState {
  const { conclusion } = state;
  if (!state.reduced || !conclusion) return state;
  const { code } = conclusion.reason;
  const why = reason(code, "the details are past their retention; outcome and code are what was announced");
  const ending = { outcome: conclusion.outcome, waitingFor: conclusion.waitingFor, reason: why };
  return { ...state, conclusion: sealEnding(state, ending, conclusion.at) };
}

/** The entry for whoever has sent the same request again, who knows what it asked for. */
export function asAskedAgain(state: PromotionState, request: SwapRequest): PromotionState {
  return state.reduced ? reconstructed({ ...state, request }) : state;
}
