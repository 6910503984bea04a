import {
  approvalOf,
  type ApprovalRule,
  approversOf,
  defaultApproval,
  isBreakGlass,
  unreachable,
  whyNotAllowed,
} from "../../../../src/domain/approval/rule";
import type { RequestOrigin } from "../../../../src/domain/kernel/swap-request";
import { aRequest } from "../../../support/observations";

/** Who is asked, and whose vote counts. */
const rule = (over: Partial<ApprovalRule> = {}): ApprovalRule => ({
  ...{ quorum: 2, deadlineMs: 1_000, validForMs: 500 },
  ...over,
});
const http: RequestOrigin = { channel: "http", principal: { oid: "AAAA", name: "Rita" } };
const queue: RequestOrigin = { channel: "queue" };

test.each<[string, ApprovalRule | undefined, number | undefined, RequestOrigin, number | undefined]>([
  ["nobody asks", undefined, undefined, queue, undefined],
  ["the policy asks, of a known person", rule({ quorum: 1 }), undefined, http, 1],
  ["the policy asks, and the requester is only declared", rule({ quorum: 1 }), undefined, queue, 2],
  [
    "the policy asks, and an application sent the request",
    rule({ quorum: 1 }),
    undefined,
    { channel: "http", principal: { oid: "b", name: "pipeline", application: true } },
    2,
  ],
  ["the request asks for more", rule({ quorum: 1 }), 3, http, 3],
  ["the request asks for less", rule({ quorum: 3 }), 1, http, 3],
  ["only the request asks", undefined, 1, http, 1],
  ["only the request asks, from the queue", undefined, 1, queue, 2],
])("the quorum follows when %s", (_case, policy, asked, origin, quorum) => {
  const request = aRequest(asked === undefined ? {} : { approval: { quorum: asked } });
  expect(approvalOf(policy, request, origin)?.quorum).toBe(quorum);
});

test("a request that asks for approval by itself gets the default deadline", () => {
  const found = approvalOf(undefined, aRequest({ approval: { quorum: 2 } }), http);
  expect(found).toEqual({ ...defaultApproval, quorum: 2 });
  const HOUR = 3_600_000;
  expect(defaultApproval).toEqual({ quorum: 1, deadlineMs: 72 * HOUR, validForMs: 24 * HOUR });
});

const person = { oid: "bbbb", name: "Aron", application: false, roles: [] };

test.each<[string, Partial<ApprovalRule>, RequestOrigin, Partial<typeof person>, RegExp | undefined]>([
  ["everybody with the permission", {}, queue, {}, undefined],
  ["an application", {}, queue, { application: true }, /applications never/],
  ["the requester, whatever the case of the id", {}, http, { oid: "aaaa" }, /requester of a swap/],
  ["one of those under neverApprove", { neverApprove: ["cccc", "bbbb"] }, queue, {}, /neverApprove/],
  ["one of those named", { people: ["bbbb", "cccc"] }, queue, {}, undefined],
  ["somebody under neverApprove", { neverApprove: ["BBBB"] }, queue, {}, /neverApprove/],
  ["somebody named", { people: ["BBBB"] }, queue, {}, undefined],
  ["somebody not named", { people: ["cccc"] }, queue, {}, /object id cccc/],
  ["somebody not named, with a role", { people: ["cccc"] }, queue, { roles: ["R"] as never[] }, /id cccc/],
  ["a holder of the role", { roles: ["Release"] }, queue, { roles: ["Release"] as never[] }, undefined],
  ["somebody without the role", { roles: ["Release"] }, queue, {}, /app role Release/],
  ["somebody named, without the role", { roles: ["R"], people: ["bbbb"] }, queue, {}, undefined],
  ["somebody named and never", { people: ["bbbb"], neverApprove: ["bbbb"] }, queue, {}, /neverApprove/],
])("whether %s may approve", (_case, over, origin, voter, why) => {
  const found = whyNotAllowed(rule(over), origin, { ...person, ...voter });
  if (why) expect(found).toMatch(why);
  else expect(found).toBeUndefined();
});

test.each<[string, Partial<ApprovalRule>, RequestOrigin | undefined, string | undefined]>([
  ["nobody is named", {}, http, undefined],
  ["enough are named", { people: ["b", "c"] }, http, undefined],
  ["enough are named, and the requester is not known", { people: ["b", "c"] }, queue, undefined],
  ["too few are named", { people: ["b"] }, undefined, "2 approvals are needed and only 1"],
  ["one is named twice", { people: ["b", "B"] }, undefined, "2 approvals are needed and only 1"],
  ["one never counts", { people: ["b", "c"], neverApprove: ["C"] }, undefined, "only 1"],
  ["one is the requester", { people: ["aaaa", "b"] }, http, "only 1"],
  ["one, and none is left", { quorum: 1, people: ["aaaa"] }, http, "1 approval is needed and only 0"],
  ["a role may add more", { people: ["b"], roles: ["R"] }, http, undefined],
])("whether the quorum can be reached when %s", (_case, over, origin, why) => {
  const found = unreachable(rule(over), origin);
  if (why === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(why);
});

test("only a break-glass request passes the gate", () => {
  expect([
    isBreakGlass({ origin: { ...http, breakGlass: { reason: "down" } } }),
    isBreakGlass({ origin: http }),
  ]).toEqual([true, false]);
});

test("who may approve reads as a sentence", () => {
  expect([approversOf(rule()), approversOf(rule({ roles: ["A", "B"], people: ["c", "d"] }))]).toEqual([
    "everybody with Swap.Approve",
    "holders of the app role A or B, and object id c, d",
  ]);
});
