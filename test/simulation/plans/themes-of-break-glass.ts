import { chances, request, type Themes } from "./user-actions";
import type { WorldPlan } from "./world-plan";

const SECOND = 1_000;
const MINUTE = 60_000;

/** Operators with break-glass, what it does not skip, and people without permission. */
export const themesOfBreakGlass = {
  /** No approval and no open window; a hold is set before the swap or during the wait for readiness. */
  breakGlassStopped: (dice) => ({
    ...shut,
    userActions: [
      request("r1", { channel: "http", breakGlass: "operator" }),
      { at: dice.between(2, 25) * SECOND, kind: "hold", pair: "shop", forMs: dice.between(2, 5) * MINUTE },
    ],
  }),
  /** A hold is set while an operator's attempt is late. */
  breakGlassStoppedLate: (dice) => {
    const at = dice.between(50, 100) * SECOND;
    return {
      ...shut,
      userActions: [
        request("r1", { channel: "http", breakGlass: "operator" }),
        { at, kind: "hold", pair: "shop", forMs: 500 * SECOND - at },
      ],
      chances: chances({ attemptLate: 1 }),
    };
  },
  /** Instances of the incoming service do not run, or those of the outgoing one. */
  breakGlassNotRunning: (dice) => ({
    ...shut,
    userActions: [
      request("r1", { at: 10 * SECOND, channel: "http", breakGlass: "operator" }),
      {
        at: 0,
        kind: "service-fault",
        serviceFault: {
          kind: "state",
          service: dice.pick(["shop-green", "shop-green", "shop-blue"]),
          instance: "WebRole_IN_1",
          state: "RoleStateBusy",
          seconds: dice.pick([45, 400]),
        },
      },
    ],
  }),
  /** A caller without permission tries break-glass; the same request without it waits like any other. */
  breakGlassNotAllowed: (dice) => ({
    ...shut,
    userActions: [
      request("r1", { channel: "http", breakGlass: dice.pick(["requester", "application"]) }),
      ...(dice.chance(0.5) ? [request("r1", { at: 20 * SECOND, channel: "http" })] : []),
    ],
  }),
} satisfies Themes;

/** Somebody must approve, and no window is open. */
export const shut = {
  approval: { quorum: 1, deadlineMs: 5 * MINUTE, validForMs: 20 * MINUTE },
  window: { freeze: { from: 0, to: 60 * MINUTE } },
  stableForMs: 30 * SECOND,
} as const satisfies Partial<WorldPlan>;
