import type { HubSettings } from "./settings";

/**
 * How long others wait for what a host leaves behind, in ms; measured between two hosts of extension 3.19 on one hub
 * (docs/running-under-func.md). A killed host's partition moves in 22–36 s, when its lease has expired; after SIGTERM
 * in 6–8 s. Neither is a setting of host.json.
 */
export interface Recovery {
  /** Until the partitions of a killed host have another owner. */
  killedMs(): number;
  /** Until the partitions of a host that stopped in order, or the share of a host that joins, have another owner. */
  handedOverMs(): number;
  /** How long messages fetched by a killed host stay hidden, from its last sign of life. */
  readonly messagesMs: number;
  /** The same for its activities. */
  readonly activitiesMs: number;
}

const KILLED_MS = [22_000, 36_000] as const;
const HANDED_OVER_MS = [6_000, 8_000] as const;

/** The recovery of the Azure Storage provider; `roll`, in [0, 1), selects a time within its ranges. */
export function providerRecovery(settings: HubSettings, roll: () => number = () => 0.5): Recovery {
  const within = ([least, most]: readonly [number, number]) => Math.round(least + roll() * (most - least));
  return {
    killedMs: () => within(KILLED_MS),
    handedOverMs: () => within(HANDED_OVER_MS),
    messagesMs: settings.controlQueueVisibilityMs,
    activitiesMs: settings.workItemQueueVisibilityMs,
  };
}
