import fc from "fast-check";
import { createCallLimiter } from "../../../../src/triggers/http/call-limit";

const limit = { burst: 3, everyMs: 1_000, callers: 2 };

test("allows a burst, then one call per interval; a refusal is free and says how long", () => {
  const limiter = createCallLimiter(limit);
  expect([0, 0, 0, 0, 400, 999].map((now) => limiter.take("a", now))).toEqual([0, 0, 0, 1_000, 600, 1]);
  expect([1_000, 1_000, 2_000].map((now) => limiter.take("a", now))).toEqual([0, 1_000, 0]);
});

test("a caller that was quiet long enough has the whole burst again, and never more", () => {
  const limiter = createCallLimiter(limit);
  for (let n = 0; n < 3; n++) limiter.take("a", 0);
  const later = Array.from({ length: 4 }, () => limiter.take("a", 1_000_000));
  expect(later).toEqual([0, 0, 0, 1_000]);
});

test("a caller's flood costs no other caller anything", () => {
  const limiter = createCallLimiter(limit);
  for (let n = 0; n < 100; n++) limiter.take("a", 0);
  expect(limiter.take("b", 0)).toBe(0);
});

test("remembers a fixed number of callers, and forgets the least recently seen first", () => {
  const limiter = createCallLimiter(limit);
  const spend = (caller: string) => Array.from({ length: 4 }, () => limiter.take(caller, 0)).at(-1);
  expect(["a", "b"].map(spend)).toEqual([1_000, 1_000]);
  expect(limiter.take("a", 0)).toBe(1_000);
  limiter.take("c", 0);
  expect([limiter.take("a", 0), limiter.remembered]).toEqual([1_000, 2]);
  expect([limiter.take("b", 0), limiter.remembered]).toEqual([0, 2]);
});

test("no span of time allows more than the burst and one call per interval", () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 100 });
  fc.assert(
    fc.property(gaps, (waits) => {
      const limiter = createCallLimiter(limit);
      let now = 0;
      const granted = waits.flatMap((wait) => (limiter.take("a", (now += wait)) === 0 ? [now] : []));
      granted.forEach((from, i) => {
        granted.slice(i).forEach((to, more) => {
          expect(more + 1).toBeLessThanOrEqual(limit.burst + (to - from) / limit.everyMs);
        });
      });
    }),
  );
});
