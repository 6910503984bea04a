import { createCalendar } from "../../../../src/adapters/deployment-windows/calendar";

const from = Date.parse("2026-10-01T00:00:00Z");
const utc = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());

function ics(...events: readonly string[]): string {
  const lines = events.map((event) => `BEGIN:VEVENT\nUID:${event.length}\n${event}\nEND:VEVENT`);
  return ["BEGIN:VCALENDAR", "VERSION:2.0", ...lines, "END:VCALENDAR"].join("\n").replace(/\n/g, "\r\n");
}

/** The first spans after `at`, as far as they do not overlap. */
function spansOf(text: string, count: number, at = from, zone = "Europe/Berlin"): string[] {
  const calendar = createCalendar(text, zone, from);
  const described: string[] = [];
  let time: number | undefined = at;
  while (described.length < count && (time = calendar.nextStart(time)) !== undefined) {
    const span = calendar.covering(time);
    described.push(`${utc(time) ?? ""}/${utc(span?.to) ?? ""}`);
  }
  return described;
}

describe("a freeze calendar", () => {
  it("reads times in UTC, in a named zone, and without a zone in the pair's", () => {
    const text = ics(
      "DTSTART:20261201T080000Z\nDTEND:20261201T090000Z\nSUMMARY:utc",
      "DTSTART;TZID=America/New_York:20261202T080000\nDURATION:PT1H\nSUMMARY:new york",
      "DTSTART:20261203T080000\nDTEND:20261203T090000\nSUMMARY:floating",
    );
    expect(spansOf(text, 9)).toEqual([
      "2026-12-01T08:00:00.000Z/2026-12-01T09:00:00.000Z",
      "2026-12-02T13:00:00.000Z/2026-12-02T14:00:00.000Z",
      "2026-12-03T07:00:00.000Z/2026-12-03T08:00:00.000Z",
    ]);
  });

  it("describes a freeze, masked and shortened", () => {
    const text = ics(
      `DTSTART:20261201T080000Z\nDTEND:20261201T090000Z\nSUMMARY:token=abc ${"x".repeat(200)}`,
    );
    const label = createCalendar(text, "UTC", from).covering(Date.parse("2026-12-01T08:30:00Z"))?.label;
    expect(label).toMatch(/^token=\*\*\* x+…$/);
    expect(label).toHaveLength(80);
  });

  it("whole days last from midnight to midnight in the pair's zone, 23 or 25 hours too", () => {
    const text = ics(
      "DTSTART;VALUE=DATE:20261025\nSUMMARY:25 hours",
      "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227\nSUMMARY:Christmas",
      "DTSTART;VALUE=DATE:20270328\nDURATION:P1D",
    );
    expect(spansOf(text, 9)).toEqual([
      "2026-10-24T22:00:00.000Z/2026-10-25T23:00:00.000Z",
      "2026-12-23T23:00:00.000Z/2026-12-26T23:00:00.000Z",
      "2027-03-27T23:00:00.000Z/2027-03-28T22:00:00.000Z",
    ]);
  });

  it("recurs at the same wall time on both sides of a clock change", () => {
    const rule = "DTSTART;TZID=Europe/Berlin:20150101T180000\nDURATION:PT2H\nRRULE:FREQ=WEEKLY;BYDAY=FR,SU";
    expect(spansOf(ics(rule), 4, Date.parse("2026-10-22T00:00:00Z"))).toEqual([
      "2026-10-23T16:00:00.000Z/2026-10-23T18:00:00.000Z",
      "2026-10-25T17:00:00.000Z/2026-10-25T19:00:00.000Z",
      "2026-10-30T17:00:00.000Z/2026-10-30T19:00:00.000Z",
      "2026-11-01T17:00:00.000Z/2026-11-01T19:00:00.000Z",
    ]);
  });

  it("skips EXDATE and cancelled occurrences, moves overridden ones and adds RDATE", () => {
    const text = [
      "BEGIN:VCALENDAR",
      "BEGIN:VEVENT\nUID:a\nDTSTART:20261101T080000Z\nDTEND:20261101T090000Z\nRRULE:FREQ=DAILY;COUNT=6",
      "EXDATE:20261102T080000Z\nRDATE:20261201T080000Z\nEND:VEVENT",
      "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID:20261103T080000Z\nDTSTART:20261103T200000Z\nDURATION:PT3H\nEND:VEVENT",
      "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID:20261104T080000Z\nDTSTART:20261104T080000Z\nSTATUS:CANCELLED\nEND:VEVENT",
      "BEGIN:VEVENT\nUID:b\nDTSTART:20261105T120000Z\nDURATION:PT1H\nSTATUS:CANCELLED\nEND:VEVENT",
      "END:VCALENDAR",
    ].join("\n");
    expect(spansOf(text, 9)).toEqual([
      "2026-11-01T08:00:00.000Z/2026-11-01T09:00:00.000Z",
      "2026-11-03T20:00:00.000Z/2026-11-03T23:00:00.000Z",
      "2026-11-05T08:00:00.000Z/2026-11-05T09:00:00.000Z",
      "2026-11-06T08:00:00.000Z/2026-11-06T09:00:00.000Z",
      "2026-12-01T08:00:00.000Z/2026-12-01T09:00:00.000Z",
    ]);
  });

  it("ends a rule with UNTIL, the last one included, be it a time or a date", () => {
    const until = (text: string) =>
      spansOf(
        ics(`DTSTART;TZID=Europe/Berlin:20261101T080000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=${text}`),
        9,
      );
    expect(until("20261103T070000Z")).toHaveLength(3);
    expect(until("20261103T065959Z")).toHaveLength(2);
    expect(until("20261103")).toHaveLength(3);
  });

  it("keeps the 29th of February and the last Friday of a month", () => {
    expect(
      spansOf(
        ics("DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY"),
        1,
        Date.parse("2027-12-01T00:00:00Z"),
        "UTC",
      ),
    ).toEqual(["2028-02-29T00:00:00.000Z/2028-03-01T00:00:00.000Z"]);
    expect(
      spansOf(ics("DTSTART;VALUE=DATE:20260130\nRRULE:FREQ=MONTHLY;BYDAY=-1FR"), 2, from, "UTC"),
    ).toEqual([
      "2026-10-30T00:00:00.000Z/2026-10-31T00:00:00.000Z",
      "2026-11-27T00:00:00.000Z/2026-11-28T00:00:00.000Z",
    ]);
  });

  it("knows an occurrence that began long before anybody asked", () => {
    const text = ics("DTSTART:20160101T000000Z\nDURATION:P20D\nRRULE:FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=20");
    const calendar = createCalendar(text, "UTC", from);
    expect(utc(calendar.covering(from)?.to)).toBe("2026-10-10T00:00:00.000Z");
  });

  it("names the overlapping freeze that ends last", () => {
    const text = ics(
      "DTSTART:20261201T000000Z\nDURATION:P9D\nSUMMARY:long",
      "DTSTART:20261202T000000Z\nDURATION:P1D\nSUMMARY:short!",
    );
    const calendar = createCalendar(text, "UTC", from);
    expect(calendar.covering(Date.parse("2026-12-02T12:00:00Z"))?.label).toBe("long");
    expect(calendar.covering(Date.parse("2026-12-08T12:00:00Z"))?.label).toBe("long");
    expect(calendar.covering(Date.parse("2026-12-10T00:00:00Z"))).toBeUndefined();
  });

  it("reads zones that only the calendar defines", () => {
    const zone = [
      "BEGIN:VTIMEZONE\nTZID:W. Europe Standard Time",
      "BEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD",
      "BEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT",
      "END:VTIMEZONE",
    ].join("\n");
    const event =
      'DTSTART;TZID="W. Europe Standard Time":20261023T180000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4';
    const text = ics(event).replace("VERSION:2.0", `VERSION:2.0\r\n${zone.replace(/\n/g, "\r\n")}`);
    expect(spansOf(text, 9, from, "UTC")).toEqual([
      "2026-10-23T16:00:00.000Z/2026-10-23T17:00:00.000Z",
      "2026-10-24T16:00:00.000Z/2026-10-24T17:00:00.000Z",
      "2026-10-25T17:00:00.000Z/2026-10-25T18:00:00.000Z",
      "2026-10-26T17:00:00.000Z/2026-10-26T18:00:00.000Z",
    ]);
  });

  it("counts what lies before it was read as frozen", () => {
    const calendar = createCalendar(ics(), "UTC", from);
    expect(calendar.covering(from - 1)).toMatchObject({ to: from });
    expect(calendar.covering(from)).toBeUndefined();
    expect(calendar.nextStart(from)).toBeUndefined();
  });

  it("forgets events without length", () => {
    expect(spansOf(ics("DTSTART:20261201T080000Z"), 9)).toEqual([]);
  });

  it.each([
    ["nothing", "", "not iCalendar"],
    ["a page", "<html>sign in</html>", "not iCalendar"],
    ["half a file", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20261201T080000Z", "not iCalendar"],
    ["a card", "BEGIN:VCARD\r\nEND:VCARD", "not iCalendar"],
    ["an end before", ics("DTSTART:20261201T080000Z\nDTEND:20261201T070000Z"), "ends before"],
  ])("cannot be relied upon when it holds %s", (_what, text, why) => {
    expect(() => createCalendar(text, "UTC", from).nextStart(from)).toThrow(why);
  });

  it.each([
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2",
    "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYDAY=1MO;BYMONTH=4;BYMONTHDAY=15",
    "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
    "FREQ=WEEKLY;BYMONTH=13",
    "FREQ=DAILY;BYDAY=XX",
    "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;INTERVAL=999999999",
    "FREQ=DAILY;COUNT=999999999",
    "FREQ=MONTHLY;BYSETPOS=9;BYDAY=MO",
  ])("bounds the search for occurrences of %s", (rule) => {
    const text = ics(`DTSTART:20260101T080000Z\nDURATION:PT1H\nRRULE:${rule}`);
    try {
      createCalendar(text, "UTC", from).nextStart(from);
    } catch (fault) {
      expect(fault).toBeInstanceOf(Error);
    }
  });

  it("gives up on calendars that recur without measure", () => {
    const events = Array.from(
      { length: 3_000 },
      (_, i) => `DTSTART:20260101T080000Z\nDURATION:PT1M\nRRULE:FREQ=DAILY\nX-N:${i}`,
    );
    const calendar = createCalendar(ics(...events), "UTC", from);
    expect(() => calendar.covering(from + 60 * 86_400_000)).toThrow("the calendar");
    const many = Array.from({ length: 5_001 }, () => "DTSTART:20260101T080000Z\nDURATION:PT1M");
    expect(() => createCalendar(ics(...many), "UTC", from)).toThrow("more than 5000 events");
  });
});
