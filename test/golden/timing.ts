import type { EngineFaults } from "../../local/durable-engine";
import type { VirtualClock } from "../support/virtual-clock";
import type { WireCall } from "./wire";

/** When parallel results arrived in the recording. Without this they arrive one by one, in another order. */
export interface Timing {
  /** How long activities with this input take, in ms, by attempt. */
  readonly delays: Readonly<Record<string, readonly number[]>>;
  /** How long each episode waits after it sent its messages, in ms. What arrives until then is one batch. */
  readonly holds: readonly number[];
}

export const timings: Readonly<Record<string, Timing>> = {
  "all-fail": { delays: { say: [1], alwaysFail: [2] }, holds: [] },
  fanout: { delays: { '"c"': [1], '"a"': [2], '"b"': [3] }, holds: [10] },
  "retry-all": {
    delays: {
      '{"id":"g-retry-all-mwt1i2wma","fails":1}': [1, 15],
      '{"id":"g-retry-all-mwt1i2wmb","fails":2}': [2, 20],
      '"plain"': [3],
    },
    // Queues hide messages for whole seconds, so its timers of half a second fire at once, as recorded.
    holds: [0, 25],
  },
};

/** Delays activities and commits by the timing of the played scenario. */
export class Timekeeper {
  readonly #clock: VirtualClock;
  #timing: Timing | undefined;
  #episodes = 0;
  readonly #attempts = new Map<string, number>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  play(scenario: string): void {
    this.#timing = timings[scenario];
    this.#episodes = 0;
    this.#attempts.clear();
  }

  readonly faults: EngineFaults = {
    atCommit: (step, { kind }) => {
      if (step !== "history" || kind !== "orchestration") return undefined;
      return this.#timing?.holds[this.#episodes++];
    },
  };

  /** Resolves when the activity can end. */
  readonly delay = async ({ metadata, request }: WireCall): Promise<void> => {
    const input = request.inputData[0]?.data.string ?? "";
    const delays = this.#timing?.delays;
    const key = delays && input in delays ? input : metadata.name;
    const attempt = this.#attempts.get(key) ?? 0;
    this.#attempts.set(key, attempt + 1);
    const ms = delays?.[key]?.[attempt];
    if (ms !== undefined) await this.#clock.sleep(ms);
  };
}
