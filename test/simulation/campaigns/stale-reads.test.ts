import { smallWorld } from "../plans/small-world";
import { chances, request } from "../plans/user-actions";
import type { WorldPlan } from "../plans/world-plan";
import { playWorld } from "../world/play-world";
import { settleIn } from "./campaign";

// All suites of a worker share the class, so the next one needs real timeouts again.
const timeoutOf = (ms: number) => AbortSignal.timeout(ms);
let leave: () => void;
beforeAll(async () => {
  leave = await settleIn();
});
afterAll(async () => {
  leave();
  const signal = timeoutOf(1);
  await new Promise((resolve) => {
    signal.addEventListener("abort", resolve);
  });
});

const SECOND = 1_000;
/** Every client that reads right after a commit gets the previous state, for up to half a second. */
const stale = { ...chances({ staleRead: 1 }) };

function world(seed: number, over: Partial<WorldPlan>): WorldPlan {
  const {
    schedules: _schedules,
    approval: _approval,
    window: _window,
    soak: _soak,
    ...plain
  } = smallWorld(seed);
  return { ...plain, chances: stale, hosts: 1, sharing: undefined, userActions: [request("r1")], ...over };
}

const approval = { quorum: 1, deadlineMs: 120 * SECOND, validForMs: 600 * SECOND };

test.each<readonly [string, Partial<WorldPlan>]>([
  ["a request by queue, and the claim of its attempt", {}],
  ["a request over HTTP", { userActions: [request("r1", { channel: "http" })] }],
  ["a repeated request", { userActions: [request("r1", { copies: 3, every: 500 })] }],
  ["a cancel", { userActions: [request("r1"), { at: 10 * SECOND, kind: "cancel", request: "r1" }] }],
  [
    "a hold and its release",
    { userActions: [request("r1"), { at: 5 * SECOND, kind: "hold", pair: "shop", forMs: 60 * SECOND }] },
  ],
  [
    "a vote",
    {
      approval,
      userActions: [
        request("r1"),
        {
          ...{ at: 10 * SECOND, kind: "vote", request: "r1", by: "oid-2", application: false },
          ...{ decision: "approve", stale: false },
        },
      ],
    },
  ],
  [
    "an ordered rollback",
    {
      soak: { forMs: 60 * SECOND, probed: false, asksStaging: false, rollback: "automatic" },
      userActions: [request("r1"), { at: 60 * SECOND, kind: "rollback", request: "r1" }],
    },
  ],
  [
    "a schedule that starts a promotion, is paused over the next instant, and resumed",
    {
      schedules: {
        expiresAfterMs: 240 * SECOND,
        file: { shop: [{ name: "weekly", minutes: [4, 9], promote: "green" }] },
      },
      userActions: [
        { at: 400 * SECOND, kind: "pause", pair: "shop", schedule: "weekly" },
        { at: 800 * SECOND, kind: "resume", pair: "shop", schedule: "weekly" },
      ],
    },
  ],
])("every read-back tolerates a state from before the write: %s", async (_what, over) => {
  for (const seed of [1, 2, 3]) {
    const { violations, timeline } = await playWorld(world(seed, over));
    expect(violations).toEqual([]);
    expect(timeline.of("fault").some(({ what }) => what.startsWith("clients read an old state"))).toBe(true);
    expect(timeline.of("published").filter(({ type }) => type === "promotion.completed")).not.toEqual([]);
  }
});
