import { showTime } from "../../../../src/domain/kernel/time";
import {
  decideWindow,
  type DeploymentWindowRules,
  describeWindow,
  onlyOnce,
  type Recurrence,
  viewWindow,
} from "../../../../src/domain/policy/deployment-window";
import { NOW } from "../../../support/observations";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T = Date.parse("2026-11-24T12:00:00Z");
const nothing = { holds: [] };
const always: DeploymentWindowRules = { allow: [], deny: [], freezes: [] };

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

describe("decideWindow", () => {
  it("is open, and never closes, where nothing is configured", () => {
    expect(decideWindow(always, nothing, T)).toEqual({ open: true, closesAt: undefined });
  });

  it("waits for notBefore, to the millisecond", () => {
    const asked = { ...nothing, notBefore: T };
    expect(decideWindow(always, asked, T - 1)).toEqual({
      open: false,
      reasons: [{ code: "not-before", detail: "the request asks for a later time", until: T }],
      nextOpensAt: T,
    });
    expect(decideWindow(always, asked, T)).toMatchObject({ open: true });
  });

  it("closes for good at expiresAt", () => {
    const asked = { ...nothing, expiresAt: T };
    expect(decideWindow(always, asked, T - 1)).toEqual({ open: true, closesAt: T });
    expect(decideWindow(always, asked, T)).toMatchObject({
      open: false,
      reasons: [{ code: "request-expired" }],
      nextOpensAt: undefined,
    });
    const allow = [onlyOnce({ from: T + HOUR, to: T + DAY })];
    const before = decideWindow({ ...always, allow }, asked, T - 1);
    expect(before).toMatchObject({ open: false, nextOpensAt: undefined });
  });

  it("is open within any window, from its first moment to just before its end", () => {
    const rules = { ...always, allow: [onlyOnce({ from: T, to: T + HOUR }), recurring(DAY, 0)] };
    expect(decideWindow(rules, nothing, T)).toEqual({ open: true, closesAt: T + HOUR });
    expect(decideWindow(rules, nothing, T + HOUR - 1)).toMatchObject({ open: true });
    expect(decideWindow(rules, nothing, T + HOUR)).toMatchObject({
      open: false,
      reasons: [{ code: "outside-window", until: T + DAY }],
    });
  });

  it("closes when the last of several overlapping or adjacent windows ends", () => {
    const spans = [
      { from: T, to: T + HOUR },
      { from: T + HOUR, to: T + 3 * HOUR },
      { from: T + 2 * HOUR, to: T + 2.5 * HOUR },
      { from: T + 4 * HOUR, to: T + 5 * HOUR },
    ];
    expect(decideWindow({ ...always, allow: spans.map(onlyOnce) }, nothing, T)).toEqual({
      open: true,
      closesAt: T + 3 * HOUR,
    });
  });

  it("prefers a denied window to an allowed one", () => {
    const rules = { ...always, allow: [recurring(DAY, 4 * HOUR)], deny: [recurring(DAY, 2 * HOUR)] };
    expect(decideWindow(rules, nothing, T)).toEqual({
      open: false,
      reasons: [{ code: "denied-window", detail: "a denied window is on", until: T + 2 * HOUR }],
      nextOpensAt: T + 2 * HOUR,
    });
    expect(decideWindow(rules, nothing, T + 3 * HOUR)).toEqual({ open: true, closesAt: T + 4 * HOUR });
  });

  it("closes before the next denied window or freeze, if that comes first", () => {
    const rules = { ...always, deny: [onlyOnce({ from: T + 5, to: T + 6 })] };
    expect(decideWindow(rules, nothing, T)).toEqual({ open: true, closesAt: T + 5 });
    const frozen = { ...rules, freezes: [freeze(onlyOnce({ from: T + 3, to: T + 4 }))] };
    expect(decideWindow(frozen, nothing, T)).toEqual({ open: true, closesAt: T + 3 });
  });

  it("reports every reason at once, with what it is and how long it lasts", () => {
    const rules: DeploymentWindowRules = {
      allow: [recurring(DAY, 0)],
      deny: [onlyOnce({ from: T, to: T + 1, label: "backup" })],
      freezes: [
        freeze(onlyOnce({ from: T, to: T + DAY, label: "Christmas" })),
        { kind: "unreadable", detail: "the calendar is gone" },
      ],
    };
    const asked = { notBefore: T + 1, expiresAt: T, holds: ["halted: look"] };
    expect(decideWindow(rules, asked, T)).toEqual({
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

  it("finds the next deployment window after a chain of reasons", () => {
    const rules: DeploymentWindowRules = {
      allow: [recurring(DAY, 2 * HOUR)],
      deny: [onlyOnce({ from: T - HOUR, to: T + HOUR })],
      freezes: [freeze(onlyOnce({ from: T + HOUR, to: T + 3 * DAY + HOUR + 7 }))],
    };
    expect(decideWindow(rules, nothing, T)).toMatchObject({ nextOpensAt: T + 3 * DAY + HOUR + 7 });
  });

  it("finds no deployment window more than 366 days away, and none that is unknown", () => {
    const far = (ms: number) => ({ ...always, freezes: [freeze(onlyOnce({ from: T, to: T + ms }))] });
    expect(decideWindow(far(366 * DAY), nothing, T)).toMatchObject({ nextOpensAt: T + 366 * DAY });
    expect(decideWindow(far(366 * DAY + 1), nothing, T)).toMatchObject({ nextOpensAt: undefined });
    expect(decideWindow(far(1), { holds: ["stop"] }, T)).toMatchObject({ nextOpensAt: undefined });
    const over = { ...always, allow: [onlyOnce({ from: T - 2, to: T - 1 })] };
    expect(decideWindow(over, nothing, T)).toMatchObject({ nextOpensAt: undefined });
  });

  it("finds the deployment window after the longest span of a freeze", () => {
    const freezes = [freeze(onlyOnce({ from: T, to: T + 30 * DAY }))];
    const rules = { ...always, deny: [byTheMinute(T + 30 * DAY)], freezes };
    expect(decideWindow(rules, nothing, T)).toMatchObject({ nextOpensAt: T + 30 * DAY });
  });

  it("names a freeze without a label, and no end of a span that never repeats", () => {
    const rules: DeploymentWindowRules = {
      ...{ allow: [onlyOnce({ from: T - 2, to: T - 1 })], deny: [] },
      freezes: [freeze(onlyOnce({ from: T, to: T + 1 }))],
    };
    expect(decideWindow(rules, nothing, T)).toEqual({
      open: false,
      reasons: [
        { code: "outside-window", detail: "no allowed window is on", until: undefined },
        { code: "frozen", detail: "a freeze is on", until: T + 1 },
      ],
    });
  });

  it("ends on a policy that never opens", () => {
    const rules = { ...always, deny: [recurring(1, 1)] };
    expect(decideWindow(rules, nothing, T)).toMatchObject({ open: false, nextOpensAt: undefined });
  });

  it("gives no closing time more than 31 days away", () => {
    const closing = (ms: number) => ({ ...always, allow: [onlyOnce({ from: T, to: T + ms })] });
    expect(decideWindow(closing(31 * DAY), nothing, T)).toEqual({ open: true, closesAt: T + 31 * DAY });
    expect(decideWindow(closing(31 * DAY + 1), nothing, T)).toEqual({ open: true, closesAt: undefined });
    expect(decideWindow({ ...always, allow: [recurring(1, 1)] }, nothing, T)).toMatchObject({
      open: true,
    });
    const touching = [
      onlyOnce({ from: T, to: T + 31 * DAY }),
      onlyOnce({ from: T + 31 * DAY, to: T + 32 * DAY }),
    ];
    expect(decideWindow({ ...always, allow: touching }, nothing, T)).toEqual({ open: true });
    const inside = [onlyOnce({ from: T, to: T + 30 * DAY }), byTheMinute(T + 30 * DAY)];
    expect(decideWindow({ ...always, allow: inside }, nothing, T)).toEqual({
      open: true,
      closesAt: T + 30 * DAY,
    });
  });
});

test("an interval is found once, before its first moment and never after it", () => {
  const span = onlyOnce({ from: T, to: T + 1 });
  expect([T - 1, T, T + 1].map((at) => span.nextStart(at))).toEqual([T, undefined, undefined]);
});

describe("a deployment window is described", () => {
  const zone = "Europe/Berlin";
  const noon = { utc: "2026-11-24T12:00:00.000Z", local: "2026-11-24 13:00:00 Europe/Berlin" };
  const one = { utc: "2026-11-24T13:00:00.000Z", local: "2026-11-24 14:00:00 Europe/Berlin" };
  const known = { code: "frozen", detail: "Christmas", until: T } as const;
  const unknown = { code: "on-hold", detail: "look" } as const;

  it("in one line, with what comes next, then every reason and its end", () => {
    const described = [
      { open: true } as const,
      { open: true, closesAt: T } as const,
      { open: false, reasons: [known, unknown], nextOpensAt: T + HOUR } as const,
      { open: false, reasons: [unknown] } as const,
    ].map((window) => describeWindow(window, zone));
    expect(described).toEqual([
      "open",
      `open until ${noon.utc} (${noon.local})`,
      `opens ${one.utc} (${one.local}); closed: frozen (Christmas, until ${noon.utc} (${noon.local})); on-hold (look)`,
      "next deployment window unknown; closed: on-hold (look)",
    ]);
  });

  it("with the expiry of a request that comes before any known deployment window", () => {
    const closed = { open: false, reasons: [unknown] } as const;
    const opens = { ...closed, nextOpensAt: T } as const;
    expect(describeWindow(closed, zone, T + HOUR)).toBe(
      `no deployment window before the request expires ${one.utc} (${one.local}); closed: on-hold (look)`,
    );
    expect(describeWindow(opens, zone, T + HOUR)).toMatch(/^opens /);
    expect(viewWindow(closed, zone, T + HOUR)).toMatchObject({ expiresFirst: one, nextOpensAt: undefined });
    expect(viewWindow(opens, zone, T + HOUR)).toMatchObject({ expiresFirst: undefined, nextOpensAt: noon });
  });

  it("over HTTP with every known time, in UTC and in the pair's zone", () => {
    expect(viewWindow({ open: true }, zone)).toEqual({ open: true });
    expect(viewWindow({ open: true, closesAt: T }, zone)).toEqual({ open: true, closesAt: noon });
    expect(viewWindow({ open: false, reasons: [known, unknown], nextOpensAt: T + HOUR }, zone)).toEqual({
      open: false,
      reasons: [{ ...known, until: noon }, unknown],
      nextOpensAt: one,
    });
  });
});

const later = { from: NOW + 5 * HOUR, to: NOW + 6 * HOUR };
const weekly: DeploymentWindowRules = { allow: [onlyOnce(later)], deny: [], freezes: [] };
const asked = (expiresAt: number | undefined) => decideWindow(weekly, { expiresAt, holds: [] }, NOW);
const line = (expiresAt: number | undefined) => describeWindow(asked(expiresAt), "UTC", expiresAt);

test("a request that expires before its next window is shown with its expiry", () => {
  expect(line(NOW + 2 * HOUR)).toMatch(
    /^no deployment window before the request expires 2026-11-24T14:00:00\.000Z \(.* UTC\); closed: outside-window/,
  );
  expect(viewWindow(asked(NOW + 2 * HOUR), "UTC", NOW + 2 * HOUR)).toMatchObject({
    ...{ open: false, nextOpensAt: undefined, expiresFirst: showTime(NOW + 2 * HOUR, "UTC") },
  });
});

test("a request that lives until it opens is shown with the opening time only", () => {
  expect(line(NOW + 7 * HOUR)).toMatch(/^opens 2026-11-24T17:00:00/);
  expect(viewWindow(asked(NOW + 7 * HOUR), "UTC", NOW + 7 * HOUR)).toHaveProperty("expiresFirst", undefined);
});

test("an unknown deployment window is described as unknown", () => {
  const unreadable = { kind: "unreadable", detail: "the calendar" } as const;
  const unknown = decideWindow({ ...weekly, freezes: [unreadable] }, { holds: [] }, NOW);
  expect(describeWindow(unknown, "UTC")).toMatch(/^next deployment window unknown; closed: /);
  expect(viewWindow(unknown, "UTC")).toHaveProperty("expiresFirst", undefined);
});

test("an open deployment window is described as open, whenever the request expires", () => {
  const open = decideWindow(weekly, { expiresAt: later.to, holds: [] }, later.from);
  expect(describeWindow(open, "UTC", later.to)).toMatch(/^open until /);
});
