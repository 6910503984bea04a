import { createPolicies } from "../../../src/adapters/policies";
import { createOpenings, type CalendarSources } from "../../../src/adapters/openings/openings";
import type { CalendarText } from "../../../src/adapters/openings/calendar-cache";
import type { OpeningRule } from "../../../src/domain/policy";
import { aPolicy } from "../../support/observations";
import { anOpening } from "../../support/openings";
import { createVirtualClock } from "../../support/virtual-clock";

const MINUTE = 60_000;
const secret = "https://calendar.example/canary/freezes.ics";
const frozen = [
  "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260101T000000Z\r\nDTEND:20280101T000000Z\r\nSUMMARY:all of it",
  "END:VEVENT\r\nEND:VCALENDAR",
].join("\r\n");
const text = (content: string): CalendarText => ({ kind: "text", text: content });

function openings(rule: OpeningRule | undefined, replies: readonly CalendarText[] = []) {
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
  const bound = createOpenings({ policies, rules, addresses, sources, clock })(log);
  const look = (name = "shop") => bound.at(aPolicy({ name }), {}, [], clock.now());
  return { clock, asked, logged, look };
}

const feed = anOpening({ freezes: [{ kind: "setting", setting: "FREEZES" }] });
const unreadable = (why: string) => ({
  open: false,
  reasons: [{ code: "freeze-unreadable", detail: `the calendar of setting FREEZES cannot be read: ${why}` }],
});

test("a pair without rules is open, a pair that is not configured is not", async () => {
  const { look } = openings(undefined);
  expect(await look()).toMatchObject({ open: true });
  expect(await look("other")).toMatchObject({ open: false, reasons: [{ code: "pair-removed" }] });
});

test("a feed is read once for five minutes, however often it is asked", async () => {
  const { look, asked, clock } = openings(feed, [text(frozen)]);
  const looks = await Promise.all([look(), look(), look()]);
  expect(looks[0]).toMatchObject({ open: false, reasons: [{ code: "frozen", detail: "all of it" }] });
  clock.advanceTo(clock.now() + 5 * MINUTE - 1);
  await look();
  expect(asked).toEqual([secret]);
  clock.advanceTo(clock.now() + 1);
  await look();
  expect(asked).toEqual([secret, secret]);
});

test("a feed that fails is used for an hour after it was read, then it is closed; it opens when it can be read again", async () => {
  const good = text("BEGIN:VCALENDAR\r\nEND:VCALENDAR");
  const bad: CalendarText = { kind: "error", detail: "the host answered 503" };
  const { look, clock } = openings(feed, [good, bad, bad, good]);
  expect(await look()).toMatchObject({ open: true });
  clock.advanceTo(clock.now() + 60 * MINUTE);
  expect(await look()).toMatchObject({ open: true });
  clock.advanceTo(clock.now() + MINUTE);
  expect(await look()).toMatchObject(unreadable("the host answered 503"));
  clock.advanceTo(clock.now() + MINUTE);
  expect(await look()).toMatchObject({ open: true });
});

test("a feed that fails is not asked for every look", async () => {
  const { look, asked, clock } = openings(feed);
  await look();
  await look();
  expect(asked).toHaveLength(1);
  clock.advanceTo(clock.now() + 15_000);
  expect(await look()).toMatchObject(unreadable("gone"));
  expect(asked).toHaveLength(2);
});

test("what is no calendar, and what recurs without measure, is closed with the reason", async () => {
  const page = openings(feed, [text("<html>")]);
  expect(await page.look()).toMatchObject(unreadable("it is not iCalendar"));
  const rule = "BEGIN:VEVENT\r\nDTSTART:20260101T000000Z\r\nDURATION:PT1M\r\nRRULE:FREQ=HOURLY\r\nEND:VEVENT";
  const hourly = openings(feed, [text(`BEGIN:VCALENDAR\r\n${rule}\r\nEND:VCALENDAR`)]);
  expect(await hourly.look()).toMatchObject({ reasons: [{ code: "freeze-unreadable" }] });
});

test("a secret address stands in no answer and in no log line", async () => {
  const { look, logged } = openings(feed);
  expect(JSON.stringify(await look())).not.toContain("canary");
  expect(logged).toHaveLength(1);
  expect(logged[0]).toContain("FREEZES");
  expect(logged[0]).not.toContain("canary");
});

test("windows, denied windows and intervals are told with what they are", async () => {
  const hours = { durationMs: 60 * MINUTE, zone: "UTC" };
  const { look } = openings(
    anOpening({
      windows: [{ ...hours, cron: "0 13 * * *" }],
      deny: [{ ...hours, cron: "0 12 * * *" }],
      freezes: [{ kind: "interval", from: 0, to: 9e12, reason: "the end" }],
    }),
  );
  expect(await look()).toMatchObject({
    open: false,
    reasons: [
      { code: "outside-window", until: Date.parse("2026-11-24T13:00:00Z") },
      { code: "denied-window", detail: "0 12 * * * UTC" },
      { code: "frozen", detail: "the end" },
    ],
  });
});
