import type { Dice } from "./dice";

/** How the hosts of a world share their hub, as with the Azure Storage provider. */
export interface Sharing {
  readonly partitions: 1 | 4;
  /** The longest pause between polls of an empty queue. */
  readonly pollSeconds: 1 | 10;
  /** HTTP, queue and timer functions run on a separate host, as on Flex Consumption. */
  readonly apart: boolean;
  /** A host returns under another name, and waits for the partitions of the previous one. */
  readonly renamed: boolean;
}

/** As in host.json, on hosts that run everything and keep their name. */
export const plainSharing: Sharing = { partitions: 1, pollSeconds: 1, apart: false, renamed: false };

export function sharingIn(dice: Dice): Sharing {
  return {
    partitions: dice.pick([1, 1, 4]),
    pollSeconds: dice.pick([1, 1, 10]),
    apart: dice.chance(0.4),
    renamed: dice.chance(0.5),
  };
}

/** The place of a host in the world: its name on the hub, and what it runs. */
export interface Seat {
  readonly name: string;
  /** Whether it serves HTTP, queues and timers. */
  readonly servesTriggers: boolean;
  readonly runsDurableFunctions: boolean;
}

/** The seats of a world: `hosts` hosts that run durable functions, and one in front of them if they are apart. */
export function seatsOf(hosts: number, { apart }: Sharing): readonly Seat[] {
  const back = Array.from({ length: hosts }, (_, n) => ({
    name: `seat${n}`,
    servesTriggers: !apart,
    runsDurableFunctions: true,
  }));
  const front = { name: "front", servesTriggers: true, runsDurableFunctions: false };
  return apart ? [...back, front] : back;
}
