import type { EngineFaults } from "../../../local/durable-engine";
import type { Dice } from "./dice";
import type { Surroundings } from "./surroundings";

/**
 * All faults of the engine, as often as the world's plan says. Commits go step by step, and hosts may die in between.
 */
export function engineFaults(world: Surroundings): EngineFaults {
  const { chances } = world.plan;
  const streams = new Map<string, Dice>();
  const strikes = (name: string, probability: number) => {
    const dice = streams.get(name) ?? world.dice.fork(`engine ${name}`);
    streams.set(name, dice);
    return world.strikes(dice, probability, name) ? dice : undefined;
  };
  return {
    atCommit: (step, { kind, name }) => (world.mayDie(`${kind} ${name}: ${step}`) ? "crash" : undefined),
    stealsLease: () => strikes("two hosts serve one instance", chances.leaseStolen) !== undefined,
    reorderBatch: (_entity, n) => {
      const dice = strikes("an entity's batch is cut and reordered", n < 2 ? 0 : chances.batchReordered);
      return dice && shuffled(n, dice).slice(0, dice.between(1, n));
    },
    rowLagMs: () => strikes("an instance row lags", chances.rowLag)?.between(1_000, 600_000) ?? 0,
    stuckRunning: () => strikes("an instance looks Running for good", chances.rowLag / 4) !== undefined,
    entityReadLagMs: () =>
      strikes("clients read an old state", chances.staleRead)?.pick([20, 90, 90, 500]) ?? 0,
    onActivity: ({ name, copy }) => {
      const twice = strikes(`activity ${name} runs twice`, chances.activityTwice);
      const late = strikes(`activity ${name} is late`, chances.activityLate);
      if (name.toLowerCase() === "attemptswap") {
        const slow = strikes("an attempt begins late", chances.attemptLate);
        const again = strikes("an attempt runs twice", chances.attemptTwice);
        const behind = copy > 0 ? again?.pick([0, 90_000, 400_000]) : undefined;
        const startDelayMs = slow?.pick([90_000, 400_000]) ?? behind ?? 0;
        if (slow || again) return { copies: twice || again ? 2 : 1, startDelayMs };
      }
      if (!twice && !late) return undefined;
      return {
        copies: twice ? twice.between(2, 3) : 1,
        ...(late ? { startDelayMs: late.pick([0, 500, 20_000, 90_000, 400_000]) } : {}),
        ...(late?.chance(0.5) ? { resultDelayMs: late.pick([500, 30_000, 300_000]) } : {}),
      };
    },
    onDelivery: () => {
      const late = strikes("a message is late", chances.deliveryLate);
      const twice = strikes("a message comes twice", chances.deliveryTwice);
      if (!late && !twice) return undefined;
      return { copies: twice ? 2 : 1, delayMs: late?.pick([100, 2_000, 30_000, 120_000]) ?? 0 };
    },
    timerOffsetMs: () => strikes("a timer is off", chances.timerOff)?.between(-1_000, 1_000) ?? 0,
    losesCarriedEvents: () => strikes("events are lost at continue-as-new", chances.eventsLost) !== undefined,
  };
}

function shuffled(n: number, dice: Dice): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = dice.between(0, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
