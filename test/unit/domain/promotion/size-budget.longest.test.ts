import { completionEventSchema } from "../../../../src/contracts/events";
import { showTime } from "../../../../src/domain/kernel/time";
import type { Prerequisite } from "../../../../src/domain/plan/plan";
import { decidePlan } from "../../../../src/domain/plan/planning";
import { inFull } from "../../../../src/domain/plan/prerequisites";
import { auditChange } from "../../../../src/domain/promotion/audit";
import type { CompletionEvent } from "../../../../src/domain/promotion/events";
import { register } from "../../../../src/domain/promotion/promotion";
import type { PromotionChange, PromotionState } from "../../../../src/domain/promotion/state";
import { viewPromotion } from "../../../../src/domain/promotion/view";
import {
  longestEnding,
  longestLife,
  longestPair,
  longestPlan,
  longestPolicy,
  longestRegistration,
  longestRequest,
  type Text,
  textsOf,
} from "../../../support/longest-record";
import { NOW } from "../../../support/observations";

/** The longest promotion record that the limits of the inputs allow: every field at its limit at once. */
const LIMIT = 16 * 1_024;
/** Of each of 25 roles at each service: the longest that a plan takes. */
const NAME_LENGTH = 41;
const fills = [
  ["plain", "x"],
  ["of quotes, which are escaped twice in the sealed event", '"'],
  ["beyond the basic plane", "😀"],
] as const;
const modes = fills.flatMap(([what, fill]) => [
  { what, text: textsOf(fill), breakGlass: false },
  { what: `${what}, by break-glass`, text: textsOf(fill), breakGlass: true },
]);

interface Mode {
  readonly text: Text;
  readonly breakGlass: boolean;
}

const digest = () => "h".repeat(64);
const stored = (state: PromotionState, change: PromotionChange) => auditChange(state, change, digest).state;

/** The entry after every change of a life. */
function statesOf({ text, breakGlass }: Mode): readonly PromotionState[] {
  const states = [register(undefined, longestRegistration(text, breakGlass))];
  for (const change of longestLife(text, NAME_LENGTH)) {
    // Break-glass asks nobody.
    const isAsking = change.kind === "ask-approval" || change.kind === "vote";
    const [last] = states.slice(-1);
    if (last && !(breakGlass && isAsking)) states.push(stored(last, change));
  }
  return states;
}

const conclude = (text: Text, over: Parameters<typeof longestEnding>[1] = {}): PromotionChange => ({
  ...{ kind: "conclude", ending: longestEnding(text, over), at: NOW + 1 },
});
const longest = (states: readonly PromotionState[]) =>
  Math.max(...states.map((state) => JSON.stringify(state).length));

test.each(modes)("the longest record stays under 16 KiB after every change: texts $what", (mode) => {
  const states = statesOf(mode);
  expect(longest(states)).toBeLessThan(LIMIT);
  expect(longest(states)).toBeGreaterThan(15_000);
  expect(states.at(-1)).toMatchObject({ phase: "rolling-back", rollback: {}, soak: {}, plans: 2 });
  if (!mode.breakGlass) expect(states.at(-1)?.gate).toMatchObject({ decision: { kind: "granted" } });
});

test.each(modes)("the longest record stays under 16 KiB when it is concluded: texts $what", (mode) => {
  const concluded = statesOf(mode).map((state) => stored(state, conclude(mode.text)));
  const announced = concluded.map((state) => stored(state, { kind: "announced", at: NOW + 2 }));
  expect(longest(announced)).toBeLessThan(LIMIT);
});

test.each(modes)(
  "the record stays under 16 KiB with every prerequisite broken: texts $what",
  ({ text, breakGlass }) => {
    const prerequisites = longestPlan(text, NAME_LENGTH).prerequisites.map((p): Prerequisite => ({
      ...p,
      verdict: "broken",
      evidence: text(240),
      remedy: "r".repeat(135),
    }));
    // What is refused has swapped nothing: there is no last read and no soak.
    const states = statesOf({ text, breakGlass }).filter(({ soak, rollback }) => !soak && !rollback);
    const refused = states.map((state) =>
      stored(state, conclude(text, { outcome: "refused", prerequisites, finalRead: undefined })),
    );
    expect(longest(refused)).toBeLessThan(LIMIT);
  },
);

const [plain] = modes;
const eventOf = ({ conclusion }: PromotionState) =>
  completionEventSchema.parse(JSON.parse(conclusion?.event ?? "")) as CompletionEvent;

test("its event has every vote, call, phase, prerequisite and service, in fewer words", () => {
  const [last] = statesOf(plain ?? { text: textsOf("x"), breakGlass: false }).slice(-1);
  if (!last) throw new Error("no life");
  const { data } = eventOf(stored(last, conclude(textsOf("x"))));
  expect(data.approvals?.votes.map(({ oid }) => oid)).toEqual(last.gate?.votes.map(({ oid }) => oid));
  expect(data.approvals?.votes).toHaveLength(5);
  const count = (list: readonly { readonly omitted?: number }[]) =>
    list.reduce((sum, { omitted = 0 }) => sum + 1 + omitted, 0);
  expect(count(data.attempts)).toBe(12);
  expect(count(data.phases)).toBe(count(last.timeline) + 1);
  expect(data.phases.at(-1)?.phase).toBe("concluded");
  const unmet = longestPlan(textsOf("x"), NAME_LENGTH).prerequisites.filter((p) => p.verdict !== "met");
  expect(data.prerequisites.map(({ code }) => code)).toEqual(unmet.map(({ code }) => code));
  for (const { remedy, evidence } of data.prerequisites) expect([remedy, evidence]).not.toContain("");
  expect(data).toMatchObject({
    ...{ incoming: { id: last.plan?.incoming.id }, outgoing: { id: last.plan?.outgoing.id } },
    ...{ planHash: last.plan?.hash, finalRead: { incoming: { slot: "production" } } },
    ...{ soak: { failures: 100 }, rollback: { cause: "regression" }, audit: { pair: { entries: 100_000 } } },
  });
  for (const text of [data.reason.detail, data.attempts[0]?.verdict.detail])
    expect(text).toMatch(/x(?:…|\.{3})$/);
});

test("a concluded record is shown with its event's details, which are stored once", () => {
  const [last] = statesOf({ text: textsOf("x"), breakGlass: false }).slice(-1);
  if (!last) throw new Error("no life");
  const concluded = stored(last, conclude(textsOf("x")));
  const { data } = eventOf(concluded);
  expect(concluded).toMatchObject({ timeline: [], attempts: [], plan: { prerequisites: [] } });
  const view = viewPromotion(concluded, "UTC");
  const shown = <T extends { readonly at: string }>(list: readonly T[]) =>
    list.map((each) => ({ ...each, at: showTime(Date.parse(each.at), "UTC") }));
  expect(view.timeline).toEqual(shown(data.phases));
  expect(view.attempts).toEqual(shown(data.attempts));
  expect(view.plan?.prerequisites).toEqual(data.prerequisites.map(inFull));
  expect(view).toMatchObject({
    soak: { last: data.soak?.last, since: { utc: data.soak?.since } },
    rollback: { note: data.rollback?.note },
    approval: { votes: [{ oid: "0".repeat(36) }, {}, {}, {}, {}] },
  });
});

test("a live record shows its wait, the remedies, and how much was left out", () => {
  const states = statesOf({ text: textsOf("x"), breakGlass: false });
  const asked = states.find(({ waiting }) => waiting !== undefined);
  if (!asked) throw new Error("nothing is waited for");
  const view = viewPromotion(asked, "UTC");
  expect(view.waitingFor?.detail).toMatch(/^x{100,}…$/);
  expect(view.plan?.prerequisites.map(({ remedy }) => typeof remedy)).not.toContain("undefined");
  const count = view.timeline.reduce((sum, { omitted = 0 }) => sum + 1 + omitted, 0);
  expect(count).toBe(41);
  expect(view.timeline.at(-1)?.note).toHaveLength(100);
});

test("roles that are too long for the record are refused before planning", () => {
  const text = textsOf("x");
  const verdict = decidePlan({
    ...{ request: longestRequest(text), policy: longestPolicy(), now: NOW, digest },
    observed: longestPair(text, NAME_LENGTH + 1),
  });
  expect(verdict).toMatchObject({ kind: "refused", code: "roles-too-long", incoming: {}, outgoing: {} });
  expect(verdict).toHaveProperty("detail", expect.stringMatching(/^50 roles take \d+ characters/));
});

test("a longer record of an older version fits its bound after its next change", () => {
  const text = textsOf("x");
  const [last] = statesOf({ text, breakGlass: false }).slice(-1);
  if (!last) throw new Error("no life");
  const entry = { at: NOW, phase: "planning", note: text(100) } as const;
  const grown = { ...last, timeline: Array.from({ length: 24 }, () => entry) };
  expect(JSON.stringify(grown).length).toBeGreaterThan(LIMIT);
  const next = stored(grown, { kind: "begin", runId: "another", at: NOW });
  expect(JSON.stringify(next).length).toBeLessThan(LIMIT);
  expect(next).toMatchObject({ v: 1, run: { id: "another" }, phase: last.phase });
});
