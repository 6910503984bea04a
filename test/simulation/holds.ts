import type { World } from "./world";
import type { Deed } from "./world-plan";

/** How long a person on call needs to look at a halted pair and release it. */
const RELEASE_MS = 120_000;
const LOOK_MS = 30_000;
const SEEN_MS = 1_000;

/** People who stop the line of a pair, and those who look at a stopped one and let it go on. */
export class Holds {
  readonly #world: World;
  /** Asks some host to release the holds of a pair; answers the HTTP status, 0 when there is no host. */
  readonly #release: (pair: string) => Promise<number>;
  readonly #released = new Set<number>();
  #stops = 0;

  constructor(world: World, release: (pair: string) => Promise<number>) {
    this.#world = world;
    this.#release = release;
  }

  /** A person looks at every halted pair after a while, and lets it go on. */
  watch(): void {
    const { timeline, plan, clock, startedAt } = this.#world;
    for (const halt of timeline.of("published")) {
      const isDue = clock.now() - startedAt >= halt.at + RELEASE_MS;
      if (!["halted", "swapped-back"].includes(halt.outcome ?? "") || this.#released.has(halt.n) || !isDue)
        continue;
      if (this.#world.live.length === 0) continue;
      void this.#let(halt.pair ?? plan.pairs[0] ?? "?").then((isReleased) => {
        if (isReleased) this.#released.add(halt.n);
      });
    }
    clock.setTimer(clock.now() + LOOK_MS, () => {
      this.watch();
    });
  }

  /** Puts a pair on hold as its arbiter takes it, and lets it go on after `forMs`. */
  async stop({ pair, forMs }: Extract<Deed, { kind: "hold" }>): Promise<void> {
    const { timeline, clock } = this.#world;
    const id = `by-hand-${this.#stops++}`;
    const reason = { code: "on-hold", detail: "stop the line", remedy: "release it" };
    const operation = { kind: "hold", hold: { id, at: clock.now(), reason } };
    for (let asked = 0; !this.#isOn(pair, id); asked++) {
      if (asked % (LOOK_MS / SEEN_MS) === 0) this.#signal(pair, operation);
      await clock.sleep(SEEN_MS);
    }
    timeline.add({ kind: "held", pair });
    await clock.sleep(forMs);
    while (!(await this.#let(pair))) await clock.sleep(SEEN_MS);
  }

  /** As the remedy of an unproved outcome says, nobody lets go on while an operation of ours still runs. */
  async #let(pair: string): Promise<boolean> {
    if (this.#world.azure.isUnderWay(pair)) return false;
    this.#world.timeline.add({ kind: "hold-released", pair });
    const { clock } = this.#world;
    const status = await Promise.race([this.#release(pair), clock.sleep(LOOK_MS).then(() => 0)]);
    return status > 0 && status < 500;
  }

  /** A host that dies never answers: whoever wants the hold looks whether it stands. */
  #signal(pair: string, operation: object): void {
    const { live, dice } = this.#world;
    if (live.length === 0) return;
    void dice.pick(live).rpc({
      method: "POST",
      url: `/durabletask/entities/pair/${pair}?op=apply`,
      headers: { "content-type": "application/json" },
      body: Buffer.from(JSON.stringify(operation)),
    });
  }

  #isOn(pair: string, id: string): boolean {
    return this.#world.hub.entities.get(`@pair@${pair}`)?.state?.includes(`"${id}"`) ?? false;
  }
}
