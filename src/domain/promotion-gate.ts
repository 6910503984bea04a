import { approvalOf, isBreakGlass, whyNotAllowed, type ApprovalRule } from "./approval-rule";
import { clip } from "./clip";
import { askApproval, closeGate, isGranted, tellDecision, type Vote } from "./gate";
import type { Phase } from "./outcome";
import type { SwapPlan } from "./plan";
import type { PairPolicy } from "./policy";
import type { PromotionState } from "./promotion";
import { castVote } from "./vote";

/** Changes of the question put to people; a vote is nobody's run's business and comes at any time. */
export type GateChange =
  | { readonly kind: "ask-approval"; readonly runId: string; readonly planHash: string; readonly at: number }
  | {
      readonly kind: "vote";
      readonly id: string;
      readonly vote: Vote;
      readonly planHash: string;
      readonly application: boolean;
      /** The voter's app roles, as far as the rule names them. */
      readonly roles: readonly string[];
    }
  | { readonly kind: "close-gate"; readonly at: number };

type Change<K extends GateChange["kind"]> = Extract<GateChange, { kind: K }>;

type Asking = Pick<PromotionState, "request" | "origin">;

/** What a promotion asks for under a policy; undefined when nobody needs to approve. */
export function ruleFor(policy: PairPolicy, { request, origin }: Asking): ApprovalRule | undefined {
  return approvalOf(policy.approval, request, origin);
}

/** The same under the policy that it was planned with; undefined before its first plan. */
export function ruleOf(state: PromotionState): ApprovalRule | undefined {
  return state.plan && ruleFor(state.plan.policy, state);
}

/**
 * Why this plan must not be swapped now for want of approvals; undefined when it may be. Break-glass passes, by name.
 */
export function lacksApproval(
  state: PromotionState,
  { hash, policy }: SwapPlan,
  now: number,
): string | undefined {
  if (isBreakGlass(state) || !ruleFor(policy, state) || isGranted(state.gate, hash, now)) return undefined;
  const gate = state.gate;
  if (!gate) return "nobody was asked";
  if (gate.planHash !== hash) return "the approvals are for another plan";
  return gate.decision?.kind === "granted" ? "the approvals have lapsed" : tellDecision(gate);
}

/**
 * Why approvals that suffice by the rule of the plan do not by the pair's present one; undefined when they do. The
 * stricter counts: the larger quorum, the shorter `validFor`, and only who may approve by both. An app role that the rule of
 * the plan did not name is not known of a voter, and makes nobody an approver. Break-glass passes.
 */
export function lacksPresentApproval(
  state: PromotionState,
  present: PairPolicy,
  now: number,
): string | undefined {
  const rule = ruleFor(present, state);
  if (isBreakGlass(state) || !rule) return undefined;
  const { votes = [], decision } = state.gate ?? {};
  const counting = votes.filter(
    ({ oid, name, roles = [], decision: vote }) =>
      vote === "approve" &&
      whyNotAllowed(rule, state.origin, { oid, name, roles, application: false }) === undefined,
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

const NAME_LENGTH = 40;
const COMMENT_LENGTH = 100;
const acting: readonly Phase[] = ["swapping", "verifying", "soaking", "swapping-back"];

export function voted(state: PromotionState, change: Change<"vote">): PromotionState {
  const rule = ruleOf(state);
  if (!rule || !state.gate) return state;
  const { id, planHash, application, roles } = change;
  const { name, comment } = change.vote;
  const vote = {
    ...change.vote,
    ...(roles.length > 0 ? { roles } : {}),
    name: clip(name, NAME_LENGTH),
    comment: clip(comment, COMMENT_LENGTH),
  };
  const barred = whyNotAllowed(rule, state.origin, { ...vote, application, roles });
  const ballot = { id, vote, planHash, barred, acting: acting.includes(state.phase) };
  const gate = castVote(state.gate, ballot);
  return gate === state.gate ? state : { ...state, gate };
}

export function closed(state: PromotionState, at: number): PromotionState {
  const gate = state.gate && closeGate(state.gate, at);
  return gate === state.gate ? state : { ...state, gate };
}
