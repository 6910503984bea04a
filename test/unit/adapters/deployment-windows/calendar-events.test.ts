import { createCalendar } from "../../../../src/adapters/deployment-windows/calendar";
import { calendarFixture, calendarOf, frozenBetween, textOf } from "../../../support/calendar-text";

const from = Date.parse("2026-01-01T00:00:00Z");
/** A whole day in UTC. */
const day = (date: string, days = 1) =>
  `${date}T00:00Z/${new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10)}T00:00Z`;

function frozen(text: string, zone: string, since: string, until: string): readonly string[] {
  return frozenBetween(createCalendar(text, zone, from), since, until);
}

test.each([
  [
    ...["quarter-end", "Europe/Berlin", "2026-01-01T00:00Z", "2027-01-01T00:00Z"],
    [
      "2026-03-30T22:00Z/2026-03-31T22:00Z",
      "2026-06-29T22:00Z/2026-06-30T22:00Z",
      "2026-09-29T22:00Z/2026-09-30T22:00Z",
      "2026-12-30T23:00Z/2026-12-31T23:00Z",
    ],
  ],
  [
    ...["bysetpos-monthday", "UTC", "2027-01-01T00:00Z", "2027-05-01T00:00Z"],
    [day("2027-01-30"), day("2027-02-28"), day("2027-03-30"), day("2027-04-30")],
  ],
  [
    ...["last-workday", "UTC", "2027-01-01T00:00Z", "2027-06-01T00:00Z"],
    [day("2027-01-29"), day("2027-02-26"), day("2027-03-31"), day("2027-04-30"), day("2027-05-31")],
  ],
  [
    ...["gmt-with-summer-time", "Europe/London", "2027-01-01T00:00Z", "2028-01-01T00:00Z"],
    ["2027-07-15T19:00Z/2027-07-15T22:00Z"],
  ],
  [
    ...["abbreviated-zone", "Europe/London", "2027-01-01T00:00Z", "2028-01-01T00:00Z"],
    ["2027-07-15T19:00Z/2027-07-15T22:00Z"],
  ],
  [
    ...["two-customized-zones", "Europe/Berlin", "2027-01-01T00:00Z", "2028-01-01T00:00Z"],
    ["2027-01-19T19:00Z/2027-01-19T22:00Z", "2027-01-20T01:00Z/2027-01-20T04:00Z"],
  ],
  [
    ...["nested-calendar", "Europe/Berlin", "2027-01-01T00:00Z", "2028-01-01T00:00Z"],
    ["2027-02-01T08:00Z/2027-02-05T16:00Z"],
  ],
  [...["all-day-equal-end", "UTC", "2027-01-01T00:00Z", "2028-01-01T00:00Z"], [day("2027-02-03")]],
  [
    ...["exchange-all-day-exceptions", "Europe/Berlin", "2027-03-01T00:00Z", "2027-04-01T00:00Z"],
    [
      "2027-03-03T23:00Z/2027-03-04T23:00Z",
      "2027-03-18T23:00Z/2027-03-19T23:00Z",
      "2027-03-24T23:00Z/2027-03-25T23:00Z",
    ],
  ],
  [
    ...["date-without-value", "Europe/Berlin", "2027-01-01T00:00Z", "2028-01-01T00:00Z"],
    ["2027-01-31T23:00Z/2027-02-02T23:00Z"],
  ],
  [...["freebusy", "UTC", "2027-01-01T00:00Z", "2028-01-01T00:00Z"], ["2027-02-01T08:00Z/2027-02-05T16:00Z"]],
  [
    ...["exrule", "UTC", "2027-01-01T00:00Z", "2028-01-01T00:00Z"],
    ["01", "02", "03", "04", "05"].map((date) => `2027-02-${date}T08:00Z/2027-02-${date}T16:00Z`),
  ],
  [
    ...["method-cancel", "UTC", "2027-01-01T00:00Z", "2028-01-01T00:00Z"],
    ["2027-02-01T08:00Z/2027-02-01T16:00Z"],
  ],
  [...["date-start-time-end", "UTC", "2027-01-01T00:00Z", "2028-01-01T00:00Z"], [day("2027-02-01", 3)]],
  [
    ...["x-wr-timezone", "Europe/Berlin", "2027-01-01T00:00Z", "2028-01-01T00:00Z"],
    ["2027-02-01T07:00Z/2027-02-01T21:00Z"],
  ],
] as [string, string, string, string, string[]][])(
  "the calendar %s of a pair in %s, from %s to %s",
  (name, zone, since, until, expected) => {
    expect(frozen(calendarFixture(name), zone, since, until)).toEqual(expected);
  },
);

test("the calendar prefixed-zone is refused by event and property", () => {
  expect(() => createCalendar(calendarFixture("prefixed-zone"), "UTC", from)).toThrow(
    'event "2": DTSTART: it is in an unknown zone (/example.org/20240101_1/Europe/Berlin)',
  );
});

const februaryOf = (text: string, zone = "UTC") =>
  frozen(text, zone, "2027-02-01T00:00Z", "2027-03-01T00:00Z");

describe("what a file leaves in doubt is frozen", () => {
  it.each([
    ["a whole day without an end", "DTSTART;VALUE=DATE:20270203", 1],
    ["one of no length", "DTSTART;VALUE=DATE:20270203\nDURATION:P0D", 1],
    ["one of some hours", "DTSTART;VALUE=DATE:20270203\nDURATION:PT8H", 1],
    ["one that ends in the middle of a day", "DTSTART;VALUE=DATE:20270203\nDTEND:20270204T030000Z", 2],
    [
      "one with two ends, by the later",
      "DTSTART;VALUE=DATE:20270203\nDTEND;VALUE=DATE:20270204\nDURATION:P3D",
      3,
    ],
  ])("%s", (_what, event, days) => {
    expect(februaryOf(calendarOf(event))).toEqual([day("2027-02-03", days)]);
  });

  it("a day that UNTIL includes by its date or by its instant", () => {
    const until = (zone: string, text: string) =>
      februaryOf(calendarOf(`DTSTART;VALUE=DATE:20270203\nRRULE:FREQ=DAILY;UNTIL=${text}`), zone);
    expect(until("UTC", "20270205")).toEqual([day("2027-02-03", 3)]);
    // Midnight of the 5th as New York and Berlin have it in UTC, and as a writer without zones does.
    expect(until("America/New_York", "20270205T050000Z")).toEqual(["2027-02-03T05:00Z/2027-02-06T05:00Z"]);
    expect(until("America/New_York", "20270205T000000Z")).toEqual(["2027-02-03T05:00Z/2027-02-06T05:00Z"]);
    expect(until("Europe/Berlin", "20270204T230000Z")).toEqual(["2027-02-02T23:00Z/2027-02-05T23:00Z"]);
  });

  it("free/busy times, unless they are said to be free", () => {
    const busy = (kind: string) => `FREEBUSY${kind}:20270201T080000Z/PT2H`;
    const text = (line: string) =>
      textOf(["BEGIN:VCALENDAR", "BEGIN:VFREEBUSY", line, "END:VFREEBUSY", "END:VCALENDAR"]);
    for (const kind of ["", ";FBTYPE=BUSY-TENTATIVE", ";FBTYPE=X-AWAY"])
      expect(februaryOf(text(busy(kind)))).toEqual(["2027-02-01T08:00Z/2027-02-01T10:00Z"]);
    expect(februaryOf(text(busy(";FBTYPE=FREE")))).toEqual([]);
  });

  it("a midnight in UTC names no date of a whole day elsewhere", () => {
    const event = "DTSTART;VALUE=DATE:20270203\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE:20270204T000000Z";
    expect(februaryOf(calendarOf(event), "Europe/Berlin")).toEqual(["2027-02-02T23:00Z/2027-02-04T23:00Z"]);
  });
});

describe("what cannot be read is refused by event and property", () => {
  const timed = "DTSTART:20270201T080000Z\nDURATION:PT1H";
  it.each([
    ["DTSTART:garbage", "DTSTART: it is not a date or time"],
    ["DTSTART:20270230T080000Z\nDURATION:PT1H", "DTSTART: it is not a date or time"],
    ["DTSTART:20270201T0800Z\nDURATION:PT1H", "DTSTART: it is not a date or time"],
    ["DTSTART;VALUE=TEXT:20270201T080000Z", "DTSTART: it is not a date or time"],
    ["DTSTART:00010101T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY", "DTSTART: it is before 1970"],
    ["DTSTART:19691231T235959Z\nDURATION:PT1H", "DTSTART: it is before 1970"],
    ["DTSTART:20270201T080000Z\nDTEND:soon", "DTEND: it is not a date or time"],
    ["DTSTART:20270201T080000Z\nDTEND;VALUE=DATE:20270202", "DTEND is a date"],
    ["DTSTART:20270201T080000Z\nDURATION:an hour", "DURATION: it cannot be read"],
    ["DTSTART:20270201T080000Z\nDURATION:-PT1H", "DURATION: it is negative"],
    ["DTSTART:20270201T080000Z\nDURATION:P99999999999W", "its end is out of range"],
    [`${timed}\nEXDATE:tomorrow`, "EXDATE: it is not a date or time"],
    [`${timed}\nRDATE:tomorrow`, "RDATE: it is not a date or time"],
    [`${timed}\nRRULE:FREQ=SECONDLY`, "RRULE: it recurs SECONDLY; the most frequent is DAILY"],
    [`${timed}\nRRULE:FREQ=HOURLY;COUNT=3`, "RRULE: it recurs HOURLY; the most frequent is DAILY"],
    [`${timed}\nRRULE:INTERVAL=2`, "RRULE: it recurs without FREQ"],
    [`${timed}\nRRULE:FREQ=DAILY;UNTIL=soon`, "RRULE: UNTIL: it is not a date or time"],
    [`${timed}\nRRULE:FREQ=DAILY;COUNT=3;UNTIL=20270301`, "RRULE: it has both COUNT and UNTIL"],
    [`${timed}\nRRULE:FREQ=DAILY;COUNT=0`, "RRULE: its COUNT is not positive"],
    [`${timed}\nRRULE:FREQ=DAILY;INTERVAL=999999`, "RRULE: its INTERVAL is over 1000"],
    [`${timed}\nRRULE:RSCALE=HEBREW;FREQ=YEARLY`, "RRULE: RSCALE is not supported"],
    [`${timed}\nRRULE:FREQ=MONTHLY;SKIP=FORWARD;BYMONTHDAY=31`, "RRULE: SKIP is not supported"],
    [`${timed}\nRRULE:FREQ=MONTHLY;BYMONTHDAY=0`, "RRULE: a day number 0"],
    [`${timed}\nRRULE:FREQ=WEEKLY;BYMONTHDAY=3`, "RRULE: BYMONTHDAY with WEEKLY"],
    [`${timed}\nRRULE:FREQ=MONTHLY;BYWEEKNO=3`, "RRULE: BYWEEKNO with MONTHLY"],
    [`${timed}\nRRULE:FREQ=DAILY;BYMONTH=13`, "RRULE: it cannot be read"],
    [`${timed}\nRRULE:FREQ=DAILY;BYDAY=XX`, "RRULE: it cannot be read"],
    [`RECURRENCE-ID;RANGE=THISANDFUTURE:20270201T080000Z\n${timed}`, "RECURRENCE-ID: RANGE is not supported"],
    ["SUMMARY:x", "it has no start (DTSTART)"],
  ])("%s", (event, why) => {
    const text = calendarOf("DTSTART:20270101T080000Z\nDURATION:PT1H", event);
    expect(() => createCalendar(text, "UTC", from)).toThrow(`event "1": ${why}`);
  });

  it("availability (VAVAILABILITY) is refused", () => {
    const text = textOf(["BEGIN:VCALENDAR", "BEGIN:VAVAILABILITY", "END:VAVAILABILITY", "END:VCALENDAR"]);
    expect(() => createCalendar(text, "UTC", from)).toThrow("VAVAILABILITY");
  });
});
