import { check } from "./invariants";
import { START } from "./start";
import { Timeline, type Happening } from "./timeline";

const sent: Happening = { kind: "sent", request: "r1", pair: "shop", content: "a" };
const put = (n: number, over: Partial<Extract<Happening, { kind: "put" }>> = {}): Happening => ({
  kind: "put",
  put: n,
  request: "r1",
  pair: "shop",
  side: "green",
  host: "h0",
  execution: "h0:1",
  sinceMs: 0,
  evidence: "blue: ready, green: ready",
  during: [],
  unready: [],
  ...over,
});
const effect = (n: number | undefined): Extract<Happening, { kind: "effect" }> => ({
  kind: "effect",
  pair: "shop",
  production: "green",
  put: n,
  unready: [],
});
const read = (side: "blue" | "green", slot: string): Happening => ({
  kind: "read",
  host: "h0",
  pair: "shop",
  side,
  slot,
  state: "Succeeded",
  version: "v2",
  request: "r1",
  activity: "readTruth",
  execution: "h0:2",
});
const completed = (
  outcome: string,
  over: Partial<Extract<Happening, { kind: "published" }>> = {},
): Happening => ({
  kind: "published",
  type: "promotion.completed",
  id: "promotion-r1-completed",
  request: "r1",
  pair: "shop",
  outcome,
  code: undefined,
  bytes: JSON.stringify({ data: { incoming: { side: "green" }, outcome } }),
  ...over,
});
const turnedAway: Happening = {
  ...(completed("x") as Extract<Happening, { kind: "published" }>),
  type: "request.not-accepted",
  code: "request-conflict",
};
const shown = [read("green", "Production"), read("blue", "Staging")];
const swapped = [sent, put(0), effect(0), ...shown];
const cancelled: Happening = { kind: "cancel-acknowledged", request: "r1" };
const over = (put: number, how: string): Happening => ({ kind: "put-over", put, how });
/** Nothing that matters, for so many minutes. */
const quiet = (minutes: number): Happening[] =>
  Array.from({ length: 60 * minutes }, () => ({ kind: "fault", what: "nothing" }));
const released: Happening = { kind: "hold-released", pair: "shop" };
const held: Happening = { kind: "held", pair: "shop" };
const next: Happening = { ...sent, request: "r2" };

interface End {
  readonly finished?: boolean;
  readonly leases?: readonly string[];
}

/** The invariants (of design.md §4) that a timeline breaks. */
function broken(happenings: readonly Happening[], { finished = true, leases = [] }: End = {}): string[] {
  let now = 0;
  const timeline = new Timeline(() => (now += 1_000));
  for (const happening of happenings) timeline.add(happening);
  const found = check(timeline, finished, leases, { stableForMs: 30_000, skewMs: 0 }).map(
    ({ invariant }) => invariant,
  );
  return [...new Set(found)].filter((invariant) => /^I\d+/.test(invariant));
}

const whole = [...swapped, completed("promoted")];

test.each<[string, string, readonly Happening[], readonly Happening[], End?, End?]>([
  ["I1", "a second effective swap of one request", [...swapped, put(1), effect(1)], swapped],
  [
    "I1",
    "a second effective swap after a person undid the first",
    [...swapped, { ...effect(undefined), production: "blue" }, put(1), effect(1)],
    [...swapped, { ...effect(undefined), production: "blue" }, put(1)],
  ],
  [
    "I1 target",
    "a swap that takes production from the side it asks for",
    [sent, put(0), { ...effect(0), production: "blue" }],
    swapped,
  ],
  ["I1", "a PUT that belongs to no request", [sent, put(0, { request: "r9" })], [sent, put(0)]],
  ["I3", "a lease that nobody under way holds", whole, whole, { leases: ["the lease is still held"] }, {}],
  [
    "I3",
    "a PUT before one that nobody turned away had an outcome",
    [sent, next, put(0), over(0, "reset"), put(1, { request: "r2" })],
    [sent, next, put(0), over(0, "409"), put(1, { request: "r2" })],
  ],
  [
    "I4",
    "a second event id",
    [...whole, completed("promoted", { id: "another" })],
    [...whole, completed("promoted")],
  ],
  ["I5", "a PUT after the cancel was acknowledged", [sent, cancelled, put(0)], [sent, put(0), cancelled]],
  [
    "I5",
    "promoted although cancelled",
    [...swapped, cancelled, completed("promoted")],
    [sent, cancelled, completed("cancelled")],
  ],
  ["I6", "promoted before a read showed it", [sent, put(0), effect(0), completed("promoted")], whole],
  [
    "I6",
    "promoted, and one service was not read since",
    [sent, put(0), effect(0), shown[0]!, completed("promoted")],
    whole,
  ],
  [
    "I6",
    "a swap that its outcome denies",
    [...swapped, completed("refused")],
    [...swapped, completed("halted")],
  ],
  [
    "I7",
    "no outcome when everything should have ended",
    [sent],
    [sent, completed("expired")],
    { finished: false },
    { finished: false },
  ],
  [
    "I7",
    "two contents, neither turned away",
    [sent, { ...sent, content: "b" }],
    [sent, { ...sent, content: "b" }, turnedAway],
  ],
  ["I8", "a PUT while another is under way", [sent, put(0), put(1, { during: [0] })], [sent, put(0)]],
  [
    "I8",
    "a PUT while one is under way whose effect is there, before the time of its operation is over",
    [sent, put(0), effect(0), ...quiet(14), put(1, { during: [0] })],
    [sent, put(0), effect(0), ...quiet(15), put(1, { during: [0] })],
  ],
  [
    "I9",
    "an outcome that changes",
    [sent, completed("refused"), completed("expired")],
    [sent, completed("refused"), completed("refused")],
  ],
  [
    "I9",
    "a PUT after the outcome",
    [sent, completed("refused"), put(0)],
    [sent, put(0), completed("refused")],
  ],
  [
    "I10",
    "a PUT while the pair is on hold",
    [sent, next, completed("halted"), put(0, { request: "r2" })],
    [sent, next, completed("halted"), released, put(0, { request: "r2" })],
  ],
  [
    "I10",
    "a PUT after a hold that came after a release, but not after an outcome that is told once more (world 44000534)",
    [sent, next, completed("halted"), released, held, put(0, { request: "r2" })],
    [sent, next, completed("halted"), released, completed("halted"), put(0, { request: "r2" })],
  ],
  [
    "I11",
    "a PUT without fresh readiness",
    [sent, put(0, { evidence: "blue: ready, green: 1 of 2 started" })],
    [sent, put(0)],
  ],
  [
    "I11",
    "a PUT on an old list",
    [sent, put(0, { evidence: "blue: listed 61 s ago, green: ready" })],
    [sent, put(0)],
  ],
])("%s is broken by %s, and by nothing less", (invariant, _what, bad, good, badEnd = {}, goodEnd = {}) => {
  expect(broken(bad, badEnd)).toContain(invariant);
  expect(broken(good, goodEnd)).toEqual([]);
});

const freshly = (side: "blue" | "green", over: { readonly execution?: string } = {}): Happening => ({
  ...(read(side, "Staging") as Extract<Happening, { kind: "read" }>),
  activity: "attemptSwap",
  execution: "h0:1",
  ...over,
});
const listed = (side: "blue" | "green", over: { readonly execution?: string } = {}): Happening => ({
  kind: "listed",
  host: "h0",
  pair: "shop",
  side,
  execution: "h0:1",
  request: "r1",
  activity: "attemptSwap",
  unready: undefined,
  ...over,
});
const h2 = { execution: "h0:2" };
const forth = [freshly("blue"), freshly("green"), listed("blue"), listed("green"), put(0), effect(0)];
const back = put(1, { side: "blue", ...h2 });
const glass: Happening = { ...sent, content: `{"breakGlass":{}}` };

test.each<[string, readonly Happening[], boolean]>([
  ["a swap after all reads of its own", [sent, ...forth], true],
  ["a swap that listed only the incoming side", [sent, ...forth.filter((e) => e !== forth[2])], false],
  ["the same under break-glass", [glass, ...forth.filter((e) => e !== forth[2])], true],
  [
    "under break-glass without the incoming side's list",
    [glass, ...forth.filter((e) => e !== forth[3])],
    false,
  ],
  [
    "a swap-back whose lists could not be read (world 42000990)",
    [sent, ...forth, freshly("blue", h2), freshly("green", h2), back],
    true,
  ],
  ["a swap-back that read one service", [sent, ...forth, freshly("blue", h2), back], false],
])("the rule of fresh reads is asked of %s", (_what, happenings, keeps) => {
  let now = 0;
  const timeline = new Timeline(() => (now += 1_000));
  for (const happening of happenings) timeline.add(happening);
  const found = check(timeline, true, [], { stableForMs: 0, skewMs: 0 });
  expect(found.some(({ invariant }) => invariant === "§4.3 fresh reads")).toBe(!keeps);
});

const looked = (side: "blue" | "green", host: string, unready?: string): Happening => ({
  ...(listed(side) as Extract<Happening, { kind: "listed" }>),
  ...{ host, activity: "checkRoleState", unready },
});
const dies = (where: string): Happening => ({ kind: "host", host: "h0", what: `dies at: ${where}` });
const untilReady = (...between: readonly Happening[]) => [
  ...[sent, looked("blue", "h0"), looked("green", "h0"), ...quiet(1), ...between],
  ...[looked("blue", "h1"), looked("green", "h1"), put(0)],
];
/** News of a turn that was taken so many seconds after the world began. */
const turn = (at: number): Happening =>
  completed("x", { type: "promotion.progressed", id: `promotion-r1-turn-taken-${START + at * 1_000}` });
const sick = looked("green", "h0", "1 of 2 started");

test.each<[string, readonly Happening[], boolean]>([
  ["an unbroken row", untilReady(), true],
  ["a row that a look at a sick instance breaks", untilReady(sick, dies("PUT before")), false],
  [
    "a look of which nobody heard, because its host died with it",
    untilReady(sick, dies("activity checkRoleState: messages")),
    true,
  ],
  [
    "the last look of a host that died as soon as it had passed on what it saw (world 46000660)",
    [
      ...untilReady().slice(0, -3),
      looked("blue", "h0"),
      looked("green", "h0"),
      dies("activity checkRoleState: done"),
      put(0),
    ],
    true,
  ],
  [
    "no look that repeats one of a host that died with it: the first may have been heard (world 200135244)",
    [
      ...[sent, looked("blue", "h0"), looked("green", "h0"), dies("activity checkRoleState: inputs")],
      ...[looked("green", "h1", "1 of 2 started"), ...quiet(1), looked("blue", "h1"), looked("green", "h1")],
      put(0),
    ],
    true,
  ],
  [
    "a look after the one that repeats it",
    [
      ...[sent, looked("blue", "h0"), looked("green", "h0"), dies("activity checkRoleState: inputs")],
      ...[looked("green", "h1"), looked("green", "h1", "1 of 2 started"), ...quiet(1)],
      ...[looked("blue", "h1"), looked("green", "h1"), put(0)],
    ],
    false,
  ],
  [
    "looks after the turn was taken, however late its news (world 100025641)",
    [sent, looked("blue", "h0"), looked("green", "h0"), turn(1), ...untilReady().slice(3)],
    true,
  ],
  [
    "no look before the turn was taken",
    [sent, looked("blue", "h0"), looked("green", "h0"), turn(4), ...untilReady().slice(3)],
    false,
  ],
])("stableFor is judged by %s", (_what, happenings, keeps) => {
  let now = 0;
  // What comes right after a look comes in the same moment.
  const timeline = new Timeline(() => now);
  for (const happening of happenings) {
    if (happening.kind !== "host") now += 1_000;
    timeline.add(happening);
  }
  const found = check(timeline, true, [], { stableForMs: 30_000, skewMs: 0 });
  expect(found.some(({ invariant }) => invariant === "§3.6 stableFor")).toBe(!keeps);
});
