import type { ReceivedEvent } from "../../../local/world/bus";
import { judge, type Evidence } from "../../../local/world/chaos-verdict";

const at = (ms: number) => new Date(ms).toISOString();
const request = (n: number, promote: "blue" | "green", group: number) => ({
  requestId: `r-${n}`,
  pair: "shop",
  promote,
  group,
});
const completion = (n: number, outcome: string, id = `event-${n}`): ReceivedEvent => ({
  id,
  type: "cloud-service-swap.promotion.completed",
  data: { requestId: `r-${n}`, outcome },
});
const effect = (side: string, ms: number) => ({ at: at(ms), cause: "PUT", production: `shop-${side}` });

/** Promotes green, then blue while green waits in the queue. */
const sound: Evidence = {
  sent: [request(1, "green", 1_000), request(2, "blue", 5_000), request(3, "green", 5_000)],
  events: [completion(1, "promoted"), completion(2, "promoted"), completion(3, "promoted")],
  seen: [completion(1, "promoted")],
  entries: [{ method: "PUT", url: "/slots", status: 202, effect: "swapped" }],
  effects: [effect("green", 2_000), effect("blue", 6_000), effect("green", 7_000)],
  productions: [{ pair: "shop", production: "green" }],
};
const violationsOf = (change: Partial<Evidence>) => judge({ ...sound, ...change }).violations;

test("a run in which every request swapped once and ended once has no violations", () => {
  const { accounts, ...counts } = judge(sound);
  expect(counts).toEqual({ effectiveSwaps: 3, completionEventIds: 3, lost: 0, violations: [] });
  expect(accounts.map(({ swaps }) => swaps)).toEqual([1, 1, 1]);
});

test.each<[string, Partial<Evidence>, RegExp]>([
  ["a second swap", { effects: [effect("green", 1_500), ...sound.effects] }, /^I1: r-1 .* swapped 2 times$/],
  [
    "a promotion without a swap",
    { effects: sound.effects.slice(1) },
    /^I6: r-1 .* promoted, and nothing was swapped$/,
  ],
  [
    "a swap after another outcome",
    { events: [completion(1, "expired"), ...sound.events.slice(1)], seen: [] },
    /^I6: r-1 .* its outcome says expired$/,
  ],
  ["a request without an outcome", { events: sound.events.slice(1), seen: [] }, /^I7: r-1 .* no outcome$/],
  [
    "a second completion event",
    { events: [...sound.events, completion(1, "promoted", "other")] },
    /^I4: r-1 .* 2 completion event ids$/,
  ],
  [
    "a swap without a request",
    { effects: [effect("green", 2_000), effect("blue", 3_000), ...sound.effects.slice(1)] },
    /^I1: shop-blue went into production/,
  ],
  [
    "an event that the broker lost",
    { events: sound.events.slice(1) },
    /the broker has lost the event event-1/,
  ],
  [
    "a PUT during another swap",
    { entries: [{ method: "PUT", url: "/slots", status: 429, effect: null }] },
    /^I8: a PUT met another/,
  ],
  [
    "traffic on the wrong side",
    { productions: [{ pair: "shop", production: "blue" }] },
    /blue answers at production/,
  ],
])("%s is a violation", (_what, change, expected) => {
  expect(violationsOf(change)).toContainEqual(expect.stringMatching(expected));
});

test("an outcome that changes between two copies of its event is a violation", () => {
  const events = [...sound.events, completion(1, "halted")];
  expect(violationsOf({ events })).toEqual(["I9: the completion event of r-1 changed"]);
});

test("a halted promotion has at most one swap; a rolled-back one has two", () => {
  const events = [completion(1, "halted"), ...sound.events.slice(1)];
  expect(violationsOf({ events, seen: [] })).toEqual([]);
  const back = {
    sent: [request(1, "green", 1_000)],
    events: [completion(1, "rolled-back")],
    seen: [],
    effects: [effect("green", 2_000), effect("blue", 3_000)],
    productions: [{ pair: "shop", production: "blue" as const }],
  };
  expect(violationsOf(back)).toEqual([]);
});
