import { pairKeyIn } from "./pair-ids";
import type { Surroundings } from "./surroundings";

// What the stores contain, and since when: that an entry exists or has an outcome, never its content.

/** Records when the promotion record first has an outcome; `stored` has the requests that are recorded. */
export function noteOutcomes(
  { timeline, hub }: Pick<Surroundings, "timeline" | "hub">,
  stored: Set<string>,
): void {
  for (const { request } of [...timeline.of("sent"), ...timeline.of("put")]) {
    if (stored.has(request)) continue;
    const record = hub.entities.get(`@promotion@${request}`)?.state;
    if (!record?.includes('"conclusion":{')) continue;
    stored.add(request);
    timeline.add({ kind: "outcome-stored", request });
  }
}

interface Claims {
  readonly open?: { readonly requestId: string; readonly nonce: string };
}

/** Records when the store of a pair first has a claim; `known` has each pair's last state, and the claim in it. */
export function noteClaims(
  { timeline, hub, plan }: Pick<Surroundings, "timeline" | "hub" | "plan">,
  known: Map<string, { readonly state: string; readonly nonce: string | undefined }>,
): void {
  for (const pair of plan.pairs) {
    const state = hub.entities.get(`@pair@${pairKeyIn(pair)}`)?.state;
    const before = known.get(pair);
    if (!state || state === before?.state) continue;
    const { open } = JSON.parse(state) as Claims;
    known.set(pair, { state, nonce: open?.nonce });
    if (open && open.nonce !== before?.nonce)
      timeline.add({ kind: "claim-stored", request: open.requestId, pair });
  }
}

/** Whether the promotion record has an entry. */
export function isRegistered({ hub }: Pick<Surroundings, "hub">, request: string): boolean {
  return hub.entities.get(`@promotion@${request}`)?.state !== undefined;
}
