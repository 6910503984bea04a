import fc from "fast-check";
import { defaultPolicy } from "../../../../src/domain/policy/policy";
import type { AttemptVerdict, OperationRead } from "../../../../src/domain/swap/attempt";
import {
  decideSettlement,
  proofSpan,
  settlementDeadline,
  type SettlementMemory,
} from "../../../../src/domain/swap/settlement";
import { pair, slotOf, succeeded } from "../../../support/any-reads";
import { NOW } from "../../../support/observations";
import { runs } from "../../../support/runs";

const { swap } = defaultPolicy;

test("only proof closes an attempt, and after an unknown reply only its whole span", () => {
  const verdict = fc.constantFrom<AttemptVerdict | undefined>(
    undefined,
    { kind: "accepted", status: 202 },
    { kind: "unknown", detail: "d" },
    { kind: "busy", code: "409", detail: "d" },
    { kind: "declined", status: 403, code: "c", detail: "d" },
  );
  const operation = fc.constantFrom<OperationRead | undefined>(
    undefined,
    { kind: "running" },
    { kind: "succeeded" },
    { kind: "failed", code: "c", detail: "d" },
    { kind: "unreadable", detail: "d" },
  );
  const check = fc.record({ afterMs: fc.integer({ min: 1_000, max: 400_000 }), observed: pair, operation });
  const closed = new Map<string, number>();
  fc.assert(
    fc.property(verdict, fc.array(check, { maxLength: 25, size: "max" }), (said, checks) => {
      let memory: SettlementMemory = { startedAt: NOW };
      let now = NOW;
      let beforeSince: number | undefined;
      for (const { afterMs, observed, operation: read } of checks) {
        now += afterMs;
        const [a, b] = [slotOf(observed.incoming), slotOf(observed.outgoing)];
        const settled = succeeded(observed.incoming) && succeeded(observed.outgoing);
        const isBefore = settled && a === "staging" && b === "production";
        beforeSince = isBefore ? (beforeSince ?? now) : undefined;
        const decision = decideSettlement(memory, { verdict: said, operation: read, observed, now }, swap);
        if (decision.kind === "not-yet") {
          expect(now).toBeLessThan(settlementDeadline(swap, NOW));
          memory = decision.memory;
          continue;
        }
        closed.set(decision.kind, (closed.get(decision.kind) ?? 0) + 1);
        if (decision.kind === "unproved") expect(now).toBeGreaterThanOrEqual(settlementDeadline(swap, NOW));
        else if (decision.proof.kind === "done")
          expect([a, b, settled]).toEqual(["production", "staging", true]);
        else {
          expect(isBefore).toBe(true);
          const definite = said?.kind === "busy" || said?.kind === "declined" || read?.kind === "failed";
          if (!definite) expect(now - beforeSince!).toBeGreaterThanOrEqual(proofSpan(swap));
          if (read?.kind === "running") expect(["busy", "declined"]).toContain(said?.kind);
        }
        return;
      }
    }),
    { numRuns: runs(800) },
  );
  expect([...closed.keys()]).toContain("closed");
});
