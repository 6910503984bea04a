import type { ReceivedEvent } from "./bus";
import type { ChaosWorld } from "./chaos-world";

/** A request that the broker has acknowledged. */
export interface Sent {
  readonly requestId: string;
  readonly pair: string;
  readonly promote: "blue" | "green";
  /**
   * When the first request of its group was sent, ms since 1970. A group is one request, or two for different sides;
   * the next group of the pair is sent after both have ended. So every effect belongs to one request.
   */
  readonly group: number;
}

export const COMPLETED = "cloud-service-swap.promotion.completed";

/** Sends requests, some of them repeatedly, and knows from the events which have ended. */
export class ChaosRequests {
  readonly sent: Sent[] = [];
  #duplicates = 0;
  readonly #world: ChaosWorld;
  readonly #random: () => number;
  readonly #released = new Set<string>();

  constructor(world: ChaosWorld, random: () => number) {
    this.#world = world;
    this.#random = random;
  }

  /** How often a request was sent again. */
  get duplicates(): number {
    return this.#duplicates;
  }

  get underWay(): readonly Sent[] {
    return this.sent.filter((request) => !this.#completionOf(request));
  }

  /**
   * Sends something for every pair: a new request, one for the other side behind it in the queue, or the same again.
   */
  async sendMore(): Promise<void> {
    for (const pair of this.#world.pairs) {
      const own = this.sent.filter((request) => request.pair === pair);
      const last = own.at(-1);
      const isUnderWay = this.underWay.some((request) => request.pair === pair);
      if (!last || !isUnderWay) {
        const production = await this.#world.production(pair);
        await this.#send(pair, otherThan(production), Date.now());
      } else if (own.filter(({ group }) => group === last.group).length === 1 && this.#random() < 0.3) {
        await this.#send(pair, otherThan(last.promote), last.group);
      }
      const again = own[Math.floor(this.#random() * own.length)];
      if (again && this.#random() < 0.3) await this.#repeat(again);
    }
  }

  /** A halted promotion puts its pair on hold until a person has checked. Here the person always releases it. */
  async releaseHolds(): Promise<void> {
    for (const request of this.sent) {
      const event = this.#completionOf(request);
      if (!["halted", "rolled-back"].includes(event?.data.outcome ?? "")) continue;
      if (this.#released.has(request.requestId)) continue;
      if (await this.#world.releaseHolds(request.pair)) this.#released.add(request.requestId);
    }
  }

  async #send(pair: string, promote: "blue" | "green", group: number): Promise<void> {
    const requestId = `chaos-${this.sent.length + 1}`;
    const request = { requestId, pair, promote, group };
    await this.#world.send(contentOf(request));
    this.sent.push(request);
    if (this.#random() < 0.3) await this.#repeat(request);
  }

  async #repeat(request: Sent): Promise<void> {
    await this.#world.send(contentOf(request));
    this.#duplicates++;
  }

  #completionOf({ requestId }: Sent): ReceivedEvent | undefined {
    return this.#world.seen.find((event) => event.type === COMPLETED && event.data.requestId === requestId);
  }
}

function otherThan(side: "blue" | "green"): "blue" | "green" {
  return side === "blue" ? "green" : "blue";
}

function contentOf({ requestId, pair, promote }: Sent): object {
  return { requestId, pair, promote, reason: "chaos", requestedBy: "chaos" };
}
