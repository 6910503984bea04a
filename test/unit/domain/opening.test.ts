import { decideOpening, onlyOnce, type OpeningRules, type Recurrence } from "../../../src/domain/opening";
import { tellOpening, viewOpening } from "../../../src/domain/opening-told";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T = Date.parse("2026-11-24T12:00:00Z");
const nothing = { holds: [] };
const always: OpeningRules = { windows: [], deny: [], freezes: [] };

/** Every `every` ms from T on, for `lasting` ms. */
function recurring(every: number, lasting: number, label?: string): Recurrence {
  return {
    covering: (at) => {
      const from = T + Math.floor((at - T) / every) * every;
      return at < from + lasting ? { from, to: from + lasting, label } : undefined;
    },
    nextStart: (at) => T + (Math.floor((at - T) / every) + 1) * every,
  };
}
/** Every minute, without a gap, until then. */
const byTheMinute = (end: number): Recurrence => ({
  covering: (at) => (at < end ? { from: at, to: Math.min(end, at + 60_000) } : undefined),
  nextStart: () => undefined,
});
const freeze = (spans: Recurrence) => ({ kind: "readable", spans }) as const;

describe("decideOpening", () => {
  it("is open, and never closes, where nothing is configured", () => {
    expect(decideOpening(always, nothing, T)).toEqual({ open: true, closesAt: undefined });
  });

  it("waits for notBefore, to the millisecond", () => {
    const asked = { ...nothing, notBefore: T };
    expect(decideOpening(always, asked, T - 1)).toEqual({
      open: false,
      reasons: [{ code: "not-before", detail: "the request asks for a later time", until: T }],
      nextOpensAt: T,
    });
    expect(decideOpening(always, asked, T)).toMatchObject({ open: true });
  });

  it("closes for good at expiresAt", () => {
    const asked = { ...nothing, expiresAt: T };
    expect(decideOpening(always, asked, T - 1)).toEqual({ open: true, closesAt: T });
    expect(decideOpening(always, asked, T)).toMatchObject({
      open: false,
      reasons: [{ code: "request-expired" }],
      nextOpensAt: undefined,
    });
    const windows = [onlyOnce({ from: T + HOUR, to: T + DAY })];
    const before = decideOpening({ ...always, windows }, asked, T - 1);
    expect(before).toMatchObject({ open: false, nextOpensAt: undefined });
  });

  it("is open inside any window, its first moment included and its end not", () => {
    const rules = { ...always, windows: [onlyOnce({ from: T, to: T + HOUR }), recurring(DAY, 0)] };
    expect(decideOpening(rules, nothing, T)).toEqual({ open: true, closesAt: T + HOUR });
    expect(decideOpening(rules, nothing, T + HOUR - 1)).toMatchObject({ open: true });
    expect(decideOpening(rules, nothing, T + HOUR)).toMatchObject({
      open: false,
      reasons: [{ code: "outside-window", until: T + DAY }],
    });
  });

  it("closes when the last of several windows that touch or overlap ends", () => {
    const spans = [
      { from: T, to: T + HOUR },
      { from: T + HOUR, to: T + 3 * HOUR },
      { from: T + 2 * HOUR, to: T + 2.5 * HOUR },
      { from: T + 4 * HOUR, to: T + 5 * HOUR },
    ];
    expect(decideOpening({ ...always, windows: spans.map(onlyOnce) }, nothing, T)).toEqual({
      open: true,
      closesAt: T + 3 * HOUR,
    });
  });

  it("lets a denied window win over an allowed one", () => {
    const rules = { ...always, windows: [recurring(DAY, 4 * HOUR)], deny: [recurring(DAY, 2 * HOUR)] };
    expect(decideOpening(rules, nothing, T)).toEqual({
      open: false,
      reasons: [{ code: "denied-window", detail: "a denied window is on", until: T + 2 * HOUR }],
      nextOpensAt: T + 2 * HOUR,
    });
    expect(decideOpening(rules, nothing, T + 3 * HOUR)).toEqual({ open: true, closesAt: T + 4 * HOUR });
  });

  it("closes before the next denied window or freeze, when that comes first", () => {
    const rules = { ...always, deny: [onlyOnce({ from: T + 5, to: T + 6 })] };
    expect(decideOpening(rules, nothing, T)).toEqual({ open: true, closesAt: T + 5 });
    const frozen = { ...rules, freezes: [freeze(onlyOnce({ from: T + 3, to: T + 4 }))] };
    expect(decideOpening(frozen, nothing, T)).toEqual({ open: true, closesAt: T + 3 });
  });

  it("gives every reason at once, with what it is and how long it lasts", () => {
    const rules: OpeningRules = {
      windows: [recurring(DAY, 0)],
      deny: [onlyOnce({ from: T, to: T + 1, label: "backup" })],
      freezes: [
        freeze(onlyOnce({ from: T, to: T + DAY, label: "Christmas" })),
        { kind: "unreadable", detail: "the calendar is gone" },
      ],
    };
    const asked = { notBefore: T + 1, expiresAt: T, holds: ["halted: look"] };
    expect(decideOpening(rules, asked, T)).toEqual({
      open: false,
      nextOpensAt: undefined,
      reasons: [
        { code: "not-before", detail: "the request asks for a later time", until: T + 1 },
        { code: "request-expired", detail: "the request has expired" },
        { code: "outside-window", detail: "no allowed window is on", until: T + DAY },
        { code: "denied-window", detail: "backup", until: T + 1 },
        { code: "frozen", detail: "Christmas", until: T + DAY },
        { code: "freeze-unreadable", detail: "the calendar is gone" },
        { code: "on-hold", detail: "halted: look" },
      ],
    });
  });

  it("finds the next opening behind reasons that end one after another", () => {
    const rules: OpeningRules = {
      windows: [recurring(DAY, 2 * HOUR)],
      deny: [onlyOnce({ from: T - HOUR, to: T + HOUR })],
      freezes: [freeze(onlyOnce({ from: T + HOUR, to: T + 3 * DAY + HOUR + 7 }))],
    };
    expect(decideOpening(rules, nothing, T)).toMatchObject({ nextOpensAt: T + 3 * DAY + HOUR + 7 });
  });

  it("names no opening that is more than 366 days away, and none that nobody can foretell", () => {
    const far = (ms: number) => ({ ...always, freezes: [freeze(onlyOnce({ from: T, to: T + ms }))] });
    expect(decideOpening(far(366 * DAY), nothing, T)).toMatchObject({ nextOpensAt: T + 366 * DAY });
    expect(decideOpening(far(366 * DAY + 1), nothing, T)).toMatchObject({ nextOpensAt: undefined });
    expect(decideOpening(far(1), { holds: ["stop"] }, T)).toMatchObject({ nextOpensAt: undefined });
    const over = { ...always, windows: [onlyOnce({ from: T - 2, to: T - 1 })] };
    expect(decideOpening(over, nothing, T)).toMatchObject({ nextOpensAt: undefined });
  });

  it("waits for what ends last: however many spans lie inside a freeze, the opening after it is found", () => {
    const freezes = [freeze(onlyOnce({ from: T, to: T + 30 * DAY }))];
    const rules = { ...always, deny: [byTheMinute(T + 30 * DAY)], freezes };
    expect(decideOpening(rules, nothing, T)).toMatchObject({ nextOpensAt: T + 30 * DAY });
  });

  it("tells a freeze without a label as one, and no end of what never begins again", () => {
    const rules: OpeningRules = {
      ...{ windows: [onlyOnce({ from: T - 2, to: T - 1 })], deny: [] },
      freezes: [freeze(onlyOnce({ from: T, to: T + 1 }))],
    };
    expect(decideOpening(rules, nothing, T)).toEqual({
      open: false,
      reasons: [
        { code: "outside-window", detail: "no allowed window is on", until: undefined },
        { code: "frozen", detail: "a freeze is on", until: T + 1 },
      ],
    });
  });

  it("gives up on a policy that never opens", () => {
    const rules = { ...always, deny: [recurring(1, 1)] };
    expect(decideOpening(rules, nothing, T)).toMatchObject({ open: false, nextOpensAt: undefined });
  });

  it("tells no closing that is more than 31 days away", () => {
    const closing = (ms: number) => ({ ...always, windows: [onlyOnce({ from: T, to: T + ms })] });
    expect(decideOpening(closing(31 * DAY), nothing, T)).toEqual({ open: true, closesAt: T + 31 * DAY });
    expect(decideOpening(closing(31 * DAY + 1), nothing, T)).toEqual({ open: true, closesAt: undefined });
    expect(decideOpening({ ...always, windows: [recurring(1, 1)] }, nothing, T)).toMatchObject({
      open: true,
    });
    const touching = [
      onlyOnce({ from: T, to: T + 31 * DAY }),
      onlyOnce({ from: T + 31 * DAY, to: T + 32 * DAY }),
    ];
    expect(decideOpening({ ...always, windows: touching }, nothing, T)).toEqual({ open: true });
    const inside = [onlyOnce({ from: T, to: T + 30 * DAY }), byTheMinute(T + 30 * DAY)];
    expect(decideOpening({ ...always, windows: inside }, nothing, T)).toEqual({
      open: true,
      closesAt: T + 30 * DAY,
    });
  });
});

test("an interval starts once, after every moment before its first and after no other", () => {
  const span = onlyOnce({ from: T, to: T + 1 });
  expect([T - 1, T, T + 1].map((at) => span.nextStart(at))).toEqual([T, undefined, undefined]);
});

describe("an opening is told", () => {
  const zone = "Europe/Berlin";
  const noon = { utc: "2026-11-24T12:00:00.000Z", local: "2026-11-24 13:00:00 Europe/Berlin" };
  const one = { utc: "2026-11-24T13:00:00.000Z", local: "2026-11-24 14:00:00 Europe/Berlin" };
  const known = { code: "frozen", detail: "Christmas", until: T } as const;
  const unknown = { code: "on-hold", detail: "look" } as const;

  it("in one line: what comes next first, then every reason with its end", () => {
    const told = [
      { open: true } as const,
      { open: true, closesAt: T } as const,
      { open: false, reasons: [known, unknown], nextOpensAt: T + HOUR } as const,
      { open: false, reasons: [unknown] } as const,
    ].map((opening) => tellOpening(opening, zone));
    expect(told).toEqual([
      "open",
      `open until ${noon.utc} (${noon.local})`,
      `opens ${one.utc} (${one.local}); closed: frozen (Christmas, until ${noon.utc} (${noon.local})); on-hold (look)`,
      "next opening unknown; closed: on-hold (look)",
    ]);
  });

  it("of a request that expires before any opening that is known, with when it expires", () => {
    const closed = { open: false, reasons: [unknown] } as const;
    const opens = { ...closed, nextOpensAt: T } as const;
    expect(tellOpening(closed, zone, T + HOUR)).toBe(
      `no opening before the request expires ${one.utc} (${one.local}); closed: on-hold (look)`,
    );
    expect(tellOpening(opens, zone, T + HOUR)).toMatch(/^opens /);
    expect(viewOpening(closed, zone, T + HOUR)).toMatchObject({ expiresFirst: one, nextOpensAt: undefined });
    expect(viewOpening(opens, zone, T + HOUR)).toMatchObject({ expiresFirst: undefined, nextOpensAt: noon });
  });

  it("over HTTP with every time in UTC and in the pair's zone, and no time that nobody knows", () => {
    expect(viewOpening({ open: true }, zone)).toEqual({ open: true });
    expect(viewOpening({ open: true, closesAt: T }, zone)).toEqual({ open: true, closesAt: noon });
    expect(viewOpening({ open: false, reasons: [known, unknown], nextOpensAt: T + HOUR }, zone)).toEqual({
      open: false,
      reasons: [{ ...known, until: noon }, unknown],
      nextOpensAt: one,
    });
  });
});
