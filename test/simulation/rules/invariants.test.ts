import { calmWorld } from "../plans/user-actions";
import { type Happening, Timeline } from "../world/timeline";
import { completed, effect, put, quiet, read, sent } from "./given-happenings";
import { check } from "./invariants";

const turnedAway: Happening = {
  ...(completed("x") as Extract<Happening, { kind: "published" }>),
  type: "request.not-accepted",
  code: "request-conflict",
};
const shown = [read("green", "Production"), read("blue", "Staging")];
const swapped = [sent, put(0), effect(0), ...shown];
const cancelled: Happening = { kind: "cancel-acknowledged", request: "r1" };
const over = (put: number, how: string): Happening => ({ kind: "put-over", put, how });
const released = (hold?: string): Happening => ({ kind: "hold-released", pair: "shop", release: 0, hold });
const answered: Happening = { kind: "release-answered", release: 0, status: 200 };
const held: readonly Happening[] = (["hold-asked", "held"] as const).map((kind) => ({
  ...{ kind, pair: "shop", hold: "by-hand" },
}));
const other = '{"promote":"green","reason":"another"}';
const stored: Happening = { kind: "outcome-stored", request: "r1" };
const next: Happening = { ...sent, request: "r2" };

interface End {
  readonly finished?: boolean;
}

/** The invariants that a timeline breaks. */
function broken(happenings: readonly Happening[], { finished = true }: End = {}): string[] {
  let now = 0;
  const timeline = new Timeline(() => (now += 1_000));
  for (const happening of happenings) timeline.add(happening);
  const { violations } = check(timeline, finished, calmWorld([], { stableForMs: 30_000 }));
  const found = violations.map(({ invariant }) => invariant);
  return [...new Set(found)].filter((invariant) => /^I\d+/.test(invariant));
}

const plannedBy = (request: string) =>
  (["blue", "green"] as const).map((side): Happening => ({
    ...read(side, side === "blue" ? "Production" : "Staging"),
    ...{ request, activity: "planPromotion" },
  }));
const last: readonly Happening[] = [{ ...sent, request: "last-shop" }, ...plannedBy("last-shop")];
const checkedAt: Happening = {
  ...{ kind: "listed", host: "h0", pair: "shop", side: "green", unready: undefined },
  ...{ request: "last-shop", activity: "checkRoleState", execution: "h0:9" },
};
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
  ["I1 some request", "a PUT that belongs to no request", [sent, put(0, { request: "r9" })], [sent, put(0)]],
  [
    "I3 lease at the end",
    "a line that is held when all is at rest",
    [...last, completed("expired", { request: "last-shop" })],
    [...last, checkedAt, completed("expired", { request: "last-shop" })],
  ],
  [
    "I3 one at a time",
    "a PUT before one that was not refused had an outcome",
    [sent, next, put(0), over(0, "reset"), put(1, { request: "r2" })],
    [sent, next, put(0), over(0, "409"), put(1, { request: "r2" })],
  ],
  [
    "I4",
    "a second event id",
    [...whole, completed("promoted", { id: "another" })],
    [...whole, completed("promoted")],
  ],
  ["I5 PUT", "a PUT after the cancel was acknowledged", [sent, cancelled, put(0)], [sent, put(0), cancelled]],
  [
    "I5 outcome",
    "promoted although cancelled",
    [...swapped, cancelled, completed("promoted")],
    [sent, cancelled, completed("cancelled")],
  ],
  ["I6 success", "promoted before a read showed it", [sent, put(0), effect(0), completed("promoted")], whole],
  [
    "I6 success",
    "promoted, and one service was not read since",
    [sent, put(0), effect(0), shown[0]!, completed("promoted")],
    whole,
  ],
  [
    "I6 swapped",
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
    "I7 conflict",
    "two contents, neither turned away",
    [sent, { ...sent, content: other }],
    [sent, { ...sent, content: other }, turnedAway],
  ],
  ["I8", "a PUT while another is under way", [sent, put(0), put(1, { during: [0] })], [sent, put(0)]],
  [
    "I8",
    "a PUT while one is under way whose effect is there, before the time of its operation is over",
    [sent, put(0), over(0, "202"), effect(0), ...quiet(14), put(1, { during: [0] })],
    [sent, put(0), over(0, "202"), effect(0), ...quiet(15), put(1, { during: [0] })],
  ],
  [
    "I8",
    "a PUT while one is under way whose effect is there, and of which everybody could hear that it runs (world 27000016)",
    [sent, put(0), over(0, "202"), effect(0), put(1, { during: [0] })],
    [sent, put(0), over(0, "503"), effect(0), put(1, { during: [0] })],
  ],
  [
    "I9 bytes",
    "an outcome that changes",
    [sent, completed("refused"), completed("expired")],
    [sent, completed("refused"), completed("refused")],
  ],
  [
    "I9 PUT",
    "a PUT after the outcome",
    [sent, completed("refused"), put(0)],
    [sent, put(0), completed("refused")],
  ],
  [
    "I10 halt",
    "a PUT after a halt",
    [sent, next, completed("halted"), put(0, { request: "r2" })],
    [sent, next, completed("halted"), released(), put(0, { request: "r2" })],
  ],
  [
    "I10 halt",
    "a PUT after a halt that is stored and not published yet",
    [sent, next, stored, put(0, { request: "r2" }), completed("halted")],
    [sent, next, put(0, { request: "r2" }), stored, completed("halted")],
  ],
  [
    "I10 halt",
    "a PUT after a halt, when another hold was released, or this one before it stood",
    [
      sent,
      next,
      released("halt of r1"),
      answered,
      stored,
      released("other"),
      put(0, { request: "r2" }),
      completed("halted"),
    ],
    [sent, next, stored, released("halt of r1"), answered, put(0, { request: "r2" }), completed("halted")],
  ],
  [
    "I10 hold",
    "a PUT while a person holds the pair",
    [sent, ...held, put(0)],
    [sent, ...held, released("by-hand"), put(0)],
  ],
  [
    "I10 hold",
    "a PUT after a hold that came after a release, but not after a repeated outcome (world 44000534)",
    [sent, next, completed("halted"), released(), answered, ...held, put(0, { request: "r2" })],
    [sent, next, completed("halted"), released(), answered, completed("halted"), put(0, { request: "r2" })],
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

const answers = (answer: string): Happening => ({
  ...{ kind: "probed", host: "h0", pair: "shop", side: "green", slot: "production", answer },
  ...{ request: "r1", activity: "runProbes" },
});

test.each<[string, readonly Happening[], boolean]>([
  ["is well from the start", [answers("well"), answers("well")], true],
  ["fails until it is verified", [answers("failure"), answers("well")], true],
  ["fails after it was verified", [answers("well"), answers("failure")], false],
])("a promotion of a release that %s is judged", (_what, probed, mayBe) => {
  const timeline = new Timeline(() => 0);
  for (const each of [...swapped, ...probed, completed("promoted")]) timeline.add(each);
  const { violations } = check(timeline, true, calmWorld([]));
  expect(violations.some(({ invariant }) => invariant === "regression not promoted")).toBe(!mayBe);
});
