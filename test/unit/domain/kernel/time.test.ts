import { showTime } from "../../../../src/domain/kernel/time";

test("a time is shown in UTC and in the pair's zone, named", () => {
  const noon = Date.parse("2026-11-24T12:00:00Z");
  expect(showTime(noon, "Europe/Berlin")).toEqual({
    utc: "2026-11-24T12:00:00.000Z",
    local: "2026-11-24 13:00:00 Europe/Berlin",
  });
});
