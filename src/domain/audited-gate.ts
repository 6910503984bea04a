import type { AuditNote } from "./audit-chain";
import { toTime } from "./events";
import { tellDecision, type Gate } from "./gate";

/** What was asked, voted and decided at a gate by one change. */
export function gateNotes(before: Gate | undefined, after: Gate | undefined): readonly AuditNote[] {
  if (!after || after === before) return [];
  const { planHash } = after;
  const notes: AuditNote[] = [];
  if (after.asked !== before?.asked) {
    const detail = `asks for ${after.quorum} approval${after.quorum === 1 ? "" : "s"} until ${toTime(after.until)}`;
    notes.push({ at: toTime(after.askedAt), what: "approval-asked", who: "the run", planHash, detail });
  }
  const known = new Set(before?.votes.map(({ id }) => id));
  for (const { id, oid, name, decision, comment, at } of after.votes) {
    const detail = comment === "" ? decision : `${decision}: ${comment}`;
    if (!known.has(id)) notes.push({ at: toTime(at), what: "voted", who: name, oid, planHash, detail });
  }
  const { decision } = after;
  if (decision && (decision.kind !== before?.decision?.kind || decision.at !== before.decision.at))
    notes.push({
      ...{ at: toTime(decision.at), what: "approval-decided", who: "the run", planHash },
      detail: tellDecision(after),
    });
  return notes;
}
