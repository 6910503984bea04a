import type { Call } from "./surface";
import type { World } from "./world";
import type { Deed } from "./world-plan";

/** How long a person on call needs to look at a halted pair and release it. */
const RELEASE_MS = 120_000;
const LOOK_MS = 30_000;
const SEEN_MS = 1_000;

/** People who stop the line of a pair, and those who look at a stopped one and let it go on. */
export class Holds {
  readonly #world: World;
  readonly #released = new Set<number>();
  #stops = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** A person looks at every halted pair after a while, and lets it go on. */
  watch(): void {
    const { timeline, plan, clock, startedAt } = this.#world;
    for (const halt of timeline.of("published")) {
      const isDue = clock.now() - startedAt >= halt.at + RELEASE_MS;
      if (!["halted", "swapped-back"].includes(halt.outcome ?? "") || this.#released.has(halt.n) || !isDue)
        continue;
      if (this.#world.fronts.length === 0) continue;
      void this.#let(halt.pair ?? plan.pairs[0] ?? "?").then((isReleased) => {
        if (isReleased) this.#released.add(halt.n);
      });
    }
    clock.setTimer(clock.now() + LOOK_MS, () => {
      this.watch();
    });
  }

  /** Stops the line of a pair, asking again under the same id until it is acknowledged, and lets it go on after `forMs`. */
  async stop({ pair, forMs }: Extract<Deed, { kind: "hold" }>): Promise<void> {
    const { timeline, clock } = this.#world;
    const id = `by-hand-${this.#stops++}`;
    while (!(await this.#put(pair, id))) await clock.sleep(SEEN_MS);
    timeline.add({ kind: "held", pair });
    await clock.sleep(forMs);
    while (!(await this.#let(pair))) await clock.sleep(SEEN_MS);
  }

  /** As the remedy of an unproved outcome says, nobody lets go on while an operation of ours still runs. */
  async #let(pair: string): Promise<boolean> {
    if (this.#world.azure.isUnderWay(pair)) return false;
    this.#world.timeline.add({ kind: "hold-released", pair });
    const body = { note: "looked at it" };
    const call = { method: "DELETE", path: `holds/${pair}`, params: { pair }, body };
    const status = await this.#ask("deleteHold", call);
    return status > 0 && status < 500;
  }

  async #put(pair: string, id: string): Promise<boolean> {
    const body = { id, reason: "stop the line" };
    const call = { method: "PUT", path: `holds/${pair}`, params: { pair }, body };
    return (await this.#ask("putHold", call)) === 200;
  }

  /** The HTTP status, 0 when nobody answers: there is no host, or it stands still or dies. */
  #ask(name: string, call: Call): Promise<number> {
    const { surface, clock } = this.#world;
    const late = clock.sleep(LOOK_MS).then(() => 0);
    return Promise.race([surface.once(name, call, ["Swap.Operate"]), late]);
  }
}
