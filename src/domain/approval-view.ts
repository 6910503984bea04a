import { approversOf } from "./approval-rule";
import { askerOf, tellAsker } from "./asker";
import type { CompletionEvent } from "./events";
import { tellDecision, type Gate } from "./gate";
import type { Plan, ServiceIdentity } from "./plan";
import type { PromotionState } from "./promotion";
import { ruleOf } from "./promotion-gate";
import { showTime } from "./shown-time";

/** What people are asked, what they have said, and how to say it; undefined when nobody is asked. */
export function viewApproval(state: PromotionState, timeZone: string, origin: string) {
  const { plan } = state;
  const gate = withVotes(state);
  return gate && plan && viewGate(state, gate, plan, { timeZone, origin });
}

/** The votes of a promotion that is over are told by its stored event. */
function withVotes({ gate, conclusion }: PromotionState): Gate | undefined {
  if (!gate || !conclusion) return gate;
  const { data } = JSON.parse(conclusion.event) as CompletionEvent;
  const votes = data.approvals?.votes ?? [];
  return {
    ...gate,
    votes: votes.map(({ comment = "", at, ...vote }) => ({ ...vote, comment, at: Date.parse(at) })),
  };
}

interface Shown {
  readonly timeZone: string;
  readonly origin: string;
}

function viewGate(state: PromotionState, gate: Gate, plan: Plan, { timeZone, origin }: Shown) {
  const { planHash, quorum, asked, askedAt, until, decision, votes } = gate;
  const standing = decision?.kind ?? (state.conclusion ? "undecided" : "waiting");
  return {
    state: standing,
    detail: tellDecision(gate),
    quorum,
    asked,
    askedAt: showTime(askedAt, timeZone),
    until: showTime(until, timeZone),
    validUntil: decision?.kind === "granted" ? showTime(decision.validUntil, timeZone) : undefined,
    planHash,
    planChange: asked > 1 ? state.planChange : undefined,
    votes: votes.map(({ oid, name, decision: voted, comment, at }) => {
      return { name, oid, decision: voted, comment, at: showTime(at, timeZone) };
    }),
    ...(standing === "waiting" ? viewQuestion(state, gate, plan, origin) : {}),
  };
}

function viewQuestion(state: PromotionState, gate: Gate, plan: Plan, origin: string) {
  const rule = ruleOf(state);
  return {
    requestedBy: askerOf(state),
    approvers: rule && approversOf(rule),
    toApprove: question(state, plan),
    command: commandOf(state, gate, origin),
  };
}

function question(state: PromotionState, { incoming, outgoing }: Plan) {
  return `${named(incoming)} is to take production from ${named(outgoing)}, because: ${state.request.reason}; asked by ${tellAsker(askerOf(state))}`;
}

function named({ name, version }: ServiceIdentity): string {
  return version === undefined ? name : `${name} (version ${version})`;
}

/** Ready to be pasted by an approver; the token is theirs, and nothing in here gives any authority. */
function commandOf({ requestId }: PromotionState, { planHash }: Gate, origin: string): string {
  const body = JSON.stringify({ decision: "approve", planHash, comment: "looked at it" });
  return `curl -X POST ${origin}/api/promotions/${requestId}/approvals -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '${body}'`;
}
