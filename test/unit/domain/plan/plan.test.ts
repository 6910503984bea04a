import type { ServiceIdentity } from "../../../../src/domain/cloud-service/observation";
import { describeChange, type Plan, withoutEvidence } from "../../../../src/domain/plan/plan";
import { decidePlan } from "../../../../src/domain/plan/planning";
import { aPair, aPolicy, aRequest, NOW } from "../../../support/observations";

/** What sets a plan apart from the one before it, and what bounds it. */
function planOf(over: Partial<Plan> = {}): Plan {
  const verdict = decidePlan({
    ...{ request: aRequest(), policy: aPolicy(), observed: aPair(), now: NOW, digest: () => "hash" },
  });
  if (verdict.kind !== "planned") throw new Error(verdict.kind);
  return { ...verdict.plan, ...over };
}
const plan = planOf();
const { incoming } = plan;
test.each<[string, Partial<ServiceIdentity>, string]>([
  ["its version", { version: "v3" }, "version v2 → v3"],
  ["a version that is gone", { version: undefined }, "version v2 → unknown"],
  [
    "instances",
    {
      roles: [
        { name: "Web", capacity: 3 },
        { name: "Api", capacity: 1 },
      ],
    },
    "instances Web×2 → Web×3 Api×1",
  ],
  ["its configuration", { configurationDigest: "x" }, "its configuration"],
  ["its deployment", { uniqueId: "x" }, "redeployed"],
  ["its public IP", { publicIpId: "x" }, "its public IP"],
])("a changed plan is described by %s", (_what, over, described) => {
  const after = planOf({ incoming: { ...incoming, ...over } });
  expect(describeChange(plan, after)).toBe(`shop-green: ${described}`);
});

test("every difference of two plans is described, and otherwise the policy changed", () => {
  const after = planOf({
    incoming: { ...incoming, uniqueId: "x", version: "v3" },
    outgoing: { ...plan.outgoing, configurationDigest: "x" },
  });
  expect(describeChange(plan, after)).toBe(
    "shop-green: version v2 → v3; shop-green: redeployed; shop-blue: its configuration",
  );
  expect(describeChange(planOf({ incoming: { ...incoming, version: undefined } }), plan)).toBe(
    "shop-green: version unknown → v2",
  );
  expect(describeChange(plan, plan)).toBe("the pair's policy has changed");
});

test("a swap gets its plan without the evidence", () => {
  const { prerequisites, rollbackOutlook, ...rest } = plan;
  expect(prerequisites.length).toBeGreaterThan(0);
  expect(rollbackOutlook).toBeDefined();
  expect(withoutEvidence(plan)).toEqual(rest);
});
