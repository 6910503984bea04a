import type { ServiceIdentity } from "../../../../src/domain/cloud-service/observation";
import { describeChange, type Plan } from "../../../../src/domain/plan/plan";
import { decidePlan } from "../../../../src/domain/plan/planning";
import { WINDOW_DEADLINE_MS, windowDeadline } from "../../../../src/domain/policy/policy";
import { aPair, aPolicy, aRequest, found, NOW, someInstances } from "../../../support/observations";

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
])("another plan is told by %s", (_what, over, described) => {
  const after = planOf({ incoming: { ...incoming, ...over } });
  expect(describeChange(plan, after)).toBe(`shop-green: ${described}`);
});

test("all that sets two plans apart is told, of each service; where nothing does it was the policy", () => {
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

const decide = (observed: ReturnType<typeof aPair>) =>
  decidePlan({ request: aRequest(), policy: aPolicy(), observed, now: NOW, digest: () => "hash" });

test("roles that take more than 3,400 characters in a plan are refused with their count, and exactly as many are not", () => {
  const roles = [{ name: "Web", capacity: 2 }];
  const rest = JSON.stringify([[{ ...roles[0], name: "" }], roles]).length;
  const of = (length: number) =>
    decide(aPair({}, { roles: [{ name: "r".repeat(length - rest), capacity: 2 }] }));
  expect(of(3_401)).toMatchObject({
    ...{ kind: "refused", code: "roles-too-long", prerequisites: [] },
    detail: "2 roles take 3401 characters of JSON in a plan, 3400 at most",
    ...{ incoming: { name: "shop-green" }, outgoing: { name: "shop-blue" } },
  });
  expect(of(3_400)).not.toMatchObject({ code: "roles-too-long" });
});

test("the rollback is foreseen by how the old production runs, not the new one", () => {
  const stopped = (side: "blue" | "green") => found(someInstances(side, ["Stopped", "Stopped"]));
  const warned = (over: object) => {
    const verdict = decide({ ...aPair(), ...over });
    if (verdict.kind !== "planned") throw new Error(verdict.kind);
    return verdict.plan.rollbackOutlook?.warnings
      .map(({ code }) => code)
      .includes("rollback-target-not-running");
  };
  expect([
    warned({}),
    warned({ blueInstances: stopped("blue") }),
    warned({ greenInstances: stopped("green") }),
  ]).toEqual([false, true, false]);
});

test("a deployment window is waited for from its beginning or the request's own time on, for as long as the policy says; without one, not for longer than an hour", () => {
  const window = { deadlineMs: 5, rules: "r" };
  expect(WINDOW_DEADLINE_MS).toBe(7 * 24 * 3_600_000);
  expect([undefined, NOW + 7].map((notBefore) => windowDeadline({}, notBefore, NOW) - NOW)).toEqual([
    ...[3_600_000, 3_600_007],
  ]);
  expect(windowDeadline({ window }, undefined, NOW)).toBe(NOW + 5);
  expect(windowDeadline({ window }, NOW + 7, NOW)).toBe(NOW + 12);
  expect(windowDeadline({ window }, NOW - 7, NOW)).toBe(NOW + 5);
});
