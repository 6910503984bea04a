import { codes, reason } from "../../../../src/domain/kernel/reason-codes";
import type { RequestOrigin, SwapRequest } from "../../../../src/domain/kernel/swap-request";
import { type Plan, withoutEvidence } from "../../../../src/domain/plan/plan";
import { decidePlan } from "../../../../src/domain/plan/planning";
import type { PairPolicy } from "../../../../src/domain/policy/policy";
import {
  composeHoldNews,
  composeProgress,
  sealEnding,
} from "../../../../src/domain/promotion/completion-event";
import type { CompletionEvent } from "../../../../src/domain/promotion/events";
import { changePromotion, register } from "../../../../src/domain/promotion/promotion";
import type { Ending, PromotionChange, PromotionState } from "../../../../src/domain/promotion/state";
import { viewPromotion } from "../../../../src/domain/promotion/view";
import { aPair, aPolicy, aRequest, NOW, SHOP } from "../../../support/observations";

/** What the promotion record keeps of a plan, a watch and an origin, and what its event and its view make of them. */
const http: RequestOrigin = { channel: "http", principal: { oid: "o-1", name: "Rita" } };
const glass: RequestOrigin = { ...http, breakGlass: { reason: "down" } };
const registered = (over: Partial<SwapRequest> = {}, origin: RequestOrigin = http) =>
  register(undefined, { requestId: "r-1", contentHash: "h", request: aRequest(over), origin, at: NOW });
const play = (state: PromotionState, ...changes: readonly PromotionChange[]) =>
  changes.reduce(changePromotion, state);
const run = { runId: "run" };
const begun = play(registered(), { kind: "begin", ...run, at: NOW });

const probes = [{ name: "home", url: "https://shop.example", expect: {}, timeoutMs: 1 }];
const approval = { quorum: 2, deadlineMs: 60_000, validForMs: 60_000 };
function planOf(over: Partial<Plan> = {}, policy: Partial<PairPolicy> = {}): Plan {
  const verdict = decidePlan({
    ...{ request: aRequest(), policy: aPolicy(policy), observed: aPair(), now: NOW, digest: () => "hash" },
  });
  if (verdict.kind !== "planned") throw new Error(verdict.kind);
  return { ...verdict.plan, ...over };
}
const planning = (plan: Plan): PromotionChange => ({ kind: "plan", ...run, plan, at: NOW });
const plan = planOf({}, { probes, approval });
const planned = play(begun, planning(plan));
const conclude = (over: Partial<Ending> = {}): PromotionChange => ({
  ...{ kind: "conclude", at: NOW + 9 },
  ending: { outcome: "promoted", reason: reason("promoted", "d"), ...over },
});
const eventOf = (state: PromotionState, over: Partial<Ending> = {}) =>
  JSON.parse(
    sealEnding(state, { outcome: "promoted", reason: reason("promoted", "d"), ...over }, NOW + 9).event,
  ) as CompletionEvent;

const soak = {
  ...{ since: NOW, until: NOW + 60_000, checks: 7, failures: 0 },
  last: [{ name: "home", verdict: "pass", detail: "y".repeat(81) }] as const,
};
const order = {
  id: "o",
  cause: "regression",
  by: "b".repeat(61),
  note: "n".repeat(161),
  at: NOW + 3,
} as const;
const watched = (over: { soak?: typeof soak; rollback?: typeof order }): PromotionChange => ({
  ...{ kind: "watched", ...run, ...over },
});

test("who broke the glass and why is noted at the acceptance, cut to 100 characters, and nothing where nobody did", () => {
  const note = (origin: RequestOrigin) => registered({}, origin).timeline[0]?.note;
  expect(note(glass)).toBe("break-glass by Rita: down");
  expect(note({ channel: "http", breakGlass: { reason: "down" } })).toBe("break-glass by ?: down");
  expect(note({ ...http, breakGlass: { reason: "y".repeat(200) } })).toHaveLength(100);
  expect(note(http)).toBeUndefined();
});

test("texts of a request and its origin that are longer than any input allows are cut", () => {
  const long = "y".repeat(700);
  const { request, origin } = registered(
    { reason: long, requestedBy: long },
    {
      channel: "http",
      principal: { oid: "o-1", name: long, application: true },
      breakGlass: { reason: long },
    },
  );
  expect([request.reason.length, request.requestedBy.length]).toEqual([600, 240]);
  expect(origin).toMatchObject({ channel: "http", principal: { oid: "o-1", application: true } });
  expect([origin.principal?.name.length, origin.breakGlass?.reason.length]).toEqual([80, 240]);
  expect(registered({}, { channel: "queue" }).origin).toEqual({ channel: "queue" });
});

test("what a watch has measured is kept with what is not met of its plan, each detail cut to 80 characters", () => {
  const after = play(planned, watched({ soak }));
  expect(after.soak).toEqual({ ...soak, last: [{ ...soak.last[0], detail: `${"y".repeat(79)}…` }] });
  expect(after.plan?.prerequisites.map(({ code }) => code)).toEqual(["platform-support"]);
  expect(after.rollback).toBeUndefined();
  expect(play(begun, watched({ soak })).plan).toBeUndefined();
});

test("the first order to roll back stands, cut, with what was measured before it or with it", () => {
  const cut = { cause: "regression", by: `${"b".repeat(59)}…`, note: `${"n".repeat(159)}…`, at: NOW + 3 };
  const ordered = play(planned, watched({ soak }), watched({ rollback: order }));
  expect(ordered).toMatchObject({ rollback: cut, soak: { checks: 7 } });
  expect(ordered.rollback).not.toHaveProperty("id");
  expect(play(planned, watched({ soak, rollback: order }))).toMatchObject({
    rollback: cut,
    soak: { checks: 7 },
  });
  expect(play(planned, watched({ rollback: order })).soak).toBeUndefined();
  expect(play(ordered, watched({ rollback: { ...order, at: NOW + 9 } }))).toBe(ordered);
  expect(play(planned, watched({}))).toBe(planned);
});

test("an order by a person is kept with the object id of whoever gave it, one of the soak with none", () => {
  const of = (over: object) => play(planned, watched({ rollback: { ...order, ...over } })).rollback;
  expect(of({ oid: "o-9" })?.oid).toBe("o-9");
  expect(of({})?.oid).toBeUndefined();
});

test("a run that goes on changes nothing, and neither does one before any has begun", () => {
  const note: PromotionChange = {
    kind: "note-attempt",
    ...run,
    note: { at: NOW, n: 1, verdict: { kind: "busy" } },
  };
  expect(play(begun, { kind: "go-on", ...run })).toBe(begun);
  const fresh = registered();
  expect(play(fresh, note)).toBe(fresh);
});

test("what is watched or rolled back is not planned anew", () => {
  for (const carriedOut of [play(planned, watched({ soak })), play(planned, watched({ rollback: order }))])
    expect(play(carriedOut, planning(planOf({ hash: "other" })))).toBe(carriedOut);
});

test("a plan is kept with its evidence cut: to 100 characters where it is met, to 240 where it is not", () => {
  const [first] = plan.prerequisites;
  const of = (verdict: "met" | "broken") => ({ ...first!, verdict, evidence: "y".repeat(300) });
  const kept = play(begun, planning(planOf({ prerequisites: [of("met"), of("broken")] })));
  expect(kept.plan?.prerequisites.map(({ evidence }) => evidence.length)).toEqual([100, 240]);
});

test("what sets a plan apart from the one before it is kept, cut, until another plan comes", () => {
  const other = planOf({
    hash: "h2",
    plannedAt: NOW + 1,
    incoming: { ...plan.incoming, version: "v".repeat(200) },
  });
  const changed = play(planned, planning(other));
  expect(planned.planChange).toBeUndefined();
  expect(changed.planChange).toMatch(/^shop-green: version v2 → v{100,}…$/);
  expect(changed.planChange).toHaveLength(160);
  const again = play(changed, planning({ ...other, plannedAt: NOW + 2 }));
  expect([again.plans, again.planChange]).toEqual([3, changed.planChange]);
});

test("of a concluded plan neither roles, probes, approvers nor rollback are kept, and all else of it is", () => {
  expect(plan).toMatchObject({
    rollbackOutlook: { kind: "automatic" },
    incoming: { roles: [{ name: "Web" }] },
  });
  const kept = play(planned, conclude()).plan;
  const { probes: _probes, approval: _approval, ...policy } = plan.policy;
  expect(kept).toEqual({
    ...{ ...plan, policy, rollbackOutlook: undefined },
    incoming: { ...plan.incoming, roles: [] },
    outgoing: { ...plan.outgoing, roles: [] },
    prerequisites: plan.prerequisites.filter(({ verdict }) => verdict !== "met"),
  });
  expect(kept?.policy).not.toHaveProperty("probes");
  expect(kept?.policy).not.toHaveProperty("approval");
});

test("a plan goes to where it is carried out without its evidence and its rollback", () => {
  const { prerequisites: _evidence, rollbackOutlook: _foreseen, ...rest } = plan;
  expect(withoutEvidence(plan)).toStrictEqual(rest);
});

test("an attempt is kept with its correlation id cut to 64 characters, and without one where there is none", () => {
  const note = (correlationId?: string): PromotionChange => ({
    ...{ kind: "note-attempt", ...run, note: { at: NOW, n: 1, verdict: { kind: "busy", correlationId } } },
  });
  expect(play(begun, note("c".repeat(65))).attempts[0]?.verdict.correlationId).toBe(`${"c".repeat(63)}…`);
  expect(play(begun, note()).attempts).toEqual([{ at: NOW, n: 1, verdict: { kind: "busy" } }]);
});

const ask: PromotionChange = { kind: "ask-approval", ...run, planHash: "hash", at: NOW };
const vote = (oid: string, comment: string): PromotionChange => ({
  ...{ kind: "vote", id: `v-${oid}`, planHash: "hash", application: false, roles: [] },
  vote: { oid, name: oid.toUpperCase(), decision: "approve", comment, at: NOW + 5 },
});

test("the event tells every vote, with its comment where there is one, and how the gate was decided", () => {
  const asked = play(planned, ask, vote("a", "fine"));
  const described = { planHash: "hash", quorum: 2, asked: 1 };
  const one = {
    oid: "a",
    name: "A",
    decision: "approve",
    at: new Date(NOW + 5).toISOString(),
    comment: "fine",
  };
  expect(eventOf(asked).data.approvals).toEqual({ ...described, decision: "undecided", votes: [one] });
  const { comment: _comment, ...bare } = { ...one, oid: "b", name: "B" };
  expect(eventOf(play(asked, vote("b", ""))).data.approvals).toEqual({
    ...{ ...described, decision: "granted", votes: [one, bare] },
  });
  expect(eventOf(planned).data.approvals).toBeUndefined();
});

test("the event tells who broke the glass, and where the chains of its promotion and pair end", () => {
  expect(eventOf(registered({}, glass)).data.breakGlass).toEqual({
    oid: "o-1",
    name: "Rita",
    reason: "down",
  });
  expect(eventOf(registered()).data.breakGlass).toBeUndefined();
  expect(
    eventOf(registered({}, { channel: "http", breakGlass: { reason: "x" } })).data.breakGlass,
  ).toBeUndefined();
  const audit = { entries: 3, head: "x", policyHash: "p" };
  expect(eventOf({ ...planned, audit }).data.audit).toEqual({ entries: 3, head: "x", pair: null });
  const pairAudit = { entries: 9, head: "y" };
  expect(eventOf({ ...planned, audit }, { pairAudit }).data.audit?.pair).toEqual(pairAudit);
  expect(eventOf(planned, { pairAudit }).data.audit).toBeUndefined();
});

test("the event tells what was measured, what was ordered, and each attempt with its act", () => {
  const note = { at: NOW + 1, n: 2, direction: "rollback", verdict: { kind: "busy" } } as const;
  const { data } = eventOf(
    play(planned, { kind: "note-attempt", ...run, note }, watched({ soak, rollback: order })),
  );
  expect(data).toMatchObject({
    soak: { checks: 7, since: new Date(NOW).toISOString() },
    rollback: { cause: "regression", at: new Date(NOW + 3).toISOString() },
    attempts: [{ n: 2, direction: "rollback" }],
  });
});

test("the event cuts reasons to 600 characters, evidence to 240 and versions to 100, and brings the remedies", () => {
  const [first] = plan.prerequisites;
  const broken = {
    ...first!,
    verdict: "broken" as const,
    evidence: "y".repeat(300),
    failure: "not-mutual",
    remedy: "as it was",
  } as const;
  const read = { id: "i", side: "green", observedAt: "t", version: "v".repeat(101) };
  const { data } = eventOf(planned, {
    reason: { code: "promoted", detail: "y".repeat(700), remedy: "r" },
    prerequisites: [broken],
    finalRead: { incoming: read, outgoing: null },
  });
  expect([data.reason.detail.length, data.prerequisites[0]?.evidence.length]).toEqual([600, 240]);
  expect(data.prerequisites[0]?.remedy).toBe(codes["not-mutual"].remedy);
  expect(data.finalRead).toEqual({ incoming: { ...read, version: `${"v".repeat(99)}…` }, outgoing: null });
  const { version: _version, ...unversioned } = read;
  expect(eventOf(planned, { finalRead: { incoming: null, outgoing: unversioned } }).data.finalRead).toEqual({
    ...{ incoming: null, outgoing: unversioned },
  });
});

test("news of a question tell who may answer it; news of a hold who is meant, and where the pair's chain ends", () => {
  const requestedBy = { kind: "person", name: "Rita", oid: "o-1" } as const;
  const approvers = { planHash: "h", quorum: 2, approvers: "everybody", until: "t", requestedBy };
  const about = { requestId: "r-1", pair: "shop" };
  expect(composeProgress(about, "approval-requested", "d", NOW, approvers).data.approval).toEqual(approvers);
  const audit = { entries: 2, head: "x" };
  expect(
    composeHoldNews({ name: "shop", key: SHOP }, { id: "h-1" }, "hold-set", "incident 7", { at: NOW, audit }),
  ).toEqual({
    ...{ specversion: "1.0", id: `pair-shop-h-1-hold-set-${NOW}`, source: "urn:cloud-service-swap" },
    ...{ type: "cloud-service-swap.promotion.progressed", subject: "pairs/shop" },
    ...{ time: new Date(NOW).toISOString(), datacontenttype: "application/json" },
    data: {
      ...{ requestId: null, pair: "shop", pairKey: "shop", step: "hold-set", detail: "incident 7" },
      ...{ holdId: "h-1", audit },
    },
  });
  const of = composeHoldNews(
    { name: "shop", key: SHOP },
    { id: "h-1", requestId: "r-1" },
    "hold-released",
    "d",
    {
      at: NOW,
      audit,
    },
  );
  expect([of.subject, of.data.requestId]).toEqual(["pairs/shop/promotions/r-1", "r-1"]);
});

test("the view tells what a request asks for besides: who broke the glass, a time, and that it is irreversible", () => {
  const view = viewPromotion(registered({ notBefore: NOW, irreversible: true }, glass), "UTC");
  expect(view).toMatchObject({
    breakGlass: { by: "Rita", oid: "o-1", reason: "down" },
    notBefore: { utc: new Date(NOW).toISOString() },
    irreversible: true,
  });
  const bare = viewPromotion(registered(), "UTC");
  expect([bare.breakGlass, bare.notBefore, bare.irreversible]).toEqual([undefined, undefined, undefined]);
  const anonymous = registered({}, { channel: "http", breakGlass: { reason: "x" } });
  expect(viewPromotion(anonymous, "UTC").breakGlass).toEqual({ by: undefined, oid: undefined, reason: "x" });
});

test("the view tells what was measured and why it was rolled back, with its times", () => {
  const view = viewPromotion(play(planned, watched({ soak, rollback: order })), "UTC");
  const shown = (ms: number) => ({ utc: new Date(NOW + ms).toISOString() });
  expect(view.soak).toMatchObject({ checks: 7, since: shown(0), until: shown(60_000) });
  expect(view.rollback).toMatchObject({ cause: "regression", at: shown(3) });
});

test("the view tells how much was left out of a long life, and the foreseen rollback of its plan", () => {
  const many = Array.from({ length: 30 }, (_, n): PromotionChange[] => [
    { kind: "enter", ...run, phase: "planning", at: NOW, note: String(n) },
    { kind: "note-attempt", ...run, note: { at: NOW, n, direction: "rollback", verdict: { kind: "busy" } } },
  ]).flat();
  const view = viewPromotion(play(planned, ...many), "UTC");
  const omitted = (list: readonly { omitted?: number }[]) =>
    list.reduce((sum, each) => sum + (each.omitted ?? 0), 0);
  expect([omitted(view.timeline), omitted(view.attempts)]).toEqual([31 - 24, 30 - 4]);
  expect(view.attempts[0]?.direction).toBe("rollback");
  expect(view.plan?.rollbackOutlook?.kind).toBe("automatic");
});
