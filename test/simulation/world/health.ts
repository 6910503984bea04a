import type { Probe, ProbeAnswer } from "../../../src/domain/cloud-service/probe";
import { otherSide, type Side } from "../../../src/domain/kernel/swap-request";
import type { Sickness } from "../plans/world-plan";
import { errandUnderWay } from "./host";
import type { Timeline } from "./timeline";

/** The probe of a pair: production, and staging if readiness includes it. */
export function probeOf(pair: string, asksStaging: boolean): Probe {
  return {
    name: "health",
    url: addressOf(pair, "production"),
    ...(asksStaging ? { incomingUrl: addressOf(pair, "staging") } : {}),
    expect: { status: 200 },
    timeoutMs: 5_000,
  };
}

function addressOf(pair: string, slot: string): string {
  return `https://${pair}.${slot}.example/health`;
}

interface Surroundings {
  readonly clock: { now(): number };
  readonly timeline: Timeline;
  readonly azure: { holder(pair: string): Side };
}

/** The unhealthy releases and their answers. */
export class Health {
  readonly #world: Surroundings;
  readonly #sick = new Map<string, { readonly how: Sickness; readonly until: number }>();

  constructor(world: Surroundings) {
    this.#world = world;
  }

  fallsSick(pair: string, side: Side, how: Sickness, forMs: number): void {
    this.#sick.set(`${pair}-${side}`, { how, until: this.#world.clock.now() + forMs });
  }

  /** The answer of the release that is now at the address. */
  ask(host: string, url: string): ProbeAnswer {
    const { azure, clock, timeline } = this.#world;
    const [pair = "?", address] = new URL(url).hostname.split(".");
    const slot = address === "production" ? "production" : "staging";
    const holder = azure.holder(pair);
    const side = slot === "production" ? holder : otherSide(holder);
    const sick = this.#sick.get(`${pair}-${side}`);
    const answer = sick && clock.now() < sick.until ? sick.how : "well";
    const { request, activity } = errandUnderWay();
    timeline.add({ kind: "probed", host, pair, side, slot, answer, request, activity });
    if (answer === "error") return { kind: "none", detail: "no whole reply" };
    const status = answer === "failure" ? 500 : 200;
    return { kind: "answered", status, headers: {}, body: "", latencyMs: 5 };
  }
}
