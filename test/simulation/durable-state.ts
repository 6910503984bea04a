import type { World } from "./world";

// What the stores saw, and when: that an entry is there, that it holds an outcome; never what they say of it.

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
