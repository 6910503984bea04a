import { halted, type Next } from "../../../src/domain/after-attempt";
import { decideAttempt } from "../../../src/domain/attempt-decision";
import { reason } from "../../../src/domain/codes";
import type { SwapBackOrder } from "../../../src/domain/pair";
import { decidePlan } from "../../../src/domain/planning";
import { checkRoles } from "../../../src/domain/readiness";
import { keptBy, nextOfSwapBack, reversed, swappedBack, withCause } from "../../../src/domain/swap-back";
import {
  aPair,
  aPolicy,
  aRequest,
  aService,
  found,
  ipId,
  NOW,
  someInstances,
} from "../../support/observations";

function plan() {
  const common = { request: aRequest(), policy: aPolicy(), observed: aPair(), now: NOW };
  const verdict = decidePlan({ ...common, digest: (text: string) => text });
  if (verdict.kind !== "planned") throw new Error(verdict.kind);
  return verdict.plan;
}

test("the way back exchanges the sides, each with the public IP it holds after the swap", () => {
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
    "swap-back",
  );
}

test("instances that do not run are told, and do not keep a swap-back from being tried", () => {
  expect(decideBack({})).toEqual({ kind: "send" });
  expect(decideBack({ blue: ["Stopped", "Started"], green: ["Busy", "Busy"] })).toEqual({
    kind: "send",
    evidence: expect.stringMatching(/^blue: Web_IN_0 .*; green: Web_IN_0 /),
  });
});

test("what was deployed anew, or is being updated, is not swapped back", () => {
  expect(decideBack({}, { version: "v3" }).kind).toBe("stale-plan");
  expect(decideBack({}, { provisioningState: "Updating" }).kind).toBe("not-ready");
});

const end = (ending: ReturnType<typeof halted>) => ({ kind: "end", ending }) as const;
const refused = { outcome: "refused", reason: reason("declined-by-platform", "409: no") } as const;

test.each<[string, Parameters<typeof nextOfSwapBack>[0], Next]>([
  [
    "a stale plan",
    { kind: "plan-again", detail: "deployed anew" },
    end(halted("swap-back-failed", "deployed anew")),
  ],
  [
    "a lost lease",
    { kind: "wait-for-turn", detail: "not-holder" },
    { kind: "observe-again", detail: "not-holder" },
  ],
  [
    "a closed opening",
    { kind: "wait-for-opening", detail: "frozen" },
    { kind: "observe-again", detail: "frozen" },
  ],
  ["our own effect", { kind: "verify", byUs: true }, { kind: "verify", byUs: true }],
  [
    "somebody else's effect",
    { kind: "verify", byUs: false },
    end(halted("foreign-state", "somebody else has swapped back already")),
  ],
  [
    "a refusal of the platform",
    { kind: "end", ending: refused },
    end(halted("swap-back-failed", "declined-by-platform: 409: no")),
  ],
  [
    "a failed operation",
    end(halted("operation-failed", "Boom")),
    end(halted("swap-back-failed", "operation-failed: Boom")),
  ],
  ["a foreign state", end(halted("foreign-state", "d")), end(halted("foreign-state", "d"))],
  ["an unproved outcome", end(halted("outcome-unproved", "d")), end(halted("outcome-unproved", "d"))],
  ["a settlement", { kind: "settle", afterMs: 5 }, { kind: "settle", afterMs: 5 }],
  ["a busy platform", { kind: "observe-again", detail: "b" }, { kind: "observe-again", detail: "b" }],
])("%s leads a swap-back on", (_what, next, expected) => {
  expect(nextOfSwapBack(next)).toEqual(expected);
});

test("irreversible and swapBack never keep the release where it is, in this order", () => {
  expect(keptBy({ swapBack: "automatic" }, {})).toBeUndefined();
  expect(keptBy({ swapBack: "never" }, {})).toBe("regression-kept");
  expect(keptBy({ swapBack: "never" }, { irreversible: true })).toBe("regression-irreversible");
  expect(keptBy({ swapBack: "automatic" }, { irreversible: true })).toBe("regression-irreversible");
});

const order: SwapBackOrder = { id: "o", cause: "regression", by: "the soak", note: "probe home: 500", at: 1 };
const person: SwapBackOrder = { ...order, cause: "person", by: "Olga", note: "slow" };
const verified = { detail: "shop-blue holds production", finalRead: null };

test("an ending tells what led to it: the regression, or who ordered it and why", () => {
  expect(swappedBack(order, verified)).toMatchObject({
    outcome: "swapped-back",
    reason: { code: "regression", detail: "probe home: 500; swapped back: shop-blue holds production" },
  });
  expect(swappedBack(person, verified).reason).toMatchObject({
    code: "swapped-back-by-person",
    detail: "ordered by Olga: slow; swapped back: shop-blue holds production",
  });
  expect(withCause(halted("swap-back-failed", "no"), order)).toMatchObject({
    outcome: "halted",
    reason: { code: "swap-back-failed", detail: "probe home: 500; the swap-back: no" },
  });
});
