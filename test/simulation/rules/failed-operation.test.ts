import { calmWorld } from "../plans/user-actions";
import type { WirePlan } from "../plans/world-plan";
import { type Happening, Timeline } from "../world/timeline";
import { check } from "./invariants";

const put = (n: number): Happening => ({
  ...{ kind: "put", put: n, request: "r1", pair: "shop", side: "green", host: "h0", execution: `h0:${n}` },
  ...{ sinceMs: 0, evidence: "blue: ready, green: ready", during: [], unready: [] },
});
const failure = (over: Partial<Extract<Happening, { kind: "operation-failed" }>> = {}): Happening => ({
  ...{ kind: "operation-failed", host: "h0", request: "r1", sinceMs: 0 },
  ...over,
});
const host = (name: string, what: string): Happening => ({ kind: "host", host: name, what });

test.each<[string, readonly Happening[], boolean]>([
  ["that was heard", [failure()], false],
  ["whose host died with it", [failure(), host("h0", "dies at: activity followOperation: history")], true],
  ["that was heard while another host died", [failure(), host("h1", "is killed")], false],
  ["that a late execution received", [failure({ sinceMs: 60_001 })], true],
  ["of somebody else's swap", [failure({ request: "r2" })], true],
])("after a failed operation %s another PUT is judged correctly", (_what, between, mayBeSent) => {
  let now = 0;
  const timeline = new Timeline(() => (now += 1_000));
  for (const each of [put(0), ...between, put(1)]) timeline.add(each);
  const found = check(timeline, true, calmWorld([], { stableForMs: 0 })).violations;
  expect(found.some(({ invariant }) => invariant === "failed operation ends it")).toBe(!mayBeSent);
});

const over = (how: string): Happening => ({ kind: "put-over", put: 0, how });
const failed: Happening = { kind: "failed", put: 0 };
const ends = (outcome: string, code: string): Happening => ({
  ...{ kind: "published", type: "promotion.completed", id: "promotion-r1-completed", request: "r1" },
  ...{ pair: "shop", outcome, code, bytes: "" },
});
const unproved = ends("halted", "outcome-unproved");
const longer = { operationUrls: { expiresAfter: 60 }, errors: "nested", throttling: {} } as const;

test.each<[string, readonly Happening[], boolean, WirePlan | undefined]>([
  ["as unknown", [over("202"), failed, unproved], false, undefined],
  ["as time ran out", [over("202"), failed, ends("expired", "readiness-expired")], false, undefined],
  ["as it was", [over("202"), failed, ends("halted", "operation-failed")], true, undefined],
  ["before it failed", [over("202"), unproved, failed], true, undefined],
  ["when the reply to the swap was lost", [over("reset"), failed, unproved], true, undefined],
  ["when a host died", [over("202"), host("h1", "is killed"), failed, unproved], true, undefined],
  [
    "when something went wrong",
    [over("202"), failed, { kind: "fault", what: "x" }, unproved],
    true,
    undefined,
  ],
  ["when its address had expired", [over("202"), failed, unproved], true, longer],
])("an outcome after a failed operation is judged %s", (_what, rest, may, wire) => {
  let now = 0;
  const timeline = new Timeline(() => (now += 1_000));
  for (const each of [put(0), ...rest]) timeline.add(each);
  const found = check(timeline, true, calmWorld([], { stableForMs: 0, wire })).violations;
  expect(found.some(({ invariant }) => invariant === "failure reported")).toBe(!may);
});
