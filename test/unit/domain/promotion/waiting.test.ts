import fc from "fast-check";
import { sleepMs } from "../../../../src/domain/promotion/waiting";

/** When a timer's message is seen, as queues of Azure Storage have it: whole seconds after it was sent, cut down. */
const seenAfter = (ms: number, lagMs: number) =>
  lagMs + Math.max(Math.floor((ms - lagMs) / 1_000), 0) * 1_000;

const left = fc.integer({ min: 0, max: 60_000 });

test("a timer within the margin never fires before its time", () => {
  fc.assert(
    fc.property(left, fc.integer({ min: 0, max: 400 }), (untilDue, lag) => {
      expect(seenAfter(sleepMs(untilDue), lag)).toBeGreaterThanOrEqual(untilDue);
    }),
  );
});

test("a timer fires at most 1.4 s and its lag after its time", () => {
  fc.assert(
    fc.property(left, fc.integer({ min: 0, max: 5_000 }), (untilDue, lag) => {
      const late = seenAfter(sleepMs(untilDue), lag) - Math.max(untilDue, 1_000);
      expect(late).toBeLessThanOrEqual(1_400 + lag);
      if (lag === 0) expect(late).toBeLessThan(1_000);
    }),
  );
});

test("after an early timer one more short timer reaches the time", () => {
  fc.assert(
    fc.property(left, fc.integer({ min: 0, max: 10_000 }), (untilDue, lag) => {
      const rest = untilDue - seenAfter(sleepMs(untilDue), lag);
      if (rest > 0) expect(seenAfter(sleepMs(rest, true), lag)).toBeGreaterThanOrEqual(rest);
    }),
  );
});

test("no timer is shorter than a second, or longer than a minute and the margin", () => {
  expect([-5_000, 0, 1, 1_000, 1_001, 59_999, 60_000, 3_600_000].map((ms) => sleepMs(ms))).toEqual([
    1_400, 1_400, 1_400, 1_400, 2_400, 60_400, 60_400, 60_400,
  ]);
  expect([-5_000, 1_500, 2_500].map((ms) => sleepMs(ms, true))).toEqual([2_400, 2_400, 3_400]);
});
