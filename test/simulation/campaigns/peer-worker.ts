import type { VirtualClock } from "../../support/virtual-clock";
import type { BusHost } from "../world/bus";

interface WorkerSurroundings {
  readonly clock: VirtualClock;
  mayDie(point: string): boolean;
  /** Called when the worker dies at a crash point. */
  died(worker: PeerWorker): void;
  /** Processes a message's text. */
  work(worker: PeerWorker, text: string): Promise<void>;
}

/** A process that takes messages from the queue. What was under way when it dies never continues. */
export class PeerWorker implements BusHost {
  readonly id: string;
  alive = true;
  /** Scripts under way. */
  running = 0;
  readonly #world: WorkerSurroundings;
  #thaw: Promise<void> | undefined;

  constructor(id: string, world: WorkerSurroundings) {
    this.id = id;
    this.#world = world;
  }

  bindingOf(trigger: string): string {
    return trigger;
  }

  /** Dead letters are ignored. */
  invoke(trigger: string, { inputData }: Parameters<BusHost["invoke"]>[1]): Promise<void> {
    if (trigger !== "acceptSwapRequest") return Promise.resolve();
    return this.#world.work(this, Buffer.from(inputData?.[0]?.data?.bytes ?? []).toString());
  }

  freeze(forMs: number): void {
    this.#thaw = this.#world.clock.sleep(forMs).then(() => {
      this.#thaw = undefined;
    });
  }

  async gate<T>(work: () => Promise<T>): Promise<T> {
    await this.#standing();
    try {
      return await work();
    } finally {
      await this.#standing();
    }
  }

  async pass(point: string): Promise<void> {
    if (this.alive && this.#world.mayDie(point)) this.#world.died(this);
    await this.#standing();
  }

  async #standing(): Promise<void> {
    while (this.#thaw) await this.#thaw;
    if (!this.alive) await new Promise<never>(() => undefined);
  }
}
