import type { HubSettings } from "./settings";

/**
 * How long others wait for what a host leaves behind, in ms. Measured between two hosts of extension 3.19 on one hub
 * (docs/running-under-func.md): after a kill a partition changed hands in 22–36 s, since a lease that nobody renews has
 * to run out and be noticed; after SIGTERM in 6–8 s, since it is given up. Neither is a setting of host.json.
 */
export interface Recovery {
  /** Until the partitions of a killed host are another one's. */
  killedMs(): number;
  /** Until those of a host that stopped in order are, or a share of them that a host which joins is to have. */
  handedOverMs(): number;
  /** How long messages that a killed host had fetched stay hidden, from its last sign of life. */
  readonly messagesMs: number;
  /** The same for activities it ran. */
  readonly activitiesMs: number;
}

const KILLED_MS = [22_000, 36_000] as const;
const HANDED_OVER_MS = [6_000, 8_000] as const;

/** The recovery of the Azure Storage provider, somewhere within its ranges: `roll` says where, in [0, 1). */
export function providerRecovery(settings: HubSettings, roll: () => number = () => 0.5): Recovery {
  const within = ([least, most]: readonly [number, number]) => Math.round(least + roll() * (most - least));
  return {
    killedMs: () => within(KILLED_MS),
    handedOverMs: () => within(HANDED_OVER_MS),
    messagesMs: settings.controlQueueVisibilityMs,
    activitiesMs: settings.workItemQueueVisibilityMs,
  };
}
