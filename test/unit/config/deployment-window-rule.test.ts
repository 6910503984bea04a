import { WINDOW_DEADLINE_MS } from "../../../src/domain/policy/policy";
import { parseWindow, windowIssues } from "../../support/parsed-config";

function configOf(window: unknown, more: Record<string, string> = {}, defaults: unknown = {}) {
  const parsed = parseWindow(window, more, defaults);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.config;
}

const night = { cron: "0 2 * * TUE", duration: "2h" };

test("a pair without a deployment window has none, neither in its policy nor elsewhere", () => {
  const { pairs, deploymentWindows } = configOf(undefined);
  expect(pairs[0]).not.toHaveProperty("window");
  expect(deploymentWindows.size).toBe(0);
});

test("windows are in the pair's zone by default, with a deadline of 7 days", () => {
  const window = { allow: [night, { ...night, zone: "America/New_York" }], deny: [night] };
  const { pairs, deploymentWindows } = configOf(window);
  const nightly = { cron: "0 2 * * TUE", durationMs: 7_200_000, zone: "Europe/Berlin" };
  expect(deploymentWindows.get("shop")).toEqual({
    allow: [nightly, { ...nightly, zone: "America/New_York" }],
    deny: [nightly],
    freezes: [],
    zone: "Europe/Berlin",
  });
  expect(pairs[0]?.window?.deadlineMs).toBe(WINDOW_DEADLINE_MS);
});

test("a plan keeps a digest of the rules, so other rules make another plan", () => {
  const rulesOf = (window: unknown) => configOf(window).pairs[0]?.window?.rules;
  expect(rulesOf({ allow: [night] })).toMatch(/^[0-9a-f]{64}$/);
  expect(rulesOf({ allow: [night] })).toBe(rulesOf({ deny: [], allow: [night] }));
  expect(rulesOf({ allow: [night] })).not.toBe(rulesOf({ deny: [night] }));
});

test("each of the pair's lists replaces the one of the file's defaults", () => {
  const defaults = { window: { allow: [night], deny: [night], deadline: "2d" } };
  const { deploymentWindows, pairs } = configOf({ allow: [] }, {}, defaults);
  expect(deploymentWindows.get("shop")).toMatchObject({ allow: [], deny: [{ cron: night.cron }] });
  expect(pairs[0]?.window?.deadlineMs).toBe(2 * 86_400_000);
});

test("freezes are intervals, calendars, and calendars with their address in a setting", () => {
  const freezes = [
    { from: "2026-12-18T12:00:00+01:00", to: "2027-01-04T08:00:00+01:00", reason: "end of the year" },
    { calendar: "freezes.ics" },
    { calendar: "https://calendar.example/freezes.ics" },
    { calendarSetting: "FREEZES" },
  ];
  const address = "https://calendar.example/secret/freezes.ics";
  const { deploymentWindows, calendarAddresses } = configOf({ freezes }, { FREEZES: address });
  expect(deploymentWindows.get("shop")?.freezes).toEqual([
    {
      kind: "interval",
      from: Date.parse("2026-12-18T11:00:00Z"),
      to: Date.parse("2027-01-04T07:00:00Z"),
      reason: "end of the year",
    },
    { kind: "calendar", source: "freezes.ics" },
    { kind: "calendar", source: "https://calendar.example/freezes.ics" },
    { kind: "setting", setting: "FREEZES" },
  ]);
  expect(calendarAddresses.get("FREEZES")).toBe(address);
});

test("every mistake is reported at once, with its place", () => {
  const window = {
    allow: [
      { cron: "0 2 * *", duration: "2h" },
      { cron: "*/5 2 * * *", duration: "2h" },
      { cron: "0 25 * * *", duration: "0s" },
      { cron: "0 0 30 2 *", duration: "2h", zone: "Europe/Atlantis" },
    ],
    deny: [{ cron: "@daily", duration: "2h" }],
    freezes: [
      { from: "2026-12-18T12:00:00Z", to: "2026-12-18T12:00:00Z", reason: "empty" },
      { from: "2026-12-18", to: "2026-12-19T12:00:00Z", reason: "x" },
      { calendar: "http://calendar.example/f.ics" },
      { calendar: "https://user:pw@calendar.example/f.ics" },
      { calendarSetting: "a b" },
      {},
    ],
    deadline: "31d",
    extra: 1,
  };
  const allowed = "pairs.json.pairs.shop.window.allow";
  const freeze = "pairs.json.pairs.shop.window.freezes";
  expect(windowIssues(window)).toEqual([
    expect.stringContaining(`${allowed}[0].cron: five fields`),
    expect.stringContaining(`${allowed}[1].cron: one minute`),
    expect.stringContaining(`${allowed}[2].cron: a cron text (Invalid value for hour: 25)`),
    expect.stringContaining(`${allowed}[2].duration: a duration`),
    expect.stringContaining(`${allowed}[3].cron: a time that comes`),
    expect.stringContaining(`${allowed}[3].zone: an IANA time zone`),
    expect.stringContaining("pairs.json.pairs.shop.window.deny[0].cron: five fields"),
    expect.stringContaining(`${freeze}[0].to: a time after from`),
    expect.stringContaining(`${freeze}[1].from: a time with an offset`),
    expect.stringContaining(`${freeze}[2].calendar: a file, or an https address`),
    expect.stringContaining(`${freeze}[3].calendar: a file, or an https address`),
    expect.stringContaining(`${freeze}[4].calendarSetting: the name of an app setting`),
    expect.stringContaining(`${freeze}[5]: {from, to, reason}`),
    expect.stringContaining("pairs.json.pairs.shop.window.deadline: a duration"),
    expect.stringContaining("pairs.json.pairs.shop.window.extra: no such field"),
  ]);
});
