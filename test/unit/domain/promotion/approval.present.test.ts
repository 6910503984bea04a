import type { Gate, Vote } from "../../../../src/domain/approval/gate";
import type { ApprovalRule } from "../../../../src/domain/approval/rule";
import type { RequestOrigin } from "../../../../src/domain/kernel/swap-request";
import type { SwapPlan } from "../../../../src/domain/plan/plan";
import { lacksPresentApproval } from "../../../../src/domain/promotion/approval";
import { register } from "../../../../src/domain/promotion/promotion";
import type { PromotionState } from "../../../../src/domain/promotion/state";
import { aPolicy, aRequest, NOW } from "../../../support/observations";

/** Approvals that suffice by the rule of the plan, judged again by the pair's present rule. */
const HOUR = 3_600_000;
const rule = (over: Partial<ApprovalRule> = {}): ApprovalRule => ({
  ...{ quorum: 1, deadlineMs: HOUR, validForMs: HOUR },
  ...over,
});
const yes = (oid: string, roles?: readonly number[]): Vote => ({
  ...{ oid, name: oid, decision: "approve", comment: "", at: NOW },
  ...(roles ? { roles } : {}),
});
const olga: RequestOrigin = { channel: "http", principal: { oid: "olga", name: "Olga" } };

function approvedBy(votes: readonly Vote[], origin: RequestOrigin = olga): PromotionState {
  const gate: Gate = {
    ...{ asked: 1, planHash: "h", quorum: votes.length, askedAt: NOW, until: NOW + HOUR, validForMs: HOUR },
    ...{ votes, receipts: [], decision: { kind: "granted", at: NOW, validUntil: NOW + HOUR } },
  };
  const registration = { requestId: "r-1", contentHash: "h", request: aRequest(), origin, at: NOW };
  return { ...register(undefined, registration), gate };
}
const lacks = (state: PromotionState, approval: ApprovalRule | undefined, now = NOW + 1) =>
  lacksPresentApproval(
    state,
    { policy: aPolicy({ approval: rule({ roles: ["x", "y"] }) }) } as SwapPlan,
    aPolicy({ approval }),
    now,
  );

test.each<[string, readonly Vote[], ApprovalRule | undefined]>([
  ["nobody is asked any more", [yes("a")], undefined],
  ["it asks for as many", [yes("a"), yes("b")], rule({ quorum: 2 })],
  ["it asks for fewer", [yes("a"), yes("b")], rule({ quorum: 1 })],
  ["it names the voter, in other letters", [yes("a")], rule({ people: ["A"] })],
  ["it names a role that the voter was asked by", [yes("a", [0, 1])], rule({ roles: ["y"] })],
  ["one of two does not count, and one is enough", [yes("a"), yes("b")], rule({ neverApprove: ["b"] })],
])("the approvals suffice: %s", (_why, votes, present) => {
  expect(lacks(approvedBy(votes), present)).toBeUndefined();
});

test.each<[string, readonly Vote[], ApprovalRule, string]>([
  ["more people are needed", [yes("a")], rule({ quorum: 2 }), "1 of 2 approvals count"],
  ["the voter never counts", [yes("a")], rule({ neverApprove: ["A"] }), "0 of 1 approval count"],
  ["others may approve", [yes("a")], rule({ people: ["b"] }), "0 of 1 approval count"],
  ["a role that was not asked for", [yes("a")], rule({ roles: ["x"] }), "0 of 1 approval count"],
  ["another role", [yes("a", [1])], rule({ roles: ["x"] }), "0 of 1 approval count"],
])("the approvals do not suffice: %s", (_why, votes, present, described) => {
  expect(lacks(approvedBy(votes), present)).toBe(
    `the pair's rule was tightened since the plan: ${described} by it`,
  );
});

test("the shorter validity counts, to the millisecond", () => {
  const state = approvedBy([yes("a")]);
  const present = rule({ validForMs: 1_000 });
  expect(lacks(state, present, NOW + 999)).toBeUndefined();
  expect(lacks(state, present, NOW + 1_000)).toContain("the approvals have lapsed by it");
});

test("a question that was never asked is never granted, except for break-glass", () => {
  const { gate: _gate, ...unasked } = approvedBy([yes("a")]);
  expect(lacks(unasked, rule())).toContain("0 of 1 approval count");
  const glass = { ...olga, breakGlass: { reason: "fire" } };
  expect(lacks({ ...unasked, origin: glass }, rule())).toBeUndefined();
});

test("two approvals are needed when the requester is unknown, whatever the rule is now", () => {
  const queued: RequestOrigin = { channel: "queue" };
  expect(lacks(approvedBy([yes("a")], queued), rule())).toContain("1 of 2 approvals count");
  expect(lacks(approvedBy([yes("a"), yes("b")], queued), rule())).toBeUndefined();
});

test("only a grant counts, never an undecided question or a rejection", () => {
  const state = approvedBy([yes("a")]);
  const rejected = { ...yes("a"), decision: "reject" as const };
  expect(lacks({ ...state, gate: { ...state.gate!, votes: [rejected] } }, rule())).toContain("0 of 1");
  expect(lacks({ ...state, gate: { ...state.gate!, decision: undefined } }, rule())).toContain("lapsed");
});
