import type { Dice } from "./dice";

/** How the hosts of a world share their hub, as the Azure Storage provider has it. */
export interface Sharing {
  readonly partitions: 1 | 4;
  /** The longest that an empty queue is left alone. */
  readonly pollSeconds: 1 | 10;
  /** HTTP, queue and timer functions run on a host of their own, as on Flex Consumption. */
  readonly apart: boolean;
  /** A host that comes back is another one, which waits for the partitions of the one before. */
  readonly renamed: boolean;
}

/** As host.json has it, on hosts that run everything and come back as themselves. */
export const plainSharing: Sharing = { partitions: 1, pollSeconds: 1, apart: false, renamed: false };

export function sharingIn(dice: Dice): Sharing {
  return {
    partitions: dice.pick([1, 1, 4]),
    pollSeconds: dice.pick([1, 1, 10]),
    apart: dice.chance(0.4),
    renamed: dice.chance(0.5),
  };
}

/** What a host that is down is replaced by: who it is on the hub, and what it runs. */
export interface Seat {
  readonly name: string;
  /** Whether it serves HTTP, queues and timers. */
  readonly servesTriggers: boolean;
  readonly runsDurableFunctions: boolean;
}

/** The seats of a world: so many hosts that run durable functions, and where things are apart one in front of them. */
export function seatsOf(hosts: number, { apart }: Sharing): readonly Seat[] {
  const back = Array.from({ length: hosts }, (_, n) => ({
    name: `seat${n}`,
    servesTriggers: !apart,
    runsDurableFunctions: true,
  }));
  const front = { name: "front", servesTriggers: true, runsDurableFunctions: false };
  return apart ? [...back, front] : back;
}
