import { daysUntilRetirement } from "../../../../src/domain/plan/prerequisites";

test.each([
  ["2026-11-24T12:00:00Z", 127],
  ["2027-03-29T00:00:00Z", 2],
  ["2027-03-30T23:59:59Z", 1],
  ["2027-03-31T00:00:00Z", 0],
  ["2027-04-02T00:00:00Z", -2],
])("at %s the days until the retirement are %d", (now, days) => {
  expect(daysUntilRetirement(Date.parse(now))).toBe(days);
});
