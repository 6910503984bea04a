import { calmWorld, chances } from "../plans/user-actions";
import type { WorldPlan } from "../plans/world-plan";
import { START } from "../world/start";
import { type Happening, Timeline } from "../world/timeline";
import { effect, put, quiet, read, sent } from "./given-happenings";
import { check } from "./invariants";

const freshly = (side: "blue" | "green", over: { readonly execution?: string } = {}): Happening => ({
  ...read(side, "Staging"),
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
const urgent: Happening = { ...sent, content: `{"promote":"green","breakGlass":{}}` };

test.each<[string, readonly Happening[], boolean]>([
  ["a swap after all reads of its own", [sent, ...forth], true],
  ["a swap that listed only the incoming side", [sent, ...forth.filter((e) => e !== forth[2])], false],
  ["the same under break-glass", [urgent, ...forth.filter((e) => e !== forth[2])], true],
  [
    "under break-glass without the incoming side's list",
    [urgent, ...forth.filter((e) => e !== forth[3])],
    false,
  ],
  [
    "a rollback whose lists could not be read (world 42000990)",
    [sent, ...forth, freshly("blue", h2), freshly("green", h2), back],
    true,
  ],
  [
    "a swap whose own list showed the outgoing side unready",
    [sent, ...(forth.map((e, i) => (i === 2 ? { ...e, unready: "1 of 2 started" } : e)) as Happening[])],
    false,
  ],
  ["a rollback that read one service", [sent, ...forth, freshly("blue", h2), back], false],
])("the rule of fresh reads judges %s", (_what, happenings, keeps) => {
  let now = 0;
  const timeline = new Timeline(() => (now += 1_000));
  for (const happening of happenings) timeline.add(happening);
  const found = check(timeline, true, calmWorld([], { stableForMs: 0 })).violations;
  expect(found.some(({ invariant }) => invariant === "fresh reads")).toBe(!keeps);
});

const checked = (side: "blue" | "green", host: string, unready?: string): Happening => ({
  ...(listed(side) as Extract<Happening, { kind: "listed" }>),
  ...{ host, activity: "checkRoleState", unready },
});
const dies = (where: string): Happening => ({ kind: "host", host: "h0", what: `dies at: ${where}` });
const untilReady = (...between: readonly Happening[]) => [
  ...[sent, checked("blue", "h0"), checked("green", "h0"), ...quiet(1), ...between],
  ...[checked("blue", "h1"), checked("green", "h1"), put(0)],
];
const sick = checked("green", "h0", "1 of 2 started");

test.each<[string, readonly Happening[], boolean]>([
  ["an unbroken row", untilReady(), true],
  [
    "observations that a check of an unhealthy instance interrupts",
    untilReady(sick, dies("PUT before")),
    false,
  ],
  ["a check that was lost with its host", untilReady(sick, dies("activity checkRoleState: messages")), true],
  [
    "the last check of a host that died right after it reported (world 46000660)",
    [
      ...untilReady().slice(0, -3),
      checked("blue", "h0"),
      checked("green", "h0"),
      dies("activity checkRoleState: done"),
      put(0),
    ],
    true,
  ],
  [
    "no check that repeats one lost with its host: the first may have arrived (world 200135244)",
    [
      ...[sent, checked("blue", "h0"), checked("green", "h0"), dies("activity checkRoleState: inputs")],
      ...[
        checked("green", "h1", "1 of 2 started"),
        ...quiet(1),
        checked("blue", "h1"),
        checked("green", "h1"),
      ],
      put(0),
    ],
    true,
  ],
  [
    "a check after the one that repeats it",
    [
      ...[sent, checked("blue", "h0"), checked("green", "h0"), dies("activity checkRoleState: inputs")],
      ...[checked("green", "h1"), checked("green", "h1", "1 of 2 started"), ...quiet(1)],
      ...[checked("blue", "h1"), checked("green", "h1"), put(0)],
    ],
    false,
  ],
  [
    "no check before another PUT of the pair",
    [
      sent,
      checked("blue", "h0"),
      checked("green", "h0"),
      put(9, { request: "r9" }),
      ...untilReady().slice(3),
    ],
    false,
  ],
])("stableFor is judged by %s", (_what, happenings, keeps) => {
  let now = 0;
  // An event right after a check has the same time.
  const timeline = new Timeline(() => now);
  for (const happening of happenings) {
    if (happening.kind !== "host") now += 1_000;
    timeline.add(happening);
  }
  const found = check(timeline, true, calmWorld([], { stableForMs: 30_000 })).violations;
  expect(found.some(({ invariant }) => invariant === "ready for stableFor")).toBe(!keeps);
});

/** The rules that these happenings, a second apart, break. */
function broken(happenings: readonly Happening[], over: Partial<WorldPlan> = {}): string[] {
  let now = 0;
  const timeline = new Timeline(() => (now += 1_000));
  for (const happening of happenings) timeline.add(happening);
  return check(timeline, true, calmWorld([], over)).violations.map(({ invariant }) => invariant);
}

const asking = (content: object): Happening => ({ ...sent, content: JSON.stringify(content) });
const seenBefore = (side: "blue" | "green", slot: string, execution: string): Happening => ({
  ...read(side, slot),
  ...{ activity: "planPromotion", execution },
});
/** The first plan finds green in staging; 15 s later another one finds blue. */
const plannedTwice = (between: readonly Happening[] = []) => [
  ...[seenBefore("blue", "Production", "h0:1"), seenBefore("green", "Staging", "h0:1"), ...between],
  ...[...quiet(1), seenBefore("blue", "Staging", "h0:2"), seenBefore("green", "Production", "h0:2")],
];
const staging = asking({ promote: "staging" });
const late: Happening = { kind: "fault", what: "activity planPromotion is late" };

test.each<[string, readonly Happening[], boolean]>([
  ["the side that is asked for", [sent, put(0)], true],
  ["the other side", [sent, put(0, { side: "blue" })], false],
  ["staging as it was first planned", [staging, ...plannedTwice(), put(0)], true],
  ["staging as it was planned later", [staging, ...plannedTwice(), put(0, { side: "blue" })], false],
  [
    "staging of a later plan, if the first plan may be lost",
    [staging, ...plannedTwice([late]), put(0, { side: "blue" })],
    true,
  ],
  [
    "the side that was asked for, and then the other one, which is a rollback",
    [...[sent, put(0)], put(1, { side: "blue" })],
    true,
  ],
])("production goes to %s", (_what, story, isRight) => {
  expect(broken(story).includes("target as asked")).toBe(!isRight);
});

const at = (seconds: number) => new Date(START + seconds * 1_000).toISOString();
const until = (seconds: number) => asking({ promote: "green", expiresAt: at(seconds) });
const urgentUntil = (seconds: number) => asking({ promote: "green", expiresAt: at(seconds), breakGlass: {} });

test.each<[string, readonly Happening[], Partial<WorldPlan>, boolean]>([
  ["began in time and ended late", [until(1), put(0, { sinceMs: 1_000 })], {}, true],
  ["began late", [until(1), put(0, { sinceMs: 999 })], {}, false],
  ["began late, past a deployment window that an operator broke", [urgentUntil(1), put(0)], {}, false],
  ["began late by clocks that may be wrong", [until(1), put(0)], { skewMs: 1_000 }, true],
  ["began late where clocks are set", [until(1), put(0)], { chances: chances({ clockSet: 1 }) }, true],
])("a request with an expiry is judged by the attempt that %s", (_what, story, over, isRight) => {
  expect(broken(story, over).includes("not after expiresAt")).toBe(!isRight);
});

test.each<[string, number, boolean]>([
  ["was readable by then, and open by that clock", 1_000, true],
  ["was not readable yet", 3_600_000, false],
])("with a wrong clock, a PUT is judged by a calendar that %s", (_what, readableAfter, isRight) => {
  const window = {
    allow: { everyMinutes: 10, forMs: 70_000 },
    feed: { from: 0, to: 15 * 60_000, readableAfter },
  };
  const over = { skewMs: 600_000, window };
  expect(broken([sent, put(0)], over).includes("I10 deployment window")).toBe(!isRight);
});

const fresh = (version: string) =>
  (["blue", "green"] as const).map((side): Happening => ({
    ...(freshly(side) as Extract<Happening, { kind: "read" }>),
    version: side === "green" ? version : "v1",
  }));

test("the version that takes production is the expected one", () => {
  const expecting = asking({ promote: "green", expect: { version: "v2" } });
  expect(broken([expecting, ...fresh("v2"), put(0)])).not.toContain("expected version");
  expect(broken([expecting, ...fresh("v3"), put(0)])).toContain("expected version");
});

test("a PUT before its notBefore is reported", () => {
  const later = asking({ promote: "green", notBefore: at(3) });
  expect(broken([later, put(0)])).toContain("not before notBefore");
  expect(broken([later, sent, put(0)])).not.toContain("not before notBefore");
});

test("a release of a halted pair during its operation permits an overlap", () => {
  const next: Happening = { ...sent, request: "r2" };
  const halted: Happening = {
    ...{ kind: "published", type: "promotion.completed", id: "x", request: "r1", pair: "shop" },
    ...{ outcome: "halted", code: undefined, bytes: JSON.stringify({ data: {} }) },
  };
  const released: Happening = { kind: "hold-released", pair: "shop", release: 0, hold: undefined };
  const overlapping = put(1, { request: "r2", during: [0] });
  expect(broken([sent, next, put(0), halted, overlapping])).toContain("I8");
  expect(broken([sent, next, put(0), halted, released, overlapping])).not.toContain("I8");
});
