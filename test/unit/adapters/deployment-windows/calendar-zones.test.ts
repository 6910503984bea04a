import { createCalendar } from "../../../../src/adapters/deployment-windows/calendar";
import { calendarOf, frozenBetween, textOf } from "../../../support/calendar-text";

const from = Date.parse("2026-01-01T00:00:00Z");

/** A whole day in UTC. */
const day = (date: string, days = 1) =>
  `${date}T00:00Z/${new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10)}T00:00Z`;

function frozen(text: string, zone: string, since: string, until: string): readonly string[] {
  return frozenBetween(createCalendar(text, zone, from), since, until);
}

const februaryOf = (text: string, zone = "UTC") =>
  frozen(text, zone, "2027-02-01T00:00Z", "2027-03-01T00:00Z");

describe("zones and UIDs live in one VCALENDAR", () => {
  const utcZone = (offset: string) =>
    `BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:${offset}\nTZOFFSETTO:${offset}\nEND:STANDARD\nEND:VTIMEZONE`;
  const event = (more: string) => `BEGIN:VEVENT\nUID:1\n${more}\nEND:VEVENT`;
  const inOwn = event("DTSTART;TZID=Own:20270201T080000\nDURATION:PT1H");

  it("a nested calendar's zone is its own, else the one around it", () => {
    const nested = (zone: string) =>
      `BEGIN:VCALENDAR\n${zone}\n${inOwn}\nEND:VCALENDAR`.replace("\n\n", "\n");
    const text = textOf([
      "BEGIN:VCALENDAR",
      utcZone("+0100"),
      nested(utcZone("+0300")),
      nested(""),
      "END:VCALENDAR",
    ]);
    expect(februaryOf(text)).toEqual([
      "2027-02-01T05:00Z/2027-02-01T06:00Z",
      "2027-02-01T07:00Z/2027-02-01T08:00Z",
    ]);
  });

  it("a zone of a neighbouring calendar is unknown", () => {
    const text = textOf([
      "BEGIN:VCALENDAR",
      utcZone("+0100"),
      "END:VCALENDAR",
      "BEGIN:VCALENDAR",
      inOwn,
      "END:VCALENDAR",
    ]);
    expect(() => februaryOf(text)).toThrow('event "1": DTSTART: it is in an unknown zone (Own)');
  });

  it("an abbreviation that no VTIMEZONE defines is an unknown zone", () => {
    for (const name of ["BST", "EST", "IST", "+01:00", "europe/berlin"]) {
      const text = calendarOf(`DTSTART;TZID="${name}":20270201T080000\nDURATION:PT1H`);
      expect(() => februaryOf(text)).toThrow("unknown zone");
    }
  });

  it("an exception of another calendar with the same UID hides nothing", () => {
    const series = event("DTSTART:20270201T080000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2");
    const called = event("RECURRENCE-ID:20270202T080000Z\nDTSTART:20270202T080000Z\nSTATUS:CANCELLED");
    const own = textOf(["BEGIN:VCALENDAR", series, called, "END:VCALENDAR"]);
    const others = textOf([
      "BEGIN:VCALENDAR",
      series,
      "END:VCALENDAR",
      "BEGIN:VCALENDAR",
      called,
      "END:VCALENDAR",
    ]);
    expect([februaryOf(own).length, februaryOf(others).length]).toEqual([1, 2]);
  });

  it("an exception without UID, or of two series with one UID, hides nothing", () => {
    const one = "DTSTART:20270201T080000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2";
    const called = "RECURRENCE-ID:20270202T080000Z\nDTSTART:20270210T080000Z\nDURATION:PT1H";
    const twice = textOf(["BEGIN:VCALENDAR", event(one), event(one), event(called), "END:VCALENDAR"]);
    const without = twice.replace(/UID:1\r\n/g, "").replace(/BEGIN:VEVENT[^]*?END:VEVENT\r\n/, "");
    for (const text of [twice, without])
      expect(februaryOf(text)).toEqual(
        ["01", "02", "10"].map((date) => `2027-02-${date}T08:00Z/2027-02-${date}T09:00Z`),
      );
  });

  it("an event inside another component counts", () => {
    const text = textOf([
      "BEGIN:VCALENDAR",
      "BEGIN:X-GROUP",
      event("DTSTART;VALUE=DATE:20270201"),
      "END:X-GROUP",
      "END:VCALENDAR",
    ]);
    expect(februaryOf(text)).toEqual([day("2027-02-01")]);
  });
});

test.each([
  ["TZOFFSETTO:+9900", "TZOFFSETTO"],
  ["TZOFFSETTO:+0100\nRRULE:FREQ=DAILY", "YEARLY"],
  ["TZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYMONTH=3;INTERVAL=2", "YEARLY"],
])("a zone with %s", (line, why) => {
  const standard = `BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0100\n${line}\nEND:STANDARD`;
  const zone = `BEGIN:VTIMEZONE\nTZID:Own\n${standard}\nEND:VTIMEZONE`;
  const text = calendarOf("DTSTART;TZID=Own:20270101T080000\nDURATION:PT1H").replace(
    "BEGIN:VEVENT",
    `${zone}\nBEGIN:VEVENT`,
  );
  expect(() => createCalendar(text, "UTC", from)).toThrow(
    new RegExp(`event "0": DTSTART: zone "Own": .*${why}`),
  );
});
