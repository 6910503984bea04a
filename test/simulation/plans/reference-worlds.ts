import { calmWorld, request } from "./user-actions";
import type { UserAction, Risk, WorldPlan } from "./world-plan";

const MINUTE = 60_000;

const put = (answer: object, times = 1): UserAction => ({
  at: 0,
  kind: "arm-fault",
  fault: { method: "PUT", times, answer },
});

const busy = (at: number, forMs: number): UserAction => ({
  at,
  kind: "service-fault",
  serviceFault: {
    kind: "state",
    service: "shop-green",
    instance: "WebRole_IN_0",
    state: "RoleStateBusy",
    seconds: forMs / 1000,
  },
});

function world(userActions: readonly UserAction[], over: Partial<WorldPlan> = {}): WorldPlan {
  return calmWorld(userActions, { asksAtTheEnd: true, ...over });
}

const worst = (risk: Risk, ...faults: readonly UserAction[]) => ({
  ...world([request("r1"), ...faults], { readinessDeadlineMs: 120 * MINUTE, stableForMs: 30_000 }),
  risk,
});

/** The worst case of each residual risk. */
export const residualReferences: readonly (WorldPlan & { readonly risk: Risk })[] = [
  worst({ kind: "frozen before the write", put: 0, forMs: 25 * MINUTE }),
  worst({ kind: "swapped by hand before the write", put: 0 }),
  worst({ kind: "undone by hand before it was seen", put: 0 }, put({ kind: "reset-after" })),
];

/** The worlds that the sweep crashes at every point. */
export const referenceWorlds: Readonly<Record<string, WorldPlan>> = {
  // The sweep waits for a lost attempt at thousands of pairs of points: briefly, and with few polls.
  immediate: world([request("r1")], {
    stableForMs: 30_000,
    swapTimes: { operationDeadlineMs: 2 * MINUTE, pollMs: MINUTE },
  }),
  waiting: world([busy(0, 4 * MINUTE), request("r1")]),
  flapping: world([busy(0, 30_000), busy(75_000, 20_000), busy(200_000, 20_000), request("r1")]),
  "contended pair": world([request("r1"), request("r2", { at: 100, promote: "blue" })]),
  duplicate: world([request("r1", { copies: 3, every: 40_000 })]),
  "changed content": world([request("r1", { copies: 2, every: 40_000, otherContent: true })]),
  "cancel race": world([request("r1"), { at: 60_050, kind: "cancel", request: "r1" }]),
  "unknown outcome": world([request("r1"), put({ kind: "reset-after" })]),
  "nothing came of it": world([request("r1"), put({ kind: "reset-before" })]),
  "operation failed": world([request("r1"), put({ kind: "operation-fails", code: "VipSwapFailed" })]),
  "asked once over HTTP": world([request("r1", { channel: "http", givesUp: true })]),
  "asked once over HTTP of two hosts": world([request("r1", { channel: "http", givesUp: true })], {
    hosts: 2,
  }),
  "operation slow": world([request("r1")], { operationSeconds: 300 }),
  // Only the newest address answers, and the error is in Microsoft.Web's place.
  "operation failed behind expiring addresses": world(
    [request("r1"), put({ kind: "operation", outcome: "Failed", code: "VipSwapFailed", seconds: 60 })],
    {
      wire: {
        operationUrls: { headers: "location", characters: 6_144, expiresAfterPolls: 1 },
        errors: "top-level",
        throttling: {},
      },
    },
  ),
};
