import ICAL from "ical.js";
import type { CalendarText } from "../../../../src/adapters/deployment-windows/calendar-cache";
import {
  type CalendarSources,
  createDeploymentWindows,
  createWindow,
} from "../../../../src/adapters/deployment-windows/deployment-windows";
import { createPolicies } from "../../../../src/adapters/policies";
import type { DeploymentWindowRule } from "../../../../src/domain/policy/policy";
import { aDeploymentWindow } from "../../../support/deployment-windows";
import { aPolicy } from "../../../support/observations";
import { createVirtualClock } from "../../../support/virtual-clock";
import { transitionsOf, wallIn, zones } from "../../../support/wall-clock";
import fc from "fast-check";
import { runs } from "../../../support/runs";
import { differences, randomPolicies } from "../../../support/window-oracle";

const MINUTE = 60_000;
const secret = "https://calendar.example/canary/freezes.ics";
const frozen = [
  "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260101T000000Z\r\nDTEND:20280101T000000Z\r\nSUMMARY:all of it",
  "END:VEVENT\r\nEND:VCALENDAR",
].join("\r\n");
const text = (content: string): CalendarText => ({ kind: "text", text: content });

function deploymentWindows(rule: DeploymentWindowRule | undefined, replies: readonly CalendarText[] = []) {
  const clock = createVirtualClock(Date.parse("2026-11-24T12:00:00Z"));
  const asked: string[] = [];
  const logged: string[] = [];
  const next = (source: string) => {
    asked.push(source);
    const reply = replies[Math.min(asked.length, replies.length) - 1];
    return Promise.resolve(reply ?? { kind: "error" as const, detail: "gone" });
  };
  const sources: CalendarSources = { fetch: next, readFile: next };
  const policies = createPolicies([aPolicy()]);
  const rules = new Map(rule ? [["shop", rule] as const] : []);
  const addresses = new Map([["FREEZES", secret]]);
  const log = {
    info: () => undefined,
    warn: (...line: unknown[]) => logged.push(JSON.stringify(line)),
    error: () => undefined,
    alert: () => undefined,
  };
  const bound = createDeploymentWindows({ policies, rules, addresses, sources, clock })(log);
  const check = (name = "shop") => bound.at(aPolicy({ name }), {}, [], clock.now());
  return { clock, asked, logged, check };
}

const feed = aDeploymentWindow({ freezes: [{ kind: "setting", setting: "FREEZES" }] });
const unreadable = (why: string) => ({
  open: false,
  reasons: [{ code: "freeze-unreadable", detail: `the calendar of setting FREEZES cannot be read: ${why}` }],
});

test("a pair without rules is open, a pair that is not configured is not", async () => {
  const { check } = deploymentWindows(undefined);
  expect(await check()).toMatchObject({ open: true });
  expect(await check("other")).toMatchObject({ open: false, reasons: [{ code: "pair-removed" }] });
});

test("a feed is read once for five minutes, however often it is asked", async () => {
  const { check, asked, clock } = deploymentWindows(feed, [text(frozen)]);
  const checks = await Promise.all([check(), check(), check()]);
  expect(checks[0]).toMatchObject({ open: false, reasons: [{ code: "frozen", detail: "all of it" }] });
  clock.advanceTo(clock.now() + 5 * MINUTE - 1);
  await check();
  expect(asked).toEqual([secret]);
  clock.advanceTo(clock.now() + 1);
  await check();
  expect(asked).toEqual([secret, secret]);
});

test("a failed feed is used for an hour, then closed, and opens once it can be read", async () => {
  const good = text("BEGIN:VCALENDAR\r\nEND:VCALENDAR");
  const bad: CalendarText = { kind: "error", detail: "the host answered 503" };
  const { check, clock } = deploymentWindows(feed, [good, bad, bad, good]);
  expect(await check()).toMatchObject({ open: true });
  clock.advanceTo(clock.now() + 60 * MINUTE);
  expect(await check()).toMatchObject({ open: true });
  clock.advanceTo(clock.now() + MINUTE);
  expect(await check()).toMatchObject(unreadable("the host answered 503"));
  clock.advanceTo(clock.now() + MINUTE);
  expect(await check()).toMatchObject({ open: true });
});

test("a feed that fails is not requested at every check", async () => {
  const { check, asked, clock } = deploymentWindows(feed);
  await check();
  await check();
  expect(asked).toHaveLength(1);
  clock.advanceTo(clock.now() + 15_000);
  expect(await check()).toMatchObject(unreadable("gone"));
  expect(asked).toHaveLength(2);
});

test("no calendar, or one that recurs too often, is closed with the reason", async () => {
  const page = deploymentWindows(feed, [text("<html>")]);
  expect(await page.check()).toMatchObject(unreadable("it is not iCalendar"));
  const rule = "BEGIN:VEVENT\r\nDTSTART:20260101T000000Z\r\nDURATION:PT1M\r\nRRULE:FREQ=HOURLY\r\nEND:VEVENT";
  const hourly = deploymentWindows(feed, [text(`BEGIN:VCALENDAR\r\n${rule}\r\nEND:VCALENDAR`)]);
  expect(await hourly.check()).toMatchObject({ reasons: [{ code: "freeze-unreadable" }] });
});

test("a refused text is not parsed again for five minutes; a new text is, at once", async () => {
  const parse = jest.spyOn(ICAL, "parse");
  const { check, clock } = deploymentWindows(feed, [
    text("<html>"),
    text("<html>"),
    text("<p>"),
    text("<p>"),
  ]);
  const triesAfter = async (ms: number) => {
    clock.advanceTo(clock.now() + ms);
    parse.mockClear();
    expect(await check()).toMatchObject(unreadable("it is not iCalendar"));
    return parse.mock.calls.length;
  };
  expect([await triesAfter(0), await triesAfter(15_000), await triesAfter(15_000)]).toEqual([1, 0, 1]);
  expect(await triesAfter(5 * MINUTE)).toBe(1);
  parse.mockRestore();
});

test("no answer and no log line contains a secret address", async () => {
  const { check, logged } = deploymentWindows(feed);
  expect(JSON.stringify(await check())).not.toContain("canary");
  expect(logged).toHaveLength(1);
  expect(logged[0]).toContain("FREEZES");
  expect(logged[0]).not.toContain("canary");
});

test("windows, denied windows and freezes are reported with their kind and text", async () => {
  const hours = { durationMs: 60 * MINUTE, zone: "UTC" };
  const { check } = deploymentWindows(
    aDeploymentWindow({
      allow: [{ ...hours, cron: "0 13 * * *" }],
      deny: [{ ...hours, cron: "0 12 * * *" }],
      freezes: [{ kind: "interval", from: 0, to: 9e12, reason: "the end" }],
    }),
  );
  expect(await check()).toMatchObject({
    open: false,
    reasons: [
      { code: "outside-window", until: Date.parse("2026-11-24T13:00:00Z") },
      { code: "denied-window", detail: "0 12 * * * UTC" },
      { code: "frozen", detail: "the end" },
    ],
  });
});

const HOUR = 3_600_000;

/** Its clocks go back at 01:00Z on 31 October 2027, and jump at 01:00Z on 28 March. */
const zone = "Europe/London";

const minutes = { repeated: 60, hourly: 60, short: 20 };

test.each([
  ["0 0-15,17-23 * * *", minutes.repeated],
  ["0 1 * * *", minutes.repeated],
  ["0 1,3 * * *", minutes.repeated],
  ["30 1 * * *", minutes.short],
  ["0 * * * *", minutes.hourly],
])("a denied window of %s is on in both hours of the same name", (cron, lasting) => {
  const window = createWindow({ cron, zone, durationMs: lasting * 60_000 }, "deny");
  const [minute = 0] = cron.split(" ").map(Number);
  for (const hour of ["2027-10-31T00:00:00Z", "2027-10-31T01:00:00Z"]) {
    const from = Date.parse(hour) + minute * 60_000;
    for (const at of [from, from + lasting * 60_000 - 1])
      expect([hour, window.covering(at)?.from]).toEqual([hour, from]);
    expect(window.nextStart(from - 1)).toBe(from);
  }
});

test("a pair closed for all but one hour stays closed at clock changes, in every zone", () => {
  for (const of of zones) {
    const deny = createWindow({ cron: "0 0-15,17-23 * * *", zone: of, durationMs: HOUR }, "deny");
    for (const change of transitionsOf(of, 3)) {
      for (let at = change - 3 * HOUR; at < change + 3 * HOUR; at += 10 * 60_000) {
        const isClosed = deny.covering(at) !== undefined;
        if (wallIn(of, at).hour !== 16) expect([of, at, isClosed]).toEqual([of, at, true]);
      }
    }
  }
});

test("a denied window begins even when clocks jump over its start, also in a list", () => {
  const window = createWindow({ cron: "30 1,13 * * *", zone, durationMs: 4 * HOUR }, "deny");
  expect(window.covering(Date.parse("2027-03-28T04:59:59Z"))?.from).toBe(Date.parse("2027-03-28T01:00:00Z"));
});

test("an allowed window of a repeated hour is on in the first one only", () => {
  const window = createWindow({ cron: "0 0-3 * * *", zone, durationMs: HOUR }, "allow");
  const isOn = (time: string) => window.covering(Date.parse(`2027-10-31T${time}:00Z`)) !== undefined;
  expect(["00:30", "01:30", "02:30", "03:30"].map(isOn)).toEqual([true, false, true, true]);
});

// The full count runs with `npm run bench -- --only deployment window`; fast-check prints the seed of a difference.
test("windows of random policies match a minute-by-minute search over a year", () => {
  fc.assert(
    fc.property(randomPolicies, (policy) => {
      expect(differences(policy)).toEqual([]);
    }),
    { numRuns: runs(4) },
  );
});
