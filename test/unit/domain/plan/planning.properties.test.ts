import fc from "fast-check";
import type { Read, ServiceObservation } from "../../../../src/domain/cloud-service/observation";
import { decidePlan } from "../../../../src/domain/plan/planning";
import { pair, slotOf } from "../../../support/any-reads";
import { aPair, aPolicy, aRequest, found, NOW } from "../../../support/observations";
import { runs } from "../../../support/runs";

test("a plan never swaps its target away, has reasons, and ignores the case of ids", () => {
  fc.assert(
    fc.property(
      pair,
      fc.constantFrom("blue" as const, "green" as const, "staging" as const),
      (reads, promote) => {
        const observed = { ...aPair(), green: reads.incoming, blue: reads.outgoing };
        const request = aRequest({ promote });
        const common = { request, policy: aPolicy(), now: NOW, digest: (text: string) => text };
        const verdict = decidePlan({ ...common, observed });
        if (verdict.kind === "refused") expect(verdict.detail.length).toBeGreaterThan(5);
        if (verdict.kind === "unchanged")
          expect(slotOf(observed[promote === "staging" ? "green" : promote])).not.toBe("staging");
        if (verdict.kind !== "planned") return;
        const { incoming, outgoing } = verdict.plan;
        expect([slotOf(observed[incoming.side]), slotOf(observed[outgoing.side])]).toEqual([
          "staging",
          "production",
        ]);
        if (promote !== "staging") expect(incoming.side).toBe(promote);
        expect(verdict.plan.prerequisites.filter((each) => each.verdict === "broken")).toEqual([]);
        const upper = (read: Read<ServiceObservation>) =>
          read.kind === "found" ? found({ ...read.value, id: read.value.id.toUpperCase() }) : read;
        const again = decidePlan({
          ...common,
          observed: { ...observed, blue: upper(observed.blue), green: upper(observed.green) },
        });
        expect(again).toMatchObject({ kind: "planned", plan: { hash: verdict.plan.hash } });
      },
    ),
    { numRuns: runs(500) },
  );
});
