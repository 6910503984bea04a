import { VOTE_LAG_MS } from "../../../../src/domain/approval/gate";
import type { Phase } from "../../../../src/domain/kernel/outcome";
import { reason } from "../../../../src/domain/kernel/reason-codes";
import type { RequestOrigin } from "../../../../src/domain/kernel/swap-request";
import type { Plan, SwapPlan } from "../../../../src/domain/plan/plan";
import { decidePlan } from "../../../../src/domain/plan/planning";
import type { PairPolicy } from "../../../../src/domain/policy/policy";
import { lacksApproval, ruleFor, ruleOf, viewApproval } from "../../../../src/domain/promotion/approval";
import { changePromotion, register } from "../../../../src/domain/promotion/promotion";
import type { PromotionChange, PromotionState } from "../../../../src/domain/promotion/state";
import { aPair, aPolicy, aRequest, NOW } from "../../../support/observations";

/** The question in the promotion record, and its view. */
const approval = { quorum: 2, deadlineMs: 60_000, validForMs: 500, neverApprove: ["never"] };
const request = aRequest();
const http: RequestOrigin = { channel: "http", principal: { oid: "rita", name: "Rita" } };
const play = (state: PromotionState, ...changes: readonly PromotionChange[]) =>
  changes.reduce(changePromotion, state);

function planOf(policy: Partial<PairPolicy> = { approval }, over: Partial<Plan> = {}): Plan {
  const asked = { request, policy: aPolicy(policy), observed: aPair(), now: NOW, digest: () => "h" };
  const verdict = decidePlan(asked);
  if (verdict.kind !== "planned") throw new Error(verdict.kind);
  return { ...verdict.plan, ...over };
}
const enter = (phase: Phase): PromotionChange => ({ kind: "enter", runId: "run", phase, at: NOW });
const plan = (of: Plan): PromotionChange => ({ kind: "plan", runId: "run", plan: of, at: NOW });
const ask = (planHash = "h", at = NOW): PromotionChange => ({
  kind: "ask-approval",
  runId: "run",
  planHash,
  at,
});
function vote(oid: string, at: number, over: { decision?: "reject"; comment?: string; id?: string } = {}) {
  const { id = `v-${oid}-${at}`, decision = "approve", comment = "" } = over;
  const cast = { oid, name: oid.toUpperCase(), decision, comment, at: NOW + at } as const;
  const change = { kind: "vote", id, vote: cast, planHash: "h", application: false, roles: [] } as const;
  return change satisfies PromotionChange;
}
function begun(over: { origin?: RequestOrigin; expiresAt?: number } = {}): PromotionState {
  const { origin = http, expiresAt } = over;
  const asked = { ...request, expiresAt };
  const fresh = register(undefined, { requestId: "r-1", contentHash: "c", request: asked, origin, at: NOW });
  return play(fresh, { kind: "begin", runId: "run", at: NOW }, enter("planning"));
}
const planned = play(begun(), plan(planOf()));
const waiting = play(planned, ask(), enter("awaiting-approval"));
const granted = play(waiting, vote("a", 10), vote("b", 20));
const conclude: PromotionChange = {
  ...{ kind: "conclude", at: NOW + 99 },
  ending: { outcome: "promoted", reason: reason("promoted", "d") },
};

describe("the question of a promotion", () => {
  test("follows the rule of its plan's policy, and ends when the request expires", () => {
    expect(waiting.gate).toMatchObject({
      ...{ asked: 1, planHash: "h", quorum: 2, askedAt: NOW, until: NOW + 60_000, validForMs: 500 },
    });
    expect(play(begun({ expiresAt: NOW + 7 }), plan(planOf()), ask()).gate?.until).toBe(NOW + 7);
  });

  test("is asked once, with a plan, and only where approval is required", () => {
    const free = play(begun(), plan(planOf({})));
    expect([play(waiting, ask()), play(begun(), ask()), play(free, ask())].map((s) => s.revision)).toEqual([
      waiting.revision,
      begun().revision,
      free.revision,
    ]);
  });

  test("has the rule of the policy for this request and its origin, once it is planned", () => {
    const queue = { request, origin: { channel: "queue" } } as const;
    const one = aPolicy({ approval: { ...approval, quorum: 1 } });
    expect([ruleFor(one, { request, origin: http })?.quorum, ruleFor(one, queue)?.quorum]).toEqual([1, 2]);
    expect([ruleOf(begun()), ruleOf(planned)]).toEqual([undefined, approval]);
  });

  test("counts the votes that are allowed, and says why others are not", () => {
    const one = play(waiting, vote("a", 10, { comment: "fine" }));
    expect(one.gate?.votes).toMatchObject([{ oid: "a", name: "A", decision: "approve", comment: "fine" }]);
    expect(one.revision).toBe(waiting.revision + 1);
    expect(play(one, vote("a", 10))).toBe(one);
    const barred = play(waiting, vote("rita", 10), vote("never", 11), {
      ...vote("x", 12),
      application: true,
    });
    expect(barred.gate).toMatchObject({
      votes: [],
      receipts: [
        { answer: "not-allowed", detail: "the requester of a swap never counts as an approver" },
        { answer: "not-allowed", detail: "the pair's policy names you under neverApprove" },
        { answer: "not-allowed", detail: "applications never approve" },
      ],
    });
  });

  test("counts a vote by the voter's roles where the rule asks for one", () => {
    const roles = play(begun(), plan(planOf({ approval: { ...approval, roles: ["Release"] } })), ask());
    expect(play(roles, { ...vote("a", 10), roles: ["Release"] }).gate?.votes).toHaveLength(1);
    expect(play(roles, vote("a", 10)).gate?.votes).toHaveLength(0);
  });

  test("takes no vote before it is asked", () => {
    const unplanned = begun();
    expect(play(unplanned, vote("a", 10))).toBe(unplanned);
    expect(play(planned, vote("a", 10))).toBe(planned);
  });

  test.each<[Phase, string | undefined]>([
    ["awaiting-approval", "rejected"],
    ["awaiting-readiness", "rejected"],
    ["swapping", "granted"],
    ["verifying", "granted"],
    ["soaking", "granted"],
    ["rolling-back", "granted"],
  ])("in the phase %s is %s by a rejection that was received before the quorum", (phase, decision) => {
    const late = play({ ...granted, phase }, vote("c", 19, { decision: "reject" }));
    expect(late.gate?.decision?.kind).toBe(decision);
  });

  test("is closed once, when no vote in time can arrive any more", () => {
    const at = NOW + 60_000 + VOTE_LAG_MS;
    expect(play(waiting, { kind: "close-gate", at: at - 1 })).toBe(waiting);
    const closed = play(waiting, { kind: "close-gate", at });
    expect(closed.gate?.decision).toEqual({
      ...{ kind: "expired", at: NOW + 60_000, detail: "0 of 2 approvals by the deadline" },
    });
    expect(play(closed, { kind: "close-gate", at })).toBe(closed);
    expect(play(planned, { kind: "close-gate", at })).toBe(planned);
  });

  test("keeps no votes and two receipts after the promotion has ended", () => {
    const before = play(granted, vote("c", 30));
    const { gate } = play(before, conclude);
    expect(gate).toEqual({ ...before.gate, votes: [], receipts: before.gate?.receipts.slice(1) });
    expect(gate?.receipts.map(({ id }) => id)).toEqual(["v-b-20", "v-c-30"]);
  });
});

describe("what a swap is missing", () => {
  const { prerequisites: _prerequisites, ...swapPlan } = planOf();
  const lacks = (state: PromotionState, now = NOW + 30, over: Partial<SwapPlan> = {}) =>
    lacksApproval(state, { ...swapPlan, ...over }, now);

  test("is nothing with a grant for this plan, without a question, or by break-glass", () => {
    expect(lacks(granted)).toBeUndefined();
    expect(lacks(planned, NOW, { policy: aPolicy() })).toBeUndefined();
    expect(lacks({ ...waiting, origin: { ...http, breakGlass: { reason: "down" } } })).toBeUndefined();
  });

  test.each<[string, PromotionState, number, string]>([
    ["nobody was asked", planned, 30, "no approval was requested"],
    ["too few have approved", play(waiting, vote("a", 10)), 30, "1 of 2 approvals (A)"],
    ["the approvals have lapsed", granted, 520, "the approvals have lapsed"],
    ["somebody rejected it", play(waiting, vote("a", 10, { decision: "reject" })), 30, "rejected by A"],
    [
      "they were given for another plan",
      { ...granted, gate: { ...granted.gate!, planHash: "old" } },
      30,
      "the approvals are for another plan",
    ],
  ])("is described when %s", (_when, state, ms, why) => {
    expect(lacks(state, NOW + ms)).toBe(why);
  });
});

describe("the view of an approval", () => {
  const zone = "Europe/Berlin";
  const view = (state: PromotionState) => viewApproval(state, zone, "https://swap.example");
  const shown = (ms: number, local: string) => ({
    ...{ utc: new Date(NOW + ms).toISOString(), local: `2026-11-24 ${local} ${zone}` },
  });
  const asked = {
    quorum: 2,
    asked: 1,
    planHash: "h",
    askedAt: shown(0, "13:00:00"),
    until: shown(60_000, "13:01:00"),
  };
  const voted = (oid: string, ms: number) => ({
    ...{ name: oid.toUpperCase(), oid, decision: "approve", comment: "", at: shown(ms, "13:00:00") },
  });
  const command =
    `curl -X POST https://swap.example/api/promotions/r-1/approvals -H "Authorization: Bearer $TOKEN" ` +
    `-H "Content-Type: application/json" -d '{"decision":"approve","planHash":"h","comment":"reviewed"}'`;

  test("is absent where nobody was asked", () => {
    expect([view(begun()), view(planned)]).toEqual([undefined, undefined]);
  });

  test("shows the question, the approvers and the command while it waits", () => {
    expect(view(play(waiting, vote("a", 10)))).toEqual({
      ...{ ...asked, state: "waiting", detail: "1 of 2 approvals (A)", votes: [voted("a", 10)] },
      approvers: "everybody with Swap.Approve",
      toApprove:
        "shop-green (version v2) is to take production from shop-blue (version v1), because: because; asked by Rita (person rita)",
      requestedBy: { kind: "person", name: "Rita", oid: "rita" },
      command,
    });
  });

  test("has only the name of a service without a version", () => {
    const { version: _version, ...outgoing } = planOf().outgoing;
    const bare = play(begun(), plan(planOf({ approval }, { outgoing })), ask());
    expect(view(bare)).toMatchObject({ toApprove: expect.stringContaining("from shop-blue, because") });
  });

  test("shows how long a grant is valid, and no command, after the decision", () => {
    expect(view(granted)).toEqual({
      ...{ ...asked, state: "granted", detail: "approved: 2 of 2 approvals (A, B)" },
      ...{ votes: [voted("a", 10), voted("b", 20)], validUntil: shown(520, "13:00:00") },
    });
    const rejected = view(play(waiting, vote("a", 10, { decision: "reject", comment: "no" })));
    expect(rejected).toMatchObject({ state: "rejected", votes: [{ decision: "reject", comment: "no" }] });
    expect(rejected).not.toHaveProperty("command");
    expect(rejected?.validUntil).toBeUndefined();
  });

  test("shows the votes of the completion event after the promotion has ended", () => {
    const over = { ...view(granted), toApprove: undefined };
    expect(view(play(granted, conclude))).toEqual(over);
    const commented = play(waiting, vote("a", 10, { comment: "fine" }), conclude);
    expect(view(commented)).toEqual({
      ...{ ...asked, state: "undecided", detail: "1 of 2 approvals (A)" },
      votes: [{ ...voted("a", 10), comment: "fine" }],
    });
  });

  test("shows no votes when the event has no approvals", () => {
    const { conclusion, ...over } = play(granted, conclude);
    expect(view({ ...over, conclusion: { ...conclusion!, event: '{"data":{}}' } })?.votes).toEqual([]);
  });

  test("shows a plan change only to approvers who were asked about another plan", () => {
    const other = play(waiting, plan(planOf({ approval }, { hash: "h2", plannedAt: NOW + 5 })));
    expect(other.planChange).toBe("the pair's policy has changed");
    expect(view(other)?.planChange).toBeUndefined();
    expect(view(play(other, ask("h2", NOW + 6)))).toMatchObject({
      ...{ asked: 2, planHash: "h2", planChange: "the pair's policy has changed" },
    });
  });
});
