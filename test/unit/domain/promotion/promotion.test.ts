import type { SideReadiness } from "../../../../src/domain/cloud-service/readiness-view";
import type { Phase } from "../../../../src/domain/kernel/outcome";
import { changePromotion, entryFor } from "../../../../src/domain/promotion/promotion";
import type { PromotionChange, PromotionState, Registration } from "../../../../src/domain/promotion/state";
import { viewPromotion } from "../../../../src/domain/promotion/view";
import {
  attempt,
  begun,
  busy,
  conclude,
  ending,
  enter,
  fresh,
  origin,
  planned,
  planOf,
  play,
  request,
  seen,
  wait,
} from "../../../support/described-promotion";
import { aRequest, NOW } from "../../../support/observations";

/** What is written down of a promotion, change by change. */
test("a new record has the request as accepted, and nothing else", () => {
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

test("a run that begins is current until another run begins", () => {
  expect(begun).toMatchObject({ revision: 2, run: { id: "run", startedAt: NOW + 1 } });
  expect(play(begun, { kind: "begin", runId: "run", at: NOW + 5 })).toBe(begun);
  expect(play(begun, { kind: "begin", runId: "new", at: NOW + 5 }).run).toEqual({
    ...{ id: "new", n: 2 },
    startedAt: NOW + 5,
  });
});

test("a phase is entered once, and again with a new note", () => {
  const once = play(begun, enter("planning"));
  expect(once.timeline.at(-1)).toEqual({ at: NOW + 2, phase: "planning" });
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

test("deadlines stay until a change has others", () => {
  const set = play(begun, { ...enter("planning"), deadlines: { queue: 7 } } as PromotionChange);
  expect(set.deadlines).toEqual({ queue: 7 });
  expect(play(set, enter("queued")).deadlines).toEqual({ queue: 7 });
});

const sideOf = (over: Partial<SideReadiness>) => play(begun, wait("d", [seen("green", over)])).readiness?.[0];

test.each<[string, number, (text: string) => string | undefined]>([
  ["note", 100, (text) => play(begun, enter("planning", NOW, text)).timeline.at(-1)?.note],
  ["attempt's detail", 160, (text) => play(begun, attempt(1, { detail: text })).attempts[0]?.verdict.detail],
  ["attempt's code", 80, (text) => play(begun, attempt(1, { code: text })).attempts[0]?.verdict.code],
  ["attempt's evidence", 120, (text) => play(begun, attempt(1, {}, text)).attempts[0]?.evidence],
  ["wait's detail", 400, (text) => play(begun, wait(text)).waiting?.detail],
  ["problem of a side", 100, (text) => sideOf({ problems: [text] })?.problems[0]],
  ["name of an instance", 60, (text) => sideOf({ instances: [busy(text)] })?.instances[0]?.name],
])("a %s of %d characters stays whole, and a longer one is truncated", (_what, length, kept) => {
  expect(kept("x".repeat(length))).toBe("x".repeat(length));
  expect(kept("x".repeat(length + 1))).toBe(`${"x".repeat(length - 1)}…`);
});

const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, i) => String(i + from));

test("a long timeline keeps its first six entries and the newest", () => {
  const notes = (count: number) =>
    play(begun, ...upTo(count).map((note) => enter("planning", NOW, note))).timeline.map(({ note }) => note);
  expect(notes(23)).toEqual([undefined, ...upTo(23)]);
  expect(notes(24)).toEqual([undefined, ...upTo(5), ...upTo(18, 7)]);
});

test("of many attempts the first and the three newest are kept, each verdict once", () => {
  const of = (count: number) => play(begun, ...upTo(count).map((n) => attempt(Number(n), {})));
  const ns = (state: PromotionState) => state.attempts.map(({ n }) => n);
  expect(ns(of(4))).toEqual([1, 2, 3, 4]);
  expect(ns(of(5))).toEqual([1, 3, 4, 5]);
  expect(play(of(2), attempt(2, {}))).toEqual(of(2));
  expect(ns(play(of(2), attempt(2, { kind: "accepted" })))).toEqual([1, 2, 2]);
});

test("readiness stays until something else is shown", () => {
  const both = [seen("green"), seen("blue")];
  const shown = play(begun, wait("d", both));
  expect(play(shown, wait("e"))).toMatchObject({ readiness: both, waiting: { detail: "e" } });
  const other = seen("green", { verdict: "not-yet", ready: 1, instances: [busy("a")] });
  expect(play(shown, wait("e", [other])).readiness).toEqual([other]);
});

test("each plan is counted once, and the first plan's target stays", () => {
  const first = play(begun, planned);
  expect(first).toMatchObject({ plans: 1, target: "green", plan: { hash: "hash" } });
  expect(play(first, planned)).toBe(first);
  const incoming = { ...planned.plan.incoming, side: "blue" as const };
  expect(play(first, planOf({ plannedAt: NOW + 4, incoming }))).toMatchObject({
    ...{ plans: 2, target: "green", plan: { plannedAt: NOW + 4 } },
  });
  expect(play(first, planOf({ hash: "other" }))).toMatchObject({ plans: 2, plan: { hash: "other" } });
});

test("a conclusion ends the wait, and keeps only the prerequisites that are not met", () => {
  const before = play(begun, planned, enter("planning"), wait("d"));
  const after = play(before, conclude("run"));
  expect(after).toMatchObject({ phase: "concluded", conclusion: { ...ending, at: NOW + 9 } });
  expect(after.timeline.at(-1)).toEqual({ at: NOW + 9, phase: "concluded" });
  expect(after.waiting).toBeUndefined();
  expect(after.plan?.prerequisites.map(({ code }) => code)).toEqual(["platform-support"]);
  expect(play(begun, conclude()).plan).toBeUndefined();
});

test("a run that is not current concludes only without naming a run", () => {
  expect(play(begun, conclude("old"))).toBe(begun);
  expect(play(begun, conclude()).conclusion).toBeDefined();
});

test("only a concluded promotion is announced, and the first time stays", () => {
  expect(play(begun, { kind: "announced", at: NOW })).toBe(begun);
  const announced = play(begun, conclude(), { kind: "announced", at: NOW + 20 });
  expect(announced.announcedAt).toBe(NOW + 20);
  expect(play(announced, { kind: "announced", at: NOW + 30 })).toBe(announced);
});

test("entering a phase ends the previous wait; entering it again does not", () => {
  const waiting = {
    kind: "queue",
    ...{ detail: "2 are before it", since: NOW, until: NOW + 9 },
    ...{ endsWith: "the lease becomes free", next: "readiness is observed", instanceId: "i-1" },
  } as const;
  const phases: readonly Phase[] = ["planning", "queued", "awaiting-readiness", "swapping", "verifying"];
  let state = begun;
  for (const phase of phases) {
    const enter = { kind: "enter", runId: "run", phase, at: NOW } as const;
    state = changePromotion(state, enter);
    expect([phase, viewPromotion(state, "UTC").waitingFor]).toEqual([phase, undefined]);
    expect(viewPromotion(state, "UTC").nextAction).not.toBe(waiting.next);
    state = changePromotion(state, { kind: "wait", runId: "run", waiting });
    expect(changePromotion(state, enter).waiting).toEqual(waiting);
  }
});

/** Which entry a change is about, and what it registers. */

const registration: Registration = {
  ...{ requestId: "r-1", contentHash: "h", request: aRequest(), origin: { channel: "queue" }, at: 5 },
};
const other: Registration = { ...registration, contentHash: "other", at: 6 };
const begin = (brought?: Registration): PromotionChange => ({
  ...{ kind: "begin", runId: "run", at: 7 },
  registration: brought,
});

test("a run that has its registration begins a new record, and the first one stays", () => {
  const fresh = entryFor(undefined, begin(registration));
  expect(fresh).toMatchObject({ contentHash: "h", acceptedAt: 5, phase: "accepted", revision: 1 });
  expect(entryFor(fresh, begin(other))).toBe(fresh);
});

test("a change without a record changes nothing, unless it registers it", () => {
  const conclude: PromotionChange = { kind: "conclude", ending, at: 7 };
  const changes: PromotionChange[] = [begin(), conclude, { kind: "announced", at: 1 }];
  expect(changes.map((change) => entryFor(undefined, change))).toEqual([undefined, undefined, undefined]);
  const made = entryFor(undefined, begin(registration));
  expect(entryFor(made, conclude)).toBe(made);
});
