import type { UserAction } from "../plans/world-plan";
import { haltOf } from "../rules/forward-rules";
import type { Call, Reply } from "./http-api";
import type { WorldWithApi } from "./pairs-editing";

/** How long a person takes to check a halted pair and release it. */
const RELEASE_MS = 120_000;
const CHECK_MS = 30_000;
const SEEN_MS = 1_000;

interface Stop {
  readonly n: number;
  readonly pair: string;
  readonly request: string;
}

/** A hold in the API. */
interface Shown {
  readonly id: string;
  readonly requestId?: string;
}

/** People who set holds, and people who check halted pairs and release them. */
export class Holds {
  readonly #world: WorldWithApi;
  readonly #released = new Set<number>();
  #stops = 0;
  #releases = 0;

  constructor(world: WorldWithApi) {
    this.#world = world;
  }

  /** Releases every halted pair after a while. */
  watch(): void {
    const { timeline, plan, clock, startedAt } = this.#world;
    for (const { n, at, outcome, pair = plan.pairs[0] ?? "?", request = "?" } of timeline.of("published")) {
      const isDue = clock.now() - startedAt >= at + RELEASE_MS;
      if (!["halted", "rolled-back"].includes(outcome ?? "") || this.#released.has(n) || !isDue) continue;
      if (this.#world.fronts.length === 0 || this.#waitsForTheOperation(pair)) continue;
      void this.#letGo({ n, pair, request }).then((isReleased) => {
        if (isReleased) this.#released.add(n);
      });
    }
    clock.setTimer(clock.now() + CHECK_MS, () => {
      this.watch();
    });
  }

  /** Sets a hold, repeating the call with the same id until it is acknowledged, and releases it after `forMs`. */
  async stop({ pair, forMs, all }: Extract<UserAction, { kind: "hold" }>): Promise<void> {
    const { timeline, clock } = this.#world;
    const hold = `by-hand-${this.#stops++}`;
    timeline.add({ kind: "hold-asked", pair, hold });
    while (!(await this.#put(pair, hold))) await clock.sleep(SEEN_MS);
    timeline.add({ kind: "held", pair, hold });
    await clock.sleep(forMs);
    const id = all ? undefined : hold;
    while (!(await this.#release(pair, { hold: id, id }))) await clock.sleep(SEEN_MS);
  }

  /** The remedy for an unproved outcome is to wait until the operation is over; not everybody does. */
  #waitsForTheOperation(pair: string): boolean {
    return !this.#world.plan.hasty && this.#world.azure.isUnderWay(pair);
  }

  /** Every other halt is released by its own hold, as the API shows it, and the others by releasing all holds. */
  async #letGo({ n, pair, request }: Stop): Promise<boolean> {
    if (n % 2 === 0) return this.#release(pair, { hold: undefined, id: undefined });
    const shown = await this.#holdsOf(pair);
    const own = shown?.find((hold) => hold.requestId === request);
    if (own) return this.#release(pair, { hold: haltOf(request), id: own.id });
    // Another halt may include it, or it is already gone, or there was no answer.
    if (shown && shown.length > 0) return this.#release(pair, { hold: undefined, id: undefined });
    return shown !== undefined;
  }

  async #holdsOf(pair: string): Promise<readonly Shown[] | undefined> {
    const call = { method: "GET", path: "pairs" };
    const reply = await this.#ask("listPairs", call);
    if (reply?.status !== 200) return undefined;
    const { value } = JSON.parse(reply.text) as {
      value: readonly { readonly name: string; readonly holds: readonly Shown[] }[];
    };
    return value.find(({ name }) => name === this.#world.pairsFile.nameOf(pair))?.holds;
  }

  /** `hold`: the hold's name in the timeline; `id`: its id in the API. Both are absent for all holds. */
  async #release(
    pair: string,
    { hold, id }: { readonly hold: string | undefined; readonly id: string | undefined },
  ): Promise<boolean> {
    const { timeline } = this.#world;
    const release = this.#releases++;
    timeline.add({ kind: "hold-released", pair, release, hold });
    const body = { note: "looked at it" };
    const query = id === undefined ? {} : { query: { id } };
    const name = this.#world.pairsFile.nameOf(pair);
    const call = { method: "DELETE", path: `holds/${name}`, params: { pair: name }, body, ...query };
    const { status = 0, text = "" } = (await this.#ask("deleteHold", call)) ?? {};
    // A host that does not know its name has released nothing.
    const isOver = status > 0 && status < 500 && !text.includes('"code":"unknown-pair"');
    if (isOver) timeline.add({ kind: "release-answered", release, status });
    return isOver;
  }

  async #put(pair: string, id: string): Promise<boolean> {
    const body = { id, reason: "incident" };
    const name = this.#world.pairsFile.nameOf(pair);
    const call = { method: "PUT", path: `holds/${name}`, params: { pair: name }, body };
    return (await this.#ask("putHold", call))?.status === 200;
  }

  /** Undefined without an answer: there is no host, or it stands still or dies. */
  #ask(name: string, call: Call): Promise<Reply | undefined> {
    return this.#world.httpApi.check(name, call, ["Swap.Operate", "Swap.Read"]);
  }
}
