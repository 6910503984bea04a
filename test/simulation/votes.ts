import type { PromotionState } from "../../src/domain/promotion";
import type { World } from "./world";
import type { Deed } from "./world-plan";

const LATER_MS = 5_000;
/** How often somebody who would vote looks whether they are asked. */
const MOST_LOOKS = 60;
const NO_PLAN = "0".repeat(64);

type Cast = (request: string, ballot: object, token: string) => Promise<number>;

/** A person reads what is asked, and votes on it; on a promotion that asks nobody there is nothing to vote on. */
export async function vote(world: World, deed: Extract<Deed, { kind: "vote" }>, cast: Cast): Promise<void> {
  const { clock, timeline } = world;
  const { request, by, application, decision, stale } = deed;
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const asked = planAsked(world, request);
    if (asked === "over") return;
    if (asked !== undefined) {
      const plan = stale ? NO_PLAN : asked;
      timeline.add({ kind: "voted", request, by, application, decision, plan });
      const token = `Swap.Approve|${by}|${application ? "application" : "person"}`;
      const ballot = { decision, planHash: plan, comment: "seen" };
      void cast(request, ballot, token).then((status) => {
        if (status === 200 && decision === "reject")
          timeline.add({ kind: "rejection-acknowledged", request });
      });
      return;
    }
    await clock.sleep(LATER_MS);
  }
}

function planAsked({ hub }: World, request: string): string | undefined {
  const text = hub.entities.get(`@promotion@${request}`)?.state;
  const state = text ? (JSON.parse(text) as PromotionState) : undefined;
  return state?.conclusion ? "over" : state?.gate?.planHash;
}
