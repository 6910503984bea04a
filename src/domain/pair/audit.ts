import { appendNotes, type AuditEntry, type AuditNote, type Digest, pairChain } from "../audit/chain";
import type { PairKey } from "../kernel/pair-key";
import { toTime } from "../kernel/time";
import { hasLeft, type PairStep } from "./answers";
import { applyToPair } from "./operations";
import { emptyPair, type PairOperation, type PairState } from "./pair";

/** A step of the pair coordinator, and its entries in the pair's audit chain. */
export interface AuditedStep extends PairStep {
  readonly entries: readonly AuditEntry[];
}

const NOTE_LENGTH = 300;
const NAME_LENGTH = 120;

/** Applies one operation, and adds decisions of people and concluded promotions to the audit chain. */
export function auditStep(
  pair: PairKey,
  current: PairState | undefined,
  op: PairOperation,
  digest: Digest,
): AuditedStep {
  const step = applyToPair(current, op);
  const note = decided(current ?? emptyPair, op, step.state);
  if (!note) return { ...step, entries: [] };
  const short = { ...note, who: note.who.slice(0, NAME_LENGTH), detail: note.detail?.slice(0, NOTE_LENGTH) };
  const { head, entries } = appendNotes(pairChain(pair), step.state.audit, [short], digest);
  return { ...step, state: { ...step.state, audit: head }, entries };
}

function decided(before: PairState, op: PairOperation, after: PairState): AuditNote | undefined {
  switch (op.kind) {
    case "hold":
      return held(before, op, after);
    case "release":
      return released(before, op, after);
    case "cancel": {
      const kept = ({ cancels }: PairState) => cancels.find((each) => each.requestId === op.requestId);
      const isNew = kept(after)?.note !== kept(before)?.note;
      const { at, by, oid, note, requestId } = op;
      return isNew ? { at: toTime(at), what: "cancelled", who: by, oid, requestId, detail: note } : undefined;
    }
    case "note-schedule": {
      const { at, by, oid, what, name, note } = op;
      const isNew = before !== after;
      return isNew ? { at: toTime(at), what, who: by, oid, detail: `${name}: ${note}` } : undefined;
    }
    case "leave": {
      const isNew = hasLeft(after, op.requestId) && !hasLeft(before, op.requestId);
      if (!isNew || !op.concluded) return undefined;
      const { at, outcome, ends } = op.concluded;
      return { at: toTime(at), what: "concluded", who: "the run", requestId: op.requestId, outcome, ends };
    }
    default:
      return undefined;
  }
}

function held(
  before: PairState,
  { hold, oid }: Extract<PairOperation, { kind: "hold" }>,
  after: PairState,
): AuditNote | undefined {
  // A halt that is merged into another one is a decision too.
  if (after.holds === before.holds) return undefined;
  const { id, at, by, reason, requestId } = hold;
  const who = by ?? "the run";
  const detail = `${reason.code}: ${reason.detail}`;
  return { at: toTime(at), what: "held", who, oid, requestId, holdIds: [id], detail };
}

function released(
  before: PairState,
  { at, by, oid, note }: Extract<PairOperation, { kind: "release" }>,
  after: PairState,
): AuditNote | undefined {
  const gone = before.holds.filter((hold) => !after.holds.includes(hold)).map(({ id }) => id);
  if (gone.length === 0) return undefined;
  return { at: toTime(at), what: "hold-released", who: by, oid, holdIds: gone, detail: note };
}
