import { askApproval, castVote, closeGate, type Gate, isGranted, describeDecision } from "../approval/gate";
import { approvalOf, type ApprovalRule, approversOf, isBreakGlass, whyNotAllowed } from "../approval/rule";
import type { ServiceIdentity } from "../cloud-service/observation";
import type { Phase } from "../kernel/outcome";
import { requesterOf, describeRequester } from "../kernel/requester";
import { showTime } from "../kernel/time";
import type { Plan, SwapPlan } from "../plan/plan";
import type { PairPolicy } from "../policy/policy";
import type { CompletionEvent } from "./events";
import type { GateChange, PromotionState } from "./state";

type Change<K extends GateChange["kind"]> = Extract<GateChange, { kind: K }>;

type Asking = Pick<PromotionState, "request" | "origin">;

/** The approval rule of a promotion under a policy; undefined if it needs no approval. */
export function ruleFor(policy: PairPolicy, { request, origin }: Asking): ApprovalRule | undefined {
  return approvalOf(policy.approval, request, origin);
}

/** The rule under the policy of its plan; undefined before the first plan. */
export function ruleOf(state: PromotionState): ApprovalRule | undefined {
  return state.plan && ruleFor(state.plan.policy, state);
}

/** Why this plan lacks approval now; undefined if it does not. Break-glass needs none. */
export function lacksApproval(
  state: PromotionState,
  { hash, policy }: SwapPlan,
  now: number,
): string | undefined {
  if (isBreakGlass(state) || !ruleFor(policy, state) || isGranted(state.gate, hash, now)) return undefined;
  const gate = state.gate;
  if (!gate) return "no approval was requested";
  if (gate.planHash !== hash) return "the approvals are for another plan";
  return gate.decision?.kind === "granted" ? "the approvals have lapsed" : describeDecision(gate);
}

/**
 * Why approvals under the plan's rule do not meet the current rule of the pair; undefined if they do. The stricter of
 * both counts. Only app roles in the plan's rule are known of a voter. Break-glass needs no approval.
 */
export function lacksPresentApproval(
  state: PromotionState,
  { policy: planned }: SwapPlan,
  present: PairPolicy,
  now: number,
): string | undefined {
  const rule = ruleFor(present, state);
  if (isBreakGlass(state) || !rule) return undefined;
  const { votes = [], decision } = state.gate ?? {};
  const named = (places: readonly number[]) =>
    places.flatMap((place) => planned.approval?.roles?.[place] ?? []);
  const counting = votes.filter(
    ({ oid, name, roles = [], decision: vote }) =>
      vote === "approve" &&
      whyNotAllowed(rule, state.origin, { oid, name, roles: named(roles), application: false }) === undefined,
  );
  const needed = `${rule.quorum} approval${rule.quorum === 1 ? "" : "s"}`;
  if (counting.length < rule.quorum)
    return `the pair's rule was tightened since the plan: ${counting.length} of ${needed} count by it`;
  const grantedAt = decision?.kind === "granted" ? decision.at : -Infinity;
  return now - grantedAt < rule.validForMs
    ? undefined
    : "the pair's rule was tightened since the plan: the approvals have lapsed by it";
}

export function asked(state: PromotionState, { planHash, at }: Change<"ask-approval">): PromotionState {
  const rule = ruleOf(state);
  if (!rule) return state;
  const gate = askApproval(state.gate, { planHash, rule, expiresAt: state.request.expiresAt, at });
  return gate === state.gate ? state : { ...state, gate };
}

const acting: readonly Phase[] = ["swapping", "verifying", "soaking", "rolling-back"];

export function voted(state: PromotionState, change: Change<"vote">): PromotionState {
  const rule = ruleOf(state);
  if (!rule || !state.gate) return state;
  const { id, planHash, application, roles } = change;
  const places = (rule.roles ?? []).flatMap((role, place) => (roles.includes(role) ? [place] : []));
  const vote = { ...change.vote, roles: roles.length > 0 ? places : undefined };
  const barred = whyNotAllowed(rule, state.origin, { ...vote, application, roles });
  const ballot = { id, vote, planHash, barred, acting: acting.includes(state.phase) };
  const gate = castVote(state.gate, ballot);
  return gate === state.gate ? state : { ...state, gate };
}

export function closed(state: PromotionState, at: number): PromotionState {
  const gate = state.gate && closeGate(state.gate, at);
  return gate === state.gate ? state : { ...state, gate };
}

export function viewApproval(state: PromotionState, timeZone: string, origin: string) {
  const { plan } = state;
  const gate = withVotes(state);
  return gate && plan && viewGate(state, gate, plan, { timeZone, origin });
}

/** The votes of a concluded promotion are in its stored event. */
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

type Standing = NonNullable<Gate["decision"]>["kind"] | "undecided" | "waiting";

function viewGate(state: PromotionState, gate: Gate, plan: Plan, { timeZone, origin }: Shown) {
  const { planHash, quorum, asked, askedAt, until, decision, votes } = gate;
  const standing: Standing = decision?.kind ?? (state.conclusion ? "undecided" : "waiting");
  return {
    state: standing,
    detail: describeDecision(gate),
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
    ...(standing === "waiting" ? viewQuestion(state, gate, plan, origin) : undefined),
  };
}

function viewQuestion(state: PromotionState, gate: Gate, plan: Plan, origin: string) {
  const rule = ruleOf(state);
  return {
    requestedBy: requesterOf(state),
    approvers: rule && approversOf(rule),
    toApprove: question(state, plan),
    command: commandOf(state, gate, origin),
  };
}

function question(state: PromotionState, { incoming, outgoing }: Plan) {
  return `${named(incoming)} is to take production from ${named(outgoing)}, because: ${state.request.reason}; asked by ${describeRequester(requesterOf(state))}`;
}

function named({ name, version }: ServiceIdentity): string {
  return version === undefined ? name : `${name} (version ${version})`;
}

/** A command for approvers to paste. It contains no token and gives no permission. */
function commandOf({ requestId }: PromotionState, { planHash }: Gate, origin: string): string {
  const body = JSON.stringify({ decision: "approve", planHash, comment: "reviewed" });
  return `curl -X POST ${origin}/api/promotions/${requestId}/approvals -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '${body}'`;
}
