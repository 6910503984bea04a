import fc from "fast-check";
import {
  checkRoles,
  decideReadiness,
  type ReadinessMemory,
} from "../../../../src/domain/cloud-service/readiness";
import { states } from "../../../support/any-reads";
import { aService, found, NOW, someInstances } from "../../../support/observations";
import { type Check, readyAt, up } from "../../../support/readiness-checks";
import { runs } from "../../../support/runs";

test("ready needs a full list and stableFor of checks without a break (I11)", () => {
  const rule = { pollMs: 30_000, stableForMs: 90_000, deadlineMs: 1_800_000 };
  const check = fc.record({
    afterMs: fc.constantFrom(10_000, 30_000, 60_000, 100_000),
    green: fc.option(states, { nil: undefined, freq: 8 }),
  });
  const mostlyUp = fc.oneof(
    { weight: 6, arbitrary: check.map((each) => ({ ...each, green: ["Started", "Started"] })) },
    { weight: 1, arbitrary: check },
  );
  let ready = 0;
  fc.assert(
    fc.property(fc.array(mostlyUp, { maxLength: 12, size: "max" }), (checks) => {
      let memory: ReadinessMemory | undefined;
      let at = NOW;
      let upSince: number | undefined;
      let last = NOW;
      for (const { afterMs, green } of checks) {
        at += afterMs;
        const list =
          green === undefined
            ? ({ kind: "unavailable", detail: "d" } as const)
            : found(someInstances("green", green, at));
        const check = checkRoles("green", found(aService("green", { observedAt: at })), list);
        const other = checkRoles(
          "blue",
          found(aService("blue")),
          found(someInstances("blue", undefined, at)),
        );
        const isUp = green?.length === 2 && green.every((state) => state === "Started");
        const unbroken = upSince !== undefined && at - last <= 3 * rule.pollMs;
        upSince = isUp ? (unbroken ? upSince : at) : undefined;
        last = at;
        const decision = decideReadiness(memory, check, other, rule);
        if (decision.kind === "ready") {
          ready++;
          expect(isUp).toBe(true);
          expect(at - upSince!).toBeGreaterThanOrEqual(rule.stableForMs);
          return;
        }
        if (upSince !== undefined) expect(at - upSince).toBeLessThan(rule.stableForMs);
        expect(decision.kind).toBe("not-yet");
        memory = decision.kind === "not-yet" ? decision.memory : undefined;
      }
    }),
    { numRuns: runs(500) },
  );
  expect(ready).toBeGreaterThan(0);
});

const down = ["Started", "Busy"];

test("ready needs stableFor on each side, in whatever order checks arrive", () => {
  const step = fc.record({
    forward: fc.integer({ min: -40, max: 100 }),
    skew: fc.integer({ min: -30, max: 30 }),
    states: fc.constantFrom(up, up, up, up, up, down),
  });
  let said = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 25 }), (steps) => {
      let at = 1_000;
      const checks = steps.map(({ forward, skew, states }): Check => {
        at += forward;
        return [at, states, at + skew];
      });
      const index = readyAt(checks);
      if (index === undefined) return;
      said += 1;
      const seen = checks.slice(0, index + 1);
      for (const side of [0, 2] as const) {
        const end = seen[index]![side];
        const times = seen.map((check) => check[side]).filter((time) => time <= end);
        const start = Math.max(...times.filter((time) => time <= end - 120));
        const row = [...times.filter((time) => time > start), start].sort((a, b) => a - b);
        expect(Math.max(...row.slice(1).map((time, i) => time - row[i]!))).toBeLessThanOrEqual(90);
        if (side === 0) {
          const breaks = seen.filter(([time, states]) => states === down && time > end - 120 && time <= end);
          expect(breaks).toEqual([]);
        }
      }
    }),
    { numRuns: runs(2_000) },
  );
  expect(said).toBeGreaterThan(runs(2_000) / 40);
});
