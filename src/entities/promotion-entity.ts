import { type EntityContext, EntityId } from "durable-functions";
import { type GateView, viewOfGate } from "../domain/approval/gate";
import { chainHead, type ChainHead, type Digest, promotionChain } from "../domain/audit/chain";
import type { Outcome } from "../domain/kernel/outcome";
import { mayTakeKeptPlace } from "../domain/kernel/swap-request";
import type { PairOperation } from "../domain/pair/pair";
import { auditChange } from "../domain/promotion/audit";
import { entryFor } from "../domain/promotion/promotion";
import {
  type Conclusion,
  pairOf,
  type PromotionChange,
  type PromotionState,
} from "../domain/promotion/state";
import { recordAll } from "./audit-entity";

/** The result of a change: which run is in charge, and the stored outcome. */
export interface ChangeAnswer {
  readonly runId?: string;
  readonly outcome?: Outcome;
  readonly announced: boolean;
  /** The stored outcome without its event, for a run that concludes. */
  readonly conclusion?: Omit<Conclusion, "event">;
  /** The state of the approvals, for a run that asks or waits for them. */
  readonly gate?: GateView;
  /** The head of its audit chain, for a run that concludes. */
  readonly audit?: ChainHead;
  /** The whole promotion record, for a run that begins or continues. */
  readonly state?: PromotionState;
}

/**
 * The promotion record of one request, keyed by request id. Operation `change` takes a `PromotionChange` and returns a
 * `ChangeAnswer`; `read` returns the state. Never purged.
 */
export function promotionEntity(digest: Digest): (context: EntityContext<PromotionState>) => void {
  return (context) => {
    const state = context.df.getState();
    switch (context.df.operationName) {
      case "change": {
        const change = context.df.getInput<PromotionChange>();
        const entry = change && entryFor(state, change);
        if (!entry) return;
        if (!state && change.kind === "begin") register(context, entry);
        context.df.return<ChangeAnswer>(answerTo(change, changed(context, entry, change, digest)));
        return;
      }
      case "read":
        if (state) context.df.return(state);
        return;
      default:
        return;
    }
  };
}

/** Sent in the same step that stores the registration, so that the reconciler finds the promotion even if its run is lost. */
function register(context: EntityContext<PromotionState>, state: PromotionState): void {
  const { requestId, acceptedAt, origin } = state;
  const kept = mayTakeKeptPlace(origin);
  const operation: PairOperation = { kind: "register", requestId, at: acceptedAt, kept };
  context.df.signalEntity(new EntityId("pair", pairOf(state).key), "apply", operation);
}

function changed(
  context: EntityContext<PromotionState>,
  state: PromotionState,
  change: PromotionChange,
  digest: Digest,
): PromotionState {
  const step = auditChange(state, change, digest);
  context.df.setState(step.state);
  recordAll(context, promotionChain(state.requestId), step.entries);
  return step.state;
}

function answerTo({ kind }: PromotionChange, state: PromotionState): ChangeAnswer {
  const { run, conclusion, announcedAt, audit } = state;
  const answer = { runId: run?.id, outcome: conclusion?.outcome, announced: announcedAt !== undefined };
  const gate = state.gate && viewOfGate(state.gate);
  if (kind === "ask-approval" || kind === "close-gate") return { ...answer, gate };
  if (["begin", "go-on"].includes(kind)) return { ...answer, state };
  return kind === "conclude"
    ? { ...answer, conclusion: conclusion && withoutEvent(conclusion), audit: audit && chainHead(audit) }
    : answer;
}

function withoutEvent({ outcome, reason, waitingFor, at }: Conclusion): Omit<Conclusion, "event"> {
  return { outcome, reason, waitingFor, at };
}
