import fc from "fast-check";
import { durationMs } from "../../../../src/contracts/fields";
import { durationText, formatTime, showKnown, showTime } from "../../../../src/domain/kernel/time";

test("a time is shown in UTC and in the pair's zone, with the zone's name", () => {
  const noon = Date.parse("2026-11-24T12:00:00Z");
  expect(showTime(noon, "Europe/Berlin")).toEqual({
    utc: "2026-11-24T12:00:00.000Z",
    local: "2026-11-24 13:00:00 Europe/Berlin",
  });
  expect(showKnown(noon, "UTC")).toEqual(showTime(noon, "UTC"));
  expect(showKnown(undefined, "UTC")).toBeUndefined();
  expect(formatTime(noon)).toBe("2026-11-24T12:00:00.000Z");
  expect(formatTime(noon, "Europe/Berlin")).toBe(
    "2026-11-24T12:00:00.000Z (2026-11-24 13:00:00 Europe/Berlin)",
  );
});
const DAY = 86_400;

test("a duration is written in the largest unit that divides it", () => {
  expect([0, 1, 60, 90, 3_600, 5_400, 86_400, 90_000].map((s) => durationText(s * 1_000))).toEqual([
    ...["0s", "1s", "1m", "90s", "1h", "90m", "1d", "25h"],
  ]);
  fc.assert(fc.property(fc.nat(3_650 * DAY), (s) => durationMs(durationText(s * 1_000)) === s * 1_000));
});
