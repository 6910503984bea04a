import type { PairState } from "../../src/domain/pair";
import { pairKeyIn } from "./pair-ids";
import type { World } from "./world";

/** Leases that nobody who is under way holds any more. */
export function leasesHeld({ plan, hub }: Pick<World, "plan" | "hub">): string[] {
  return plan.pairs.flatMap((pair) => {
    const text = hub.entities.get(`@pair@${pairKeyIn(pair)}`)?.state;
    const state = text ? (JSON.parse(text) as PairState) : undefined;
    return state?.lease ? [`the lease of ${pair} is still held by ${state.lease.holder}`] : [];
  });
}

/** Writes down from when on the ledger holds an outcome; `stored` remembers of whom that is known. */
export function noteOutcomes({ timeline, hub }: Pick<World, "timeline" | "hub">, stored: Set<string>): void {
  for (const { request } of [...timeline.of("sent"), ...timeline.of("put")]) {
    if (stored.has(request)) continue;
    const ledger = hub.entities.get(`@promotion@${request}`)?.state;
    if (!ledger?.includes('"conclusion":{')) continue;
    stored.add(request);
    timeline.add({ kind: "outcome-stored", request });
  }
}

/** Whether the ledger has an entry. */
export function isRegistered({ hub }: Pick<World, "hub">, request: string): boolean {
  return hub.entities.get(`@promotion@${request}`)?.state !== undefined;
}
