import { scheduleOf } from "../../../local/functions-host/timer-trigger";

test("a schedule without time between two runs is refused", () => {
  expect(() => scheduleOf("00:00:00")).toThrow(/no time between/);
});

test("NCRONTAB with six fields and TimeSpans are understood, anything else is refused", () => {
  const at = Date.parse("2026-11-24T12:00:30Z");
  expect(new Date(scheduleOf("0 * * * * *")(at)).toISOString()).toBe("2026-11-24T12:01:00.000Z");
  expect(new Date(scheduleOf("0 30 18 * * 5")(at)).toISOString()).toBe("2026-11-27T18:30:00.000Z");
  expect(scheduleOf("00:05:00")(at) - at).toBe(300_000);
  expect(() => scheduleOf("* * * * *")).toThrow(/six fields/);
});
