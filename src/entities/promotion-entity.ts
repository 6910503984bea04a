import { EntityId, type EntityContext } from "durable-functions";
import { chainHead, promotionChain, type ChainHead, type Digest } from "../domain/audit-chain";
import { recordAll } from "./audit-entity";
import { auditChange } from "../domain/audited-promotion";
import type { Outcome } from "../domain/outcome";
import { viewOfGate, type GateView } from "../domain/gate";
import type { PairOperation } from "../domain/pair";
import {
  entryFor,
  pairOf,
  type Conclusion,
  type PromotionChange,
  type PromotionState,
} from "../domain/promotion";

/** What a run learns from a change: whether it is still in charge, and the outcome that stands. */
export interface ChangeAnswer {
  readonly runId?: string | undefined;
  readonly outcome?: Outcome | undefined;
  readonly announced: boolean;
  /** The outcome that stands without its event, for a run that concludes. */
  readonly conclusion?: Omit<Conclusion, "event"> | undefined;
  /** Where the approvals stand, for a run that asks or waits for them. */
  readonly gate?: GateView | undefined;
  /** Where its audit chain ends, for a run that concludes. */
  readonly audit?: ChainHead | undefined;
  /** The whole ledger, for a run that begins or goes on. */
  readonly state?: PromotionState | undefined;
}

/**
 * The ledger of one request, keyed by request id. Operations: `change` (a `PromotionChange`, answered with a
 * `ChangeAnswer`), `read` (answered with the state). Never purged.
 */
export function promotionEntity(digest: Digest): (context: EntityContext<PromotionState>) => void {
  return (context) => {
    const state = context.df.getState();
    switch (context.df.operationName) {
      case "change": {
        const change = context.df.getInput<PromotionChange>();
        const entry = change && entryFor(state, change);
        if (!entry) return;
        if (!state && change.kind === "begin") enlist(context, entry);
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

/** It leaves together with the registration: whatever becomes of the run, the janitor finds the promotion at its pair. */
function enlist(context: EntityContext<PromotionState>, state: PromotionState): void {
  const { requestId, acceptedAt } = state;
  const operation: PairOperation = { kind: "enlist", requestId, at: acceptedAt };
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
  if (isReader(kind)) return { ...answer, state };
  return kind === "conclude"
    ? { ...answer, conclusion: conclusion && withoutEvent(conclusion), audit: audit && chainHead(audit) }
    : answer;
}

function isReader(kind: PromotionChange["kind"]): boolean {
  return kind === "begin" || kind === "go-on";
}

function withoutEvent({ outcome, reason, waitingFor, at }: Conclusion): Omit<Conclusion, "event"> {
  return { outcome, reason, waitingFor, at };
}
