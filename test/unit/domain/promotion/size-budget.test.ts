import type { Plan } from "../../../../src/domain/plan/plan";
import {
  restored,
  shortOrigin,
  shortRequest,
  withinBudget,
} from "../../../../src/domain/promotion/size-budget";
import type { PromotionState } from "../../../../src/domain/promotion/state";
import { stepByStep } from "../../../support/step-by-step";

const BUDGET = 16 * 1_024 - 250;
const AT = Date.parse("2026-11-24T12:00:00Z");
const x = (length: number) => "x".repeat(length);

const service = (side: "blue" | "green") => ({
  ...{ side, id: `/${side}`, name: side, version: "v1", uniqueId: "u" },
  roles: [{ name: "Web", capacity: 2 }],
});
const plan = {
  ...{ hash: "", pair: "shop", incoming: service("green"), outgoing: service("blue"), plannedAt: AT },
  prerequisites: [
    { code: "mutual-pairing", title: "t", verdict: "met", basis: "documented", evidence: x(200) },
    {
      code: "role-names",
      title: "t",
      verdict: "warned",
      basis: "unknown",
      evidence: x(200),
      remedy: "Do.",
    },
  ],
  policy: { name: "shop", approval: { quorum: 1 } },
  rollbackOutlook: { kind: "by-order", warnings: [{ code: "rollback-only-by-order", detail: x(90) }] },
} as unknown as Plan;

const side = (name: "blue" | "green") => ({
  ...{ side: name, verdict: "not-yet", total: 9, ready: 5, observedAt: AT, problems: [x(100), "p", "q"] },
  instances: ["a", "b", "c"].map((each) => ({ name: each, state: "Busy", verdict: "not-yet", reason: "r" })),
});
const state = {
  ...{ v: 1, revision: 9, requestId: "r1", contentHash: "", origin: { channel: "queue" }, acceptedAt: AT },
  request: { requestId: "r1", pair: "shop", promote: "green", reason: "r", requestedBy: "p" },
  ...{ phase: "soaking", plan, deadlines: { queue: 1 }, plans: 1 },
  timeline: Array.from({ length: 30 }, (_, i) =>
    i === 0 ? { at: AT, phase: "accepted" } : { at: AT, phase: "planning", note: x(60) },
  ),
  waiting: { kind: "soak", detail: x(300), since: AT, until: AT },
  readiness: [side("green"), side("blue")],
  attempts: [1, 2, 3, 4].map((n) => ({
    at: AT,
    n,
    verdict: { kind: "busy", detail: x(150) },
    evidence: x(110),
  })),
  soak: {
    since: AT,
    until: AT,
    checks: 1,
    failures: 0,
    last: [{ name: "home", verdict: "pass", detail: x(80) }],
  },
  gate: {
    ...{ asked: 1, planHash: "h", quorum: 1, askedAt: AT, until: AT, validForMs: 1 },
    votes: [{ oid: "o", name: "Ann", decision: "approve", comment: x(70), at: AT }],
    receipts: ["v1", "v2", "v3"].map((id) => ({ id, answer: "counted" })),
  },
} as unknown as PromotionState;

const report = (kept: PromotionState) => ({
  prerequisites: kept.plan?.prerequisites.map(({ code, remedy }) => `${code}: ${remedy ?? "-"}`),
  warning: kept.plan?.rollbackOutlook?.warnings[0]?.detail.length,
  timeline: [
    kept.timeline.length,
    Math.max(0, ...kept.timeline.slice(0, -1).map(({ note = "" }) => note.length)),
    kept.timeline.at(-1)?.note?.length,
  ],
  texts: [
    kept.waiting?.detail.length,
    kept.plan?.prerequisites.at(-1)?.evidence.length,
    kept.soak?.last[0]?.detail.length,
  ],
  readiness: kept.readiness?.[1] && [
    kept.readiness[1].instances.length,
    kept.readiness[1].problems.length,
    kept.readiness[1].problems[0]?.length,
  ],
  attempt: [kept.attempts.at(-1)?.verdict.detail?.length, kept.attempts.at(-1)?.evidence?.length],
  attempts: kept.attempts.map(({ n }) => n),
  receipts: kept.gate?.receipts.map(({ id }) => id),
  approvers: kept.plan?.policy.approval !== undefined,
  comment: kept.gate?.votes[0]?.comment.length,
});
type Described = ReturnType<typeof report>;

const whole: Described = {
  ...{
    prerequisites: ["mutual-pairing: -", "role-names: Do."],
    warning: 90,
    timeline: [30, 60, 60],
    texts: [300, 200, 80],
    attempt: [150, 110],
    readiness: [3, 3, 100],
  },
  ...{ attempts: [1, 2, 3, 4], receipts: ["v1", "v2", "v3"], approvers: true, comment: 70 },
};
const notAskedAnyMore: Partial<Described> = { approvers: false, receipts: [] };
const given: readonly Partial<Described>[] = [
  { prerequisites: ["role-names: -"] },
  { warning: 30 },
  { timeline: [24, 40, 60] },
  { timeline: [12, 40, 60] },
  { texts: [250, 100, 60], attempt: [100, 100], readiness: [2, 2, 80] },
  { attempts: [3, 4], receipts: ["v2", "v3"] },
  { timeline: [8, 20, 60] },
  { texts: [150, 60, 30], attempt: [60, 60], readiness: [1, 1, 40] },
  notAskedAnyMore,
  { timeline: [6, 0, 60] },
  { receipts: ["v3"], comment: 50 },
  { texts: [120, 30, 30], attempt: [30, 30], readiness: [0, 1, 20] },
];

const sizeOf = (kept: PromotionState) => JSON.stringify(kept).length;
const longer = (from: PromotionState) => (more: number) => withinBudget({ ...from, contentHash: x(more) });

function changesOf(phase: PromotionState["phase"]): readonly Partial<Described>[] {
  const isSwapped = ["verifying", "soaking", "rolling-back"].includes(phase);
  return given.filter((change) => isSwapped || change !== notAskedAnyMore);
}

test.each(["verifying", "soaking", "rolling-back", "swapping", "awaiting-readiness"] as const)(
  "a record that is %s gives up the least needed parts, but never its approvers",
  (phase) => {
    const changes = changesOf(phase);
    const seen = stepByStep(BUDGET, changes.length, longer({ ...state, phase }), sizeOf, report);
    const isAsked = !changes.includes(notAskedAnyMore);
    let expected = whole;
    for (const [i, change] of changes.entries()) {
      expect(seen[i]?.full).toEqual(expected);
      const receipts = change.comment !== undefined && !isAsked ? { receipts: [] } : {};
      expected = { ...expected, ...change, ...receipts };
      expect(seen[i]?.one).toEqual(expected);
    }
  },
);

test("a part that is missing is not added by giving up texts", () => {
  const bare = {
    ...state,
    plan: undefined,
    gate: undefined,
    soak: undefined,
    waiting: undefined,
    readiness: undefined,
  };
  const kept = withinBudget({ ...bare, contentHash: x(BUDGET) });
  expect(kept).toMatchObject({ requestId: "r1", phase: "soaking", deadlines: { queue: 1 } });
  const { plan: noPlan, gate, soak, waiting, readiness } = kept;
  expect([noPlan, gate, soak, waiting, readiness]).toEqual(Array.from({ length: 5 }, () => undefined));
  const unforeseen = withinBudget({
    ...state,
    plan: { ...plan, rollbackOutlook: undefined },
    contentHash: x(BUDGET),
  });
  expect(unforeseen.plan).not.toHaveProperty("rollbackOutlook", expect.anything());
  expect(unforeseen.plan?.policy.name).toBe("shop");
});

const times = { since: "2026-11-24T12:00:00.000Z", until: "2026-11-24T12:05:00.000Z" };
const described = {
  phases: [{ at: times.since, phase: "accepted" }],
  attempts: [{ at: times.since, n: 1, verdict: { kind: "accepted", text: "accepted" } }],
  prerequisites: [{ code: "role-names" }],
  soak: { ...times, checks: 1, failures: 0, last: [] },
  rollback: { cause: "person", by: "Olga", note: "n", at: times.until },
};
const concluded = (data: object = described): PromotionState => ({
  ...state,
  phase: "concluded",
  conclusion: {
    ...{ outcome: "promoted", at: AT, event: JSON.stringify({ data }) },
    reason: { code: "promoted", detail: "d" },
  } as unknown as NonNullable<PromotionState["conclusion"]>,
});

test("a concluded record gives up its event's details, then its services' details", () => {
  const parts = (kept: PromotionState) => ({
    prerequisites: kept.plan?.prerequisites.length,
    lists: [kept.timeline.length, kept.attempts.length, kept.soak, kept.rollback].map(Boolean),
    services: [kept.plan?.incoming, kept.plan?.outgoing],
    deadlines: kept.deadlines,
  });
  const rollback = { cause: "person", by: "Olga", note: "n", at: AT } as const;
  const seen = stepByStep(BUDGET, 3, longer({ ...concluded(), rollback }), sizeOf, parts);
  const services = [service("green"), service("blue")];
  const before = { prerequisites: 2, lists: [true, true, true, true], services, deadlines: { queue: 1 } };
  const untold = { ...before, prerequisites: 0 };
  const emptied = { ...untold, lists: [false, false, false, false] };
  const named = (side: string) => ({ side, id: `/${side}`, name: side, version: "v1", roles: [] });
  const bare = { ...emptied, services: [named("green"), named("blue")], deadlines: {} };
  expect(seen).toEqual([
    { full: before, one: untold },
    { full: untold, one: emptied },
    { full: emptied, one: bare },
  ]);
});

test("a concluded record is shown with what only its event has", () => {
  const emptied = { ...concluded(), timeline: [], attempts: [], soak: undefined };
  expect(restored(emptied)).toMatchObject({
    timeline: [{ at: AT, phase: "accepted" }],
    attempts: [{ at: AT, n: 1, verdict: { kind: "accepted" } }],
    soak: { since: AT, until: AT + 300_000, checks: 1 },
    rollback: { cause: "person", by: "Olga", note: "n", at: AT + 300_000 },
    plan: { hash: "", prerequisites: [{ code: "role-names" }] },
  });
  const { soak: _soak, rollback: _rollback, ...short } = described;
  const planless = restored({ ...concluded(short), timeline: [], soak: undefined, plan: undefined });
  expect([planless.soak, planless.rollback, planless.plan]).toEqual([undefined, undefined, undefined]);
});

test("a record with its timeline, or without an outcome, is shown as it is", () => {
  const kept = concluded();
  expect(restored(kept)).toBe(kept);
  const live = { ...state, timeline: [] };
  expect(restored(live)).toBe(live);
});

test("no text of a request or its origin is longer than its budget", () => {
  const request = shortRequest({ ...state.request, reason: x(700), requestedBy: x(300) });
  expect([request.reason.length, request.requestedBy.length, request.pair]).toEqual([600, 240, "shop"]);
  const principal = { oid: "o", name: x(100) };
  const origin = shortOrigin({ channel: "http", principal, breakGlass: { reason: x(300) } } as never);
  expect(origin).toEqual({
    ...{ channel: "http", principal: { oid: "o", name: `${x(79)}…` }, breakGlass: { reason: `${x(239)}…` } },
  });
  expect(shortOrigin({ channel: "queue" })).toEqual({ channel: "queue" });
});
