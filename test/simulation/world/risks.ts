import type { Risk } from "../plans/world-plan";
import type { Azure } from "./azure";
import type { SimulatedHost } from "./host";
import type { Timeline } from "./timeline";

interface Surroundings {
  readonly azure: Azure;
  readonly timeline: Timeline;
  sleep(ms: number): Promise<void>;
  /** The platform replaces a host that it considers dead. */
  replace(host: SimulatedHost): void;
}

/** Causes the residual risk of a world's plan, at its PUT. */
export class Risks {
  /** Whether it has occurred, and its effect is still to come. */
  pending = false;
  readonly #risk: Risk | undefined;
  readonly #world: Surroundings;
  #writes = 0;

  constructor(risk: Risk | undefined, world: Surroundings) {
    this.#risk = risk;
    this.#world = world;
    if (risk?.kind === "undone by hand before it was seen")
      world.azure.onEffect = (pair, put) => {
        if (put === risk.put) this.#byHand(pair, world.timeline.of("put")[put]?.execution ?? "?");
      };
  }

  /** Called between an attempt's last check of the clock and its PUT. */
  async beforeWrite(host: SimulatedHost, service: string, execution: string): Promise<void> {
    const pair = /([^/]+)-(blue|green)$/.exec(service)?.[1] ?? "?";
    if (this.#writes++ !== this.#risk?.put) return;
    switch (this.#risk.kind) {
      case "frozen before the write":
        return this.#freeze(host, pair, execution, this.#risk.forMs);
      case "swapped by hand before the write":
        this.#byHand(pair, execution);
        return;
      case "undone by hand before it was seen":
    }
  }

  async #freeze(host: SimulatedHost, pair: string, execution: string, forMs: number): Promise<void> {
    this.#strikes(pair, execution);
    this.pending = true;
    this.#world.replace(host);
    host.freeze(forMs);
    await this.#world.sleep(forMs);
    this.pending = false;
  }

  #byHand(pair: string, execution: string): void {
    this.#strikes(pair, execution);
    this.#world.azure.simulator.swapByHand(`${pair}-green`);
    this.#world.azure.observe();
  }

  #strikes(pair: string, execution: string): void {
    const { kind } = this.#risk ?? {};
    if (kind) this.#world.timeline.add({ kind: "risk", risk: kind, pair, execution });
  }
}
