import type { AuditNote } from "./audit-chain";
import { toTime } from "./events";
import { tellDecision, type Gate } from "./gate";
import { tellTime } from "./shown-time";

/** What was asked, voted and decided at a gate by one change. */
export function gateNotes(before: Gate | undefined, after: Gate | undefined): readonly AuditNote[] {
  return after ? [...questions(before, after), ...votes(before, after), ...decisions(before, after)] : [];
}

function questions(before: Gate | undefined, { asked, askedAt, quorum, until, planHash }: Gate): AuditNote[] {
  if (asked === before?.asked) return [];
  const detail = `asks for ${quorum} approval${quorum === 1 ? "" : "s"} until ${tellTime(until)}`;
  return [{ at: toTime(askedAt), what: "approval-asked", who: "the run", planHash, detail }];
}

function votes(before: Gate | undefined, after: Gate): AuditNote[] {
  const isNew = (vote: Gate["votes"][number]) =>
    !before?.votes.some(
      ({ oid, at, decision }) => oid === vote.oid && at === vote.at && decision === vote.decision,
    );
  return after.votes.filter(isNew).map(({ oid, name, decision, comment, at }) => ({
    ...{ at: toTime(at), what: "voted", who: name, oid, planHash: after.planHash },
    detail: comment === "" ? decision : `${decision}: ${comment}`,
  }));
}

function decisions(before: Gate | undefined, after: Gate): AuditNote[] {
  const { decision, planHash } = after;
  if (!decision || (decision.kind === before?.decision?.kind && decision.at === before.decision.at))
    return [];
  const at = toTime(decision.at);
  return [{ at, what: "approval-decided", who: "the run", planHash, detail: tellDecision(after) }];
}
