import { checkRoles } from "../../../../src/domain/cloud-service/readiness";
import { reason } from "../../../../src/domain/kernel/reason-codes";
import type { RollbackOrder } from "../../../../src/domain/pair/pair";
import { decidePlan } from "../../../../src/domain/plan/planning";
import { keptBy } from "../../../../src/domain/plan/rollback-outlook";
import { halted, type Next } from "../../../../src/domain/promotion/next-step";
import { nextOfRollback, reversed, rolledBack, withCause } from "../../../../src/domain/promotion/rollback";
import { decideAttempt } from "../../../../src/domain/swap/decide-attempt";
import {
  aPair,
  aPolicy,
  aRequest,
  aService,
  found,
  ipId,
  NOW,
  someInstances,
} from "../../../support/observations";

function plan() {
  const common = { request: aRequest(), policy: aPolicy(), observed: aPair(), now: NOW };
  const verdict = decidePlan({ ...common, digest: (text: string) => text });
  if (verdict.kind !== "planned") throw new Error(verdict.kind);
  return verdict.plan;
}

test("the rollback exchanges the sides, each with its public IP after the swap", () => {
  const back = reversed(plan());
  expect(back.incoming).toMatchObject({ side: "blue", name: "shop-blue", publicIpId: ipId("ip-green") });
  expect(back.outgoing).toMatchObject({ side: "green", name: "shop-green", publicIpId: ipId("ip-blue") });
  expect(back.hash).toBe(plan().hash);
  expect(reversed(back)).toEqual(plan());
});

/** Fresh reads after the forward swap: green holds production. */
function decideBack(
  states: { blue?: string[]; green?: string[] },
  over: Parameters<typeof aService>[1] = {},
) {
  const blue = found(aService("blue", { slot: "staging", ...over }));
  const green = found(aService("green", { slot: "production" }));
  return decideAttempt(
    reversed(plan()),
    {
      incoming: blue,
      outgoing: green,
      incomingCheck: checkRoles("blue", blue, found(someInstances("blue", states.blue))),
      outgoingCheck: checkRoles("green", green, found(someInstances("green", states.green))),
    },
    "rollback",
  );
}

test("instances that do not run are reported, and do not prevent a rollback", () => {
  expect(decideBack({})).toEqual({ kind: "send" });
  expect(decideBack({ blue: ["Stopped", "Started"], green: ["Busy", "Busy"] })).toEqual({
    kind: "send",
    evidence: expect.stringMatching(/^blue: Web_IN_0 .*; green: Web_IN_0 /),
  });
});

test("a service that was deployed again, or is updating, is not rolled back", () => {
  expect(decideBack({}, { version: "v3" }).kind).toBe("stale-plan");
  expect(decideBack({}, { provisioningState: "Updating" }).kind).toBe("not-ready");
});

const end = (ending: ReturnType<typeof halted>) => ({ kind: "end", ending }) as const;
const refused = { outcome: "refused", reason: reason("declined-by-platform", "409: no") } as const;

test.each<[string, Parameters<typeof nextOfRollback>[0], Next]>([
  [
    "a stale plan",
    { kind: "plan-again", detail: "deployed anew" },
    end(halted("rollback-failed", "deployed anew")),
  ],
  [
    "a lost lease",
    { kind: "wait-for-lease", detail: "not-holder" },
    { kind: "observe-again", detail: "not-holder" },
  ],
  [
    "a closed deployment window",
    { kind: "wait-for-window", detail: "frozen" },
    { kind: "observe-again", detail: "frozen" },
  ],
  ["our own effect", { kind: "verify", byUs: true }, { kind: "verify", byUs: true }],
  [
    "somebody else's effect",
    { kind: "verify", byUs: false },
    end(halted("foreign-state", "somebody else has rolled back already")),
  ],
  [
    "a refusal of the platform",
    { kind: "end", ending: refused },
    end(halted("rollback-failed", "declined-by-platform: 409: no")),
  ],
  [
    "a failed operation",
    end(halted("operation-failed", "Boom")),
    end(halted("rollback-failed", "operation-failed: Boom")),
  ],
  ["a foreign state", end(halted("foreign-state", "d")), end(halted("foreign-state", "d"))],
  ["an unproved outcome", end(halted("outcome-unproved", "d")), end(halted("outcome-unproved", "d"))],
  ["a settlement", { kind: "settle", afterMs: 5 }, { kind: "settle", afterMs: 5 }],
  ["a busy platform", { kind: "observe-again", detail: "b" }, { kind: "observe-again", detail: "b" }],
])("%s has its next step in a rollback", (_what, next, expected) => {
  expect(nextOfRollback(next)).toEqual(expected);
});

test("irreversible and rollback never keep the release, in this order", () => {
  expect(keptBy({ rollback: "automatic" }, {})).toBeUndefined();
  expect(keptBy({ rollback: "never" }, {})).toBe("regression-kept");
  expect(keptBy({ rollback: "never" }, { irreversible: true })).toBe("regression-irreversible");
  expect(keptBy({ rollback: "automatic" }, { irreversible: true })).toBe("regression-irreversible");
});

const order: RollbackOrder = { id: "o", cause: "regression", by: "the soak", note: "probe home: 500", at: 1 };
const person: RollbackOrder = { ...order, cause: "person", by: "Olga", note: "slow" };
const verified = { detail: "shop-blue holds production", finalRead: null };

test("an ending has its cause: the regression, or the order with author and reason", () => {
  expect(rolledBack(order, verified)).toMatchObject({
    outcome: "rolled-back",
    reason: { code: "regression", detail: "probe home: 500; rolled back: shop-blue holds production" },
  });
  expect(rolledBack(person, verified).reason).toMatchObject({
    code: "rolled-back-by-person",
    detail: "ordered by Olga: slow; rolled back: shop-blue holds production",
  });
  expect(withCause(halted("rollback-failed", "no"), order)).toMatchObject({
    outcome: "halted",
    reason: { code: "rollback-failed", detail: "probe home: 500; the rollback: no" },
  });
});
