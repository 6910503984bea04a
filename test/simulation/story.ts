import type { Side } from "../../src/domain/swap-request";
import type { SimulatedHost } from "./host";
import { World } from "./world";
import type { WorldPlan } from "./world-plan";

/** What came of a world, in the same words for whoever did the swapping. */
export interface Story {
  readonly requests: ReadonlySet<string>;
  /** Requests of which an outcome was told, whatever it was. */
  readonly answered: ReadonlySet<string>;
  /** Effective swaps: on whose behalf, and whether an instance of the pair did not run when the call arrived. */
  readonly swaps: readonly { readonly request: string; readonly unready: boolean }[];
  /** Requests reported as promoted while their target did not hold production. */
  readonly wronglyPromoted: ReadonlySet<string>;
}

/** The same world with the product in it. */
export class ProductWorld extends World {
  /** The peers are not spared either. */
  override readonly sparesTheUnseen: boolean = false;
  readonly #told = new Set<string>();
  readonly #wrong = new Set<string>();

  /** Judges a success when it is first told; that the broker gets it later, or again, is not its fault. */
  override publish(host: SimulatedHost, event: string): Promise<void> {
    const { id, data } = JSON.parse(event) as {
      id: string;
      data: { requestId?: string; pair?: string; outcome?: string };
    };
    const { requestId = "", pair = "", outcome = "" } = data;
    if (!this.#told.has(id) && /^(promoted|unchanged)$/.test(outcome)) {
      const side = this.#sideOf(requestId);
      if (this.azure.simulator.service(`${pair}-${side}`)?.slot !== "Production") this.#wrong.add(requestId);
    }
    this.#told.add(id);
    return super.publish(host, event);
  }

  async story(): Promise<Story> {
    try {
      await this.play();
      const puts = this.timeline.of("put");
      return {
        requests: new Set(this.timeline.of("sent").map((e) => e.request)),
        answered: new Set(this.timeline.of("published").map((e) => e.request ?? "")),
        swaps: this.timeline.of("effect").flatMap(({ put }) => {
          const cause = put === undefined ? undefined : puts[put];
          return cause ? [{ request: cause.request, unready: cause.unready.length > 0 }] : [];
        }),
        wronglyPromoted: this.#wrong,
      };
    } finally {
      this.close();
    }
  }

  #sideOf(request: string): Side {
    const deed = this.plan.deeds.find((each) => each.kind === "request" && each.request === request);
    // At the start of every world the blue services hold production.
    return deed?.kind === "request" && deed.promote === "blue" ? "blue" : "green";
  }
}

/** Whether chance or other people do any harm in a world. */
export function isFaulted({ deeds, chances }: WorldPlan): boolean {
  const harm = Object.entries(chances).some(([name, rate]) => name !== "mostCrashes" && rate > 0);
  return harm || deeds.some(({ kind }) => !["request", "cancel", "new-version"].includes(kind));
}
