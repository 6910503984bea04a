import { travelTo } from "../../../local/world/time-travel";

/** The clock of the five-week demo. It changes `Date` only in this test file. */
const start = Date.parse("2027-03-08T08:00:00Z");
const HOUR = 3_600_000;

test("Date starts at the given time, jumps forward, and leaves explicit times alone", () => {
  const time = travelTo(start);
  expect(Date.now() - start).toBeLessThan(60_000);
  expect(new Date().toISOString()).toMatch(/^2027-03-08T08:00/);
  expect(new Date("2026-01-01T00:00:00Z").getTime()).toBe(Date.parse("2026-01-01T00:00:00Z"));
  expect(new Date() instanceof Date).toBe(true);
  time.jumpTo(start + HOUR);
  time.jumpTo(start);
  expect(time.now()).toBeGreaterThanOrEqual(start + HOUR);
  expect(new Date().toISOString()).toMatch(/^2027-03-08T09:00/);
});

test("a jump fires what is due, in order, and nothing cancelled or not yet due", async () => {
  const time = travelTo(start);
  const fired: string[] = [];
  const cancel = time.setTimer(start + 3 * HOUR, () => fired.push("not due"));
  const done = new Promise<void>((resolve) => {
    time.setTimer(start + 2 * HOUR, () => {
      fired.push("second");
      resolve();
    });
    time.setTimer(start + HOUR, () => fired.push("first"));
    time.setTimer(start + HOUR, () => fired.push("cancelled"))();
  });
  time.jumpTo(start + 2 * HOUR);
  await done;
  cancel();
  expect(fired).toEqual(["first", "second"]);
});
