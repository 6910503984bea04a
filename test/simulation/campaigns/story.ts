import type { Side } from "../../../src/domain/kernel/swap-request";
import type { WorldPlan } from "../plans/world-plan";
import { History } from "../rules/history";
import type { SimulatedHost } from "../world/host";
import type { Timeline } from "../world/timeline";
import { World } from "../world/world";

/** The result of a world, in the same terms for the product and the scripts. */
export interface Story {
  readonly requests: ReadonlySet<string>;
  /** Requests with a reported outcome. */
  readonly answered: ReadonlySet<string>;
  /**
   * Effective swaps, except intended returns of production: the request, and whether an instance of the pair did not
   * run when the call arrived.
   */
  readonly swaps: readonly { readonly request: string; readonly unready: boolean }[];
  /** Requests reported as promoted while their target did not hold production. */
  readonly wronglyPromoted: ReadonlySet<string>;
}

/** A reported success: `side` is the reported production, and `described` is the entry before which it was reported. */
interface Success {
  readonly request: string;
  readonly pair: string;
  readonly side: Side;
  readonly described: number;
}

/** The same world with the product. */
export class ProductWorld extends World {
  /** The same conditions as for the scripts. */
  override readonly sparesTheUnseen: boolean = false;
  readonly #successes = new Map<string, Success>();

  override publish(host: SimulatedHost, event: string): Promise<void> {
    const { id, data } = JSON.parse(event) as {
      id: string;
      data: { requestId?: string; pair?: string; outcome?: string; incoming?: { side: Side } | null };
    };
    const { requestId: request = "", pair = "", outcome = "", incoming } = data;
    if (incoming && !this.#successes.has(id) && /^(promoted|unchanged)$/.test(outcome))
      this.#successes.set(id, {
        request,
        pair,
        side: incoming.side,
        described: this.timeline.entries.length,
      });
    return super.publish(host, event);
  }

  async story(): Promise<Story> {
    try {
      await this.play();
      const history = new History(this.timeline);
      return {
        requests: new Set(this.timeline.of("sent").map((e) => e.request)),
        answered: new Set(this.timeline.of("published").map((e) => e.request ?? "")),
        swaps: this.timeline.of("effect").flatMap((effect) => {
          const cause = history.causeOf(effect);
          return cause && !history.isBack(cause)
            ? [{ request: cause.request, unready: cause.unready.length > 0 }]
            : [];
        }),
        wronglyPromoted: new Set(
          [...this.#successes.values()]
            .filter((each) => isWrong(each, this.timeline))
            .map(({ request }) => request),
        ),
      };
    } finally {
      this.close();
    }
  }
}

/**
 * Whether a success was false when it was concluded, as a script is judged when it ends. A late or repeated event is
 * not false.
 */
export function isWrong({ request, pair, side, described }: Success, timeline: Timeline): boolean {
  const concluded = timeline.of("outcome-stored").find((e) => e.request === request)?.n ?? described;
  const last = timeline
    .of("effect")
    .filter((e) => e.pair === pair && e.n < concluded)
    .at(-1);
  // At the start of every world the blue services hold production.
  return (last?.production ?? "blue") !== side;
}

/** Whether faults or other people cause harm in a world. */
export function isFaulted({ userActions, chances }: WorldPlan): boolean {
  const harm = Object.entries(chances).some(([name, rate]) => name !== "mostCrashes" && rate > 0);
  return harm || userActions.some(({ kind }) => !["request", "cancel", "new-version"].includes(kind));
}
