import { alertOf } from "../../../src/domain/alerts";
import { codes, reason } from "../../../src/domain/codes";
import { composeProgress, sealEnding, type Ending } from "../../../src/domain/completion-event";
import type { CompletionEvent } from "../../../src/domain/events";
import type { Phase } from "../../../src/domain/outcome";
import type { Plan } from "../../../src/domain/plan";
import { decidePlan } from "../../../src/domain/planning";
import {
  changePromotion,
  register,
  type PromotionChange,
  type PromotionState,
} from "../../../src/domain/promotion";
import { showTime } from "../../../src/domain/shown-time";
import { summarisePromotion, viewPromotion } from "../../../src/domain/promotion-view";
import { tellWatch } from "../../../src/domain/watch-told";
import { viewWayBack } from "../../../src/domain/way-back";
import { aPair, aPolicy, aRequest, idOf, NOW } from "../../support/observations";

/** What is written down of a promotion, change by change, and what of it is told. */
const request = aRequest({ expect: { version: "v2" }, expiresAt: NOW + 3_600_000 });
const origin = { channel: "queue" as const };
const fresh = register(undefined, { requestId: "r-1", contentHash: "h", request, origin, at: NOW });
const play = (state: PromotionState, ...changes: readonly PromotionChange[]) =>
  changes.reduce(changePromotion, state);

const begin = (runId = "run"): PromotionChange => ({ kind: "begin", runId, at: NOW + 1 });
const enter = (phase: Phase, at = NOW + 2, note?: string): PromotionChange => ({
  ...{ kind: "enter", runId: "run", phase, at },
  note,
});
const wait = (detail: string, readiness?: readonly string[]): PromotionChange => ({
  ...{ kind: "wait", runId: "run", readiness },
  waiting: {
    ...{ kind: "readiness", detail, since: NOW, until: NOW + 60_000, endsWith: "all run" },
    ...{ next: "the swap", instanceId: "wait-1" },
  },
});
const attempt = (n: number, verdict: string): PromotionChange => ({
  ...{ kind: "note-attempt", runId: "run", note: { at: NOW + n, n, verdict, correlationId: `c-${n}` } },
});
const ending: Ending = { outcome: "expired", reason: reason("queue-full", "why"), waitingFor: "readiness" };
const conclude = (runId?: string): PromotionChange => ({ kind: "conclude", runId, ending, at: NOW + 9 });

function planOf(over: Partial<Plan> = {}): PromotionChange & { kind: "plan" } {
  const verdict = decidePlan({
    ...{ request, policy: aPolicy(), observed: aPair(), now: NOW + 3, digest: () => "hash" },
  });
  if (verdict.kind !== "planned") throw new Error(verdict.kind);
  return { kind: "plan", runId: "run", plan: { ...verdict.plan, ...over }, at: NOW + 3 };
}
const planned = planOf();
const begun = play(fresh, begin());

test("a new entry holds what was asked, as accepted, and nothing else yet", () => {
  expect(fresh).toEqual({
    ...{ v: 1, revision: 1, requestId: "r-1", contentHash: "h", request, origin, acceptedAt: NOW },
    ...{
      phase: "accepted",
      timeline: [{ at: NOW, phase: "accepted" }],
      deadlines: {},
      plans: 0,
      attempts: [],
    },
  });
});

test("the run that begins is in charge; one that begins again changes nothing, another takes over", () => {
  expect(begun).toMatchObject({ revision: 2, run: { id: "run", startedAt: NOW + 1 } });
  expect(play(begun, { kind: "begin", runId: "run", at: NOW + 5 })).toBe(begun);
  expect(play(begun, { kind: "begin", runId: "new", at: NOW + 5 }).run).toEqual({
    id: "new",
    startedAt: NOW + 5,
  });
});

test("a phase is entered once, and again when there is something else to note", () => {
  const once = play(begun, enter("planning"));
  expect(once.timeline.at(-1)).toStrictEqual({ at: NOW + 2, phase: "planning" });
  expect(play(once, enter("planning", NOW + 5)).timeline).toEqual(once.timeline);
  const noted = play(once, enter("planning", NOW + 5, "again"));
  expect(noted.timeline.at(-1)).toStrictEqual({ at: NOW + 5, phase: "planning", note: "again" });
  expect(play(noted, enter("planning", NOW + 6, "again")).timeline).toEqual(noted.timeline);
  expect(play(noted, enter("planning", NOW + 6)).timeline).toEqual(noted.timeline);
  expect(play(noted, enter("planning", NOW + 6, "else")).timeline).toHaveLength(4);
});

test("a phase that the table does not allow is not entered", () => {
  expect(play(begun, enter("swapping", NOW + 2, "n"))).toMatchObject({
    ...{ phase: "accepted", timeline: fresh.timeline },
  });
});

test("deadlines stand until a change brings others", () => {
  const set = play(begun, { ...enter("planning"), deadlines: { turn: 7 } } as PromotionChange);
  expect(set.deadlines).toEqual({ turn: 7 });
  expect(play(set, enter("awaiting-turn")).deadlines).toEqual({ turn: 7 });
});

test.each<[string, number, (text: string) => string | undefined]>([
  ["note", 100, (text) => play(begun, enter("planning", NOW, text)).timeline.at(-1)?.note],
  ["attempt's verdict", 160, (text) => play(begun, attempt(1, text)).attempts[0]?.verdict],
  ["wait's detail", 400, (text) => play(begun, wait(text)).waiting?.detail],
  ["line of readiness", 350, (text) => play(begun, wait("d", [text])).readiness?.[0]],
])("a %s of %d characters is kept whole, a longer one is cut and says so", (_what, length, kept) => {
  expect(kept("x".repeat(length))).toBe("x".repeat(length));
  expect(kept("x".repeat(length + 1))).toBe(`${"x".repeat(length - 1)}…`);
});

const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, i) => String(i + from));

test("of a long timeline the first six entries and the newest are kept", () => {
  const notes = (count: number) =>
    play(begun, ...upTo(count).map((note) => enter("planning", NOW, note))).timeline.map(({ note }) => note);
  expect(notes(23)).toEqual([undefined, ...upTo(23)]);
  expect(notes(24)).toEqual([undefined, ...upTo(5), ...upTo(18, 7)]);
});

test("of many attempts the first and the three newest are kept, each verdict of an attempt once", () => {
  const of = (count: number) => play(begun, ...upTo(count).map((n) => attempt(Number(n), "busy")));
  const ns = (state: PromotionState) => state.attempts.map(({ n }) => n);
  expect(ns(of(4))).toEqual([1, 2, 3, 4]);
  expect(ns(of(5))).toEqual([1, 3, 4, 5]);
  expect(play(of(2), attempt(2, "busy"))).toEqual(of(2));
  expect(ns(play(of(2), attempt(2, "done")))).toEqual([1, 2, 2]);
});

test("what readiness showed stays until something else is shown", () => {
  const shown = play(begun, wait("d", ["green", "blue"]));
  expect(play(shown, wait("e"))).toMatchObject({ readiness: ["green", "blue"], waiting: { detail: "e" } });
  expect(play(shown, wait("e", ["other"])).readiness).toEqual(["other"]);
});

test("plans are counted, a plan that comes twice counts once, and the first one's target stands", () => {
  const first = play(begun, planned);
  expect(first).toMatchObject({ plans: 1, target: "green", plan: { hash: "hash" } });
  expect(play(first, planned)).toBe(first);
  const incoming = { ...planned.plan.incoming, side: "blue" as const };
  expect(play(first, planOf({ plannedAt: NOW + 4, incoming }))).toMatchObject({
    ...{ plans: 2, target: "green", plan: { plannedAt: NOW + 4 } },
  });
  expect(play(first, planOf({ hash: "other" }))).toMatchObject({ plans: 2, plan: { hash: "other" } });
});

test("a conclusion ends the wait and keeps of the plan's prerequisites only those that are not met", () => {
  const before = play(begun, planned, enter("planning"), wait("d"));
  const after = play(before, conclude("run"));
  expect(after).toMatchObject({ phase: "concluded", conclusion: { ...ending, at: NOW + 9 } });
  expect(after.timeline.at(-1)).toEqual({ at: NOW + 9, phase: "concluded" });
  expect(after.waiting).toBeUndefined();
  expect(after.plan?.prerequisites.map(({ code }) => code)).toEqual(["platform-support"]);
  expect(play(begun, conclude()).plan).toBeUndefined();
});

test("whoever is not the run in charge concludes only by naming no run", () => {
  expect(play(begun, conclude("old"))).toBe(begun);
  expect(play(begun, conclude()).conclusion).toBeDefined();
});

test("only what is concluded is announced, and the first time stands", () => {
  expect(play(begun, { kind: "announced", at: NOW })).toBe(begun);
  const announced = play(begun, conclude(), { kind: "announced", at: NOW + 20 });
  expect(announced.announcedAt).toBe(NOW + 20);
  expect(play(announced, { kind: "announced", at: NOW + 30 })).toBe(announced);
});

const eventful = play(
  begun,
  planned,
  enter("planning", NOW + 4, "n"),
  wait("d", ["g", "b"]),
  attempt(1, "busy"),
);
const time = (ms: number) => new Date(NOW + ms).toISOString();
const eventOf = (state: PromotionState, end: Ending) =>
  JSON.parse(sealEnding(state, end, NOW + 9).event) as CompletionEvent;
const brief = (side: "blue" | "green", version: string) => ({
  side,
  id: idOf(side),
  name: `shop-${side}`,
  version,
});

test("the completion event tells the request, the outcome, every phase, what was not met and every attempt", () => {
  const finalRead = { incoming: null, outgoing: null };
  expect(eventOf(eventful, { ...ending, finalRead })).toEqual({
    ...{ specversion: "1.0", id: "promotion-r-1-completed", source: "urn:cloud-service-swap" },
    ...{ type: "cloud-service-swap.promotion.completed", subject: "pairs/shop/promotions/r-1" },
    ...{ time: time(9), datacontenttype: "application/json" },
    data: {
      ...{ requestId: "r-1", pair: "shop", requestedBy: "Rita", requestReason: "because" },
      ...{ outcome: "expired", waitingFor: "readiness" },
      reason: { code: "queue-full", detail: "why", remedy: codes["queue-full"].remedy },
      incoming: brief("green", "v2"),
      outgoing: brief("blue", "v1"),
      planHash: "hash",
      phases: [
        { phase: "accepted", at: time(0) },
        { phase: "planning", at: time(4), note: "n" },
        { phase: "concluded", at: time(9) },
      ],
      prerequisites: planned.plan.prerequisites.filter(({ code }) => code === "platform-support"),
      attempts: [{ n: 1, at: time(1), verdict: "busy", correlationId: "c-1" }],
      finalRead,
    },
  });
});

test("what was never planned has no services, plan, prerequisites, attempts or final read", () => {
  expect(eventOf(begun, ending).data).toMatchObject({
    ...{ incoming: null, outgoing: null, planHash: null, prerequisites: [], attempts: [], finalRead: null },
  });
});

test("an ending's own services and prerequisites are told rather than those of the plan", () => {
  const { incoming, outgoing, prerequisites } = planned.plan;
  const [met] = prerequisites;
  const broken = { ...met!, verdict: "broken" as const };
  const told = eventOf(eventful, {
    ...ending,
    incoming: outgoing,
    outgoing: incoming,
    prerequisites: [met!, broken],
  });
  expect(told.data).toMatchObject({
    ...{ incoming: brief("blue", "v1"), outgoing: brief("green", "v2"), prerequisites: [broken] },
  });
});

test("news of a step names request, pair, step and moment", () => {
  expect(
    composeProgress({ requestId: "r-1", pair: "shop" }, "swapped", "green holds production", NOW),
  ).toEqual({
    ...{ specversion: "1.0", id: `promotion-r-1-swapped-${NOW}`, source: "urn:cloud-service-swap" },
    ...{ type: "cloud-service-swap.promotion.progressed", subject: "pairs/shop/promotions/r-1" },
    ...{ time: time(0), datacontenttype: "application/json" },
    data: { requestId: "r-1", pair: "shop", step: "swapped", detail: "green holds production" },
  });
});

const zone = "Europe/Berlin";
const shown = (ms: number, local: string) => ({ utc: time(ms), local: `2026-11-24 ${local} ${zone}` });
const line = {
  ...{ id: "r-1", pair: "shop", requestedBy: "Rita", requestReason: "because", acceptedAt: time(0) },
};

test("a time is shown in UTC and in the pair's zone, named", () => {
  expect(showTime(NOW, zone)).toEqual(shown(0, "13:00:00"));
});

test("the view of a promotion under way tells what it waits for and what comes next", () => {
  const both = { incoming: brief("green", "v2"), outgoing: brief("blue", "v1") };
  expect(viewPromotion(eventful, zone)).toEqual({
    ...{ ...line, phase: "planning", promote: "green", expect: { version: "v2" } },
    expiresAt: shown(3_600_000, "14:00:00"),
    waitingFor: {
      ...{ what: "readiness", detail: "d", endsWith: "all run" },
      ...{ since: shown(0, "13:00:00"), until: shown(60_000, "13:01:00") },
    },
    nextAction: "the swap",
    readiness: ["g", "b"],
    plan: {
      hash: "hash",
      plannedAt: shown(3, "13:00:00"),
      ...both,
      wayBack: planned.plan.wayBack && viewWayBack(planned.plan.wayBack),
      prerequisites: planned.plan.prerequisites,
    },
    attempts: [{ n: 1, at: time(1), verdict: "busy", correlationId: "c-1" }],
    timeline: [
      { at: time(0), phase: "accepted" },
      { at: time(4), phase: "planning", note: "n" },
    ],
  });
});

test("the view tells where the audit chain ends, and not what is kept beside it", () => {
  const audit = { entries: 3, head: "h", policyHash: "p" };
  expect(viewPromotion({ ...eventful, audit }, zone).audit).toEqual({ entries: 3, head: "h" });
  expect(viewPromotion(eventful, zone).audit).toBeUndefined();
});

test("the view of a promotion that has just come says that it is planned next", () => {
  const bare = { ...fresh, request: aRequest() };
  expect(viewPromotion(bare, zone)).toEqual({
    ...{
      ...line,
      phase: "accepted",
      promote: "green",
      nextAction: "both services are read, and the plan is made",
    },
    ...{ readiness: [], attempts: [], timeline: [{ at: time(0), phase: "accepted" }] },
  });
});

test("the view of a promotion that has ended tells the reason and its remedy, and waits for nothing", () => {
  const ended = play(eventful, conclude(), { kind: "announced", at: NOW + 20 });
  const end = { outcome: "expired", code: "queue-full", phase: "concluded", concludedAt: time(9) };
  expect(summarisePromotion(ended)).toEqual({ ...line, ...end });
  const view = viewPromotion(ended, zone);
  expect(view).toMatchObject({ ...end, reason: ending.reason, announcedAt: time(20) });
  expect(view.nextAction).toBe(codes["queue-full"].remedy);
  expect(view.waitingFor).toBeUndefined();
});

test("what a watch has measured and why it was swapped back are told with their times, each only where it is", () => {
  const soak = { since: NOW, until: NOW + 60_000, looks: 7, failures: 1, last: [] };
  const swapBack = { cause: "person", by: "Olga", note: "slow", at: NOW + 5 } as const;
  const seconds = (ms: number) => `${(ms - NOW) / 1_000} s`;
  expect(tellWatch({ soak, swapBack }, seconds)).toEqual({
    soak: { ...soak, since: "0 s", until: "60 s" },
    swapBack: { ...swapBack, at: "0.005 s" },
  });
  expect(tellWatch({}, seconds)).toEqual({ soak: undefined, swapBack: undefined });
});

test("an outcome that a person must look at raises an alert by its own name, any other none", () => {
  expect([alertOf("halted"), alertOf("swapped-back"), alertOf("promoted"), alertOf("refused")]).toEqual([
    { code: "halted", message: "a promotion was halted: a person must look" },
    { code: "swapped-back", message: "a promotion was swapped back: the release needs a look" },
    undefined,
    undefined,
  ]);
});
