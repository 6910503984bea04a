import { check } from "./invariants";
import { Timeline, type Happening } from "./timeline";

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
  ["that was told to an execution that came late", [failure({ sinceMs: 60_001 })], true],
  ["of somebody else's swap", [failure({ request: "r2" })], true],
])("after a failed operation %s another PUT is judged rightly", (_what, between, mayBeSent) => {
  let now = 0;
  const timeline = new Timeline(() => (now += 1_000));
  for (const each of [put(0), ...between, put(1)]) timeline.add(each);
  const found = check(timeline, true, [], { stableForMs: 0, skewMs: 0 });
  expect(found.some(({ invariant }) => invariant === "§4.6 failed operation")).toBe(!mayBeSent);
});
