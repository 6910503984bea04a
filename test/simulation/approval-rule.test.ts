import { approved } from "./approval-rule";
import { History } from "./history";
import { Timeline, type Happening, type Of } from "./timeline";

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
  ...{ kind: "voted", request: "r1", by, application: false, decision: "approve", plan, ...over },
});
const rejected: Happening = { kind: "rejection-acknowledged", request: "r1" };

/** What is wrong with the PUT that ends this story, some time after it, under a rule that asks for one approval. */
function wrong(happenings: readonly Happening[], afterMs = 0, skewMs = 0): string | undefined {
  let now = 0;
  const timeline = new Timeline(() => now);
  for (const happening of happenings) timeline.add(happening);
  now = afterMs;
  timeline.add(put);
  return approved(new History(timeline), timeline.of("put")[0]!, { approval, skewMs });
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

test("approvals lapse, by clocks that may be apart twice as far as each is wrong (world 51009020)", () => {
  const story = [overHttp, vote("ann")];
  const minute = 60_000;
  expect(wrong(story, 16 * minute)).toBeUndefined();
  expect(wrong(story, 17 * minute)).toBeDefined();
  expect(wrong(story, 36 * minute, 10 * minute)).toBeUndefined();
  expect(wrong(story, 37 * minute, 10 * minute)).toBeDefined();
});
