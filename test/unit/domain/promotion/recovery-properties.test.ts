import fc from "fast-check";
import { changeIndex, type IndexPage } from "../../../../src/domain/pair/index-page";
import { emptyPair } from "../../../../src/domain/pair/pair";
import { register } from "../../../../src/domain/promotion/promotion";
import {
  decideReconcileAction,
  lastDeadline,
  type RunStatus,
} from "../../../../src/domain/promotion/recovery";
import { aPolicy, aRequest, NOW } from "../../../support/observations";
import { runs } from "../../../support/runs";

test("every registered promotion without an outcome is left alone, resumed or concluded, and past its last deadline always concluded (I7)", () => {
  const policy = aPolicy();
  const known = register(undefined, {
    requestId: "r",
    contentHash: "h",
    request: aRequest(),
    origin: { channel: "queue" },
    at: NOW,
  });
  const seen = fc.constantFrom<RunStatus>("absent", "live", "completed", "failed", "terminated");
  fc.assert(
    fc.property(seen, fc.integer({ min: 0, max: 40 * 3_600_000 }), fc.boolean(), (run, age, claimed) => {
      const pairState = claimed
        ? { ...emptyPair, lease: { holder: "r", epoch: 1, since: 0, closed: 1, unknowns: 0 } }
        : emptyPair;
      const now = NOW + age;
      const action = decideReconcileAction({
        requestId: "r",
        registeredAt: NOW,
        promotion: known,
        pair: pairState,
        run,
        policy,
        now,
      });
      const isLate = now > lastDeadline(policy, NOW);
      if (isLate) expect(action.kind).toBe("conclude");
      if (action.kind === "conclude") {
        const { outcome } = action.ending;
        expect(outcome).toBe(claimed ? "halted" : run === "terminated" ? "cancelled" : "expired");
      } else if (run === "live") expect(action.kind).toBe("leave");
      expect(["leave", "start-run", "conclude"]).toContain(action.kind);
    }),
    { numRuns: runs(500) },
  );
});

test("an index page holds every entry once, in the order of their first coming", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ requestId: fc.constantFrom("a", "b", "c", "d"), at: fc.nat(9) })),
      (entries) => {
        const page = entries.reduce<IndexPage | undefined>(
          (before, entry) => changeIndex(before, { kind: "add", ...entry }),
          undefined,
        );
        const ids = (page?.entries ?? []).map((entry) => entry.requestId);
        expect(ids).toEqual([...new Set(entries.map((entry) => entry.requestId))]);
      },
    ),
  );
});
