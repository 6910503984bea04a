import type { RequestOrigin, SwapRequest } from "../../src/domain/kernel/swap-request";
import type { Plan } from "../../src/domain/plan/plan";
import { decidePlan } from "../../src/domain/plan/planning";
import type { PairPolicy } from "../../src/domain/policy/policy";
import { register } from "../../src/domain/promotion/promotion";
import type { PromotionChange } from "../../src/domain/promotion/state";
import { play } from "./described-promotion";
import { aPair, aPolicy, aRequest, NOW } from "./observations";

/** A promotion of a known person whose plan has probes and an approval rule. */
export const http: RequestOrigin = { channel: "http", principal: { oid: "o-1", name: "Rita" } };
export const glass: RequestOrigin = { ...http, breakGlass: { reason: "down" } };
export const registered = (over: Partial<SwapRequest> = {}, origin: RequestOrigin = http) =>
  register(undefined, { requestId: "r-1", contentHash: "h", request: aRequest(over), origin, at: NOW });
export const run = { runId: "run" };
export const begun = play(registered(), { kind: "begin", ...run, at: NOW });

const probes = [{ name: "home", url: "https://shop.example", expect: {}, timeoutMs: 1 }];
const approval = { quorum: 2, deadlineMs: 60_000, validForMs: 60_000 };
export function planOf(over: Partial<Plan> = {}, policy: Partial<PairPolicy> = {}): Plan {
  const verdict = decidePlan({
    ...{ request: aRequest(), policy: aPolicy(policy), observed: aPair(), now: NOW, digest: () => "hash" },
  });
  if (verdict.kind !== "planned") throw new Error(verdict.kind);
  return { ...verdict.plan, ...over };
}
export const planning = (plan: Plan): PromotionChange => ({ kind: "plan", ...run, plan, at: NOW });
export const plan = planOf({}, { probes, approval });
export const planned = play(begun, planning(plan));

/** Its texts are longer than those that the promotion record keeps. */
export const soak = {
  ...{ since: NOW, until: NOW + 60_000, checks: 7, failures: 0 },
  last: [{ name: "home", verdict: "pass", detail: "y".repeat(81) }] as const,
};
export const order = {
  ...({ id: "o", cause: "regression", at: NOW + 3 } as const),
  ...{ by: "b".repeat(61), note: "n".repeat(161) },
};
export const watched = (over: { soak?: typeof soak; rollback?: typeof order }): PromotionChange => ({
  ...{ kind: "watched", ...run, ...over },
});
