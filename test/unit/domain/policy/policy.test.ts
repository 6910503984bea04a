import type { SwapRequest } from "../../../../src/domain/kernel/swap-request";
import {
  tightenReadiness,
  tightenSoak,
  WINDOW_DEADLINE_MS,
  windowDeadline,
} from "../../../../src/domain/policy/policy";
import { aPolicy, aRequest, NOW } from "../../../support/observations";

test("the deadline for a window counts from the later of now and notBefore", () => {
  const window = { deadlineMs: 5, rules: "r" };
  expect(WINDOW_DEADLINE_MS).toBe(7 * 24 * 3_600_000);
  expect([undefined, NOW + 7].map((notBefore) => windowDeadline({}, notBefore, NOW) - NOW)).toEqual([
    ...[3_600_000, 3_600_007],
  ]);
  expect(windowDeadline({ window }, undefined, NOW)).toBe(NOW + 5);
  expect(windowDeadline({ window }, NOW + 7, NOW)).toBe(NOW + 12);
  expect(windowDeadline({ window }, NOW - 7, NOW)).toBe(NOW + 5);
});

const policy = aPolicy({ readiness: { pollMs: 1, stableForMs: 100, deadlineMs: 900 } });
test.each<[string, SwapRequest["readiness"], number, number]>([
  ["nothing", undefined, 100, 900],
  ["nothing of either", {}, 100, 900],
  ["a longer stableFor", { stableForMs: 101 }, 101, 900],
  ["a shorter stableFor, in vain", { stableForMs: 99 }, 100, 900],
  ["a shorter deadline", { deadlineMs: 899 }, 100, 899],
  ["a longer deadline, in vain", { deadlineMs: 901 }, 100, 900],
])("a request that asks for %s gets this readiness", (_what, readiness, stableForMs, deadlineMs) => {
  expect(tightenReadiness(policy, aRequest({ readiness }))).toEqual({ pollMs: 1, stableForMs, deadlineMs });
});

test.each([
  ["nothing", undefined, 100],
  ["nothing of it", {}, 100],
  ["a longer soak", { forMs: 101 }, 101],
  ["a shorter soak, in vain", { forMs: 99 }, 100],
])("a request that asks for %s gets this soak", (_what, asked, forMs) => {
  const soak = { forMs: 100, everyMs: 1, failures: 2, consecutiveErrors: 3 };
  expect(tightenSoak({ soak }, aRequest({ soak: asked }))).toEqual({ ...soak, forMs });
});
