import { calmWorld } from "../plans/user-actions";
import type { WorldPlan } from "../plans/world-plan";
import { type Happening, type Of, Timeline } from "../world/timeline";
import { approvedInTime, approvedVersions } from "./approval-rule";
import { History } from "./history";

const plan = "a".repeat(64);
const approval = { quorum: 1, deadlineMs: 900_000, validForMs: 900_000 };
const byQueue: Happening = { kind: "sent", request: "r1", pair: "shop", content: '{"requestedBy":"x"}' };
const overHttp: Happening = { kind: "sent", request: "r1", pair: "shop", content: "{}" };
const bySchedule: readonly Happening[] = [
  overHttp,
  { kind: "scheduled", request: "r1", pair: "shop", minute: 10, expiresAfterMs: 0 },
];
const put: Happening = {
  ...{ kind: "put", put: 0, request: "r1", pair: "shop", side: "green", host: "h0", execution: "h0:1" },
  ...{ sinceMs: 0, evidence: "", during: [], unready: [] },
};
const vote = (by: string, over: Partial<Of<"voted">> = {}): Happening => ({
  ...{ kind: "voted", vote: 0, request: "r1", by, application: false, decision: "approve", plan },
  ...{ versions: "blue=v1 green=v2" },
  ...over,
});
const rejected: Happening = { kind: "rejection-acknowledged", request: "r1" };

const world = (over: Partial<WorldPlan> = {}) => calmWorld([], { approval, ...over });

/** The violation of the last PUT of these happenings, some time later, with a rule for one approval. */
function wrong(happenings: readonly Happening[], afterMs = 0, skewMs = 0): string | undefined {
  let now = 0;
  const timeline = new Timeline(() => now);
  for (const happening of happenings) timeline.add(happening);
  now = afterMs;
  timeline.add(put);
  const found = approvedInTime(new History(timeline), timeline.of("put")[0]!, world({ skewMs }));
  return found === true ? undefined : found;
}

test.each<[string, readonly Happening[], boolean]>([
  ["a scheduled promotion with two people's approvals", [...bySchedule, vote("ann"), vote("bob")], true],
  ["one with one person's", [...bySchedule, vote("ann")], false],
  ["one with one person's, twice", [...bySchedule, vote("ann"), vote("ann")], false],
  [
    "one with a person's and an application's",
    [...bySchedule, vote("ann"), vote("robot", { application: true })],
    false,
  ],
  ["one with votes on two plans", [...bySchedule, vote("ann"), vote("bob", { plan: "b".repeat(64) })], false],
  [
    "one with votes on another promotion",
    [...bySchedule, vote("ann"), vote("bob", { request: "r2" })],
    false,
  ],
  ["one that was rejected", [...bySchedule, vote("ann"), vote("bob"), rejected], false],
  ["a queued request with one person's approval", [byQueue, vote("ann")], false],
  ["a request over HTTP with one person's approval", [overHttp, vote("ann")], true],
  ["one with the requester's own", [overHttp, vote("oid-1")], false],
])("I2 judges %s", (_what, story, isRight) => {
  expect(wrong(story) === undefined).toBe(isRight);
});

test("approvals lapse by clocks that differ by twice their error (world 51009020)", () => {
  const story = [overHttp, vote("ann")];
  const minute = 60_000;
  expect(wrong(story, 18 * minute)).toBeUndefined();
  expect(wrong(story, 19 * minute)).toBeDefined();
  expect(wrong(story, 38 * minute, 10 * minute)).toBeUndefined();
  expect(wrong(story, 39 * minute, 10 * minute)).toBeDefined();
});

const counted: Happening = { kind: "vote-counted", vote: 0 };

test("a certain approval lapses, and its votes do not count again", () => {
  const minute = 60_000;
  expect(wrong([overHttp, vote("ann"), counted], 15 * minute)).toBeUndefined();
  expect(wrong([overHttp, vote("ann"), counted], 16 * minute)).toBeDefined();
});

test("a vote after its deadline does not count, unless there was another question", () => {
  const shown = (asked: string): Happening => ({ kind: "question-shown", request: "r1", plan: asked });
  const story = (between: readonly Happening[], afterMs: number) => {
    let now = 0;
    const timeline = new Timeline(() => now);
    for (const each of [overHttp, shown(plan)]) timeline.add(each);
    now = afterMs;
    for (const each of [...between, vote("ann"), put]) timeline.add(each);
    return approvedInTime(new History(timeline), timeline.of("put")[0]!, world());
  };
  expect(story([], 900_000)).toBe(true);
  expect(story([], 900_001)).not.toBe(true);
  expect(story([shown("b".repeat(64)), shown(plan)], 900_001)).toBe(true);
});

const read = (side: "blue" | "green", version: string): Happening => ({
  ...{ kind: "read", host: "h0", pair: "shop", side, slot: "Staging", state: "Succeeded", version },
  ...{ request: "r1", activity: "attemptSwap", execution: "h0:1" },
});

test.each<[string, readonly Happening[], boolean | undefined]>([
  [
    "a version that was deployed after the vote",
    [read("green", "v2"), vote("ann"), read("green", "v9")],
    false,
  ],
  [
    "one that was there when people voted once more",
    [read("green", "v2"), vote("ann"), vote("bob", { versions: "blue=v1 green=v9" }), read("green", "v9")],
    true,
  ],
  ["the only versions there ever were", [read("green", "v2"), vote("ann")], undefined],
])("votes apply to Azure's versions at that time: %s", (_what, story, verdict) => {
  const timeline = new Timeline(() => 0);
  for (const each of [overHttp, read("blue", "v1"), ...story, put]) timeline.add(each);
  const found = approvedVersions(new History(timeline), timeline.of("put")[0]!, world());
  expect(typeof found === "string" ? false : found).toBe(verdict);
});
