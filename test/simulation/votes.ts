import type { World } from "./world";
import type { Deed } from "./world-plan";

const LATER_MS = 5_000;
/** How often somebody who would vote looks whether they are asked. */
const MOST_LOOKS = 60;
const NO_PLAN = "0".repeat(64);

type Cast = (request: string, ballot: object, token: string) => Promise<number>;

/** What the API shows of a promotion, as far as a voter looks at it. */
interface View {
  readonly outcome?: string;
  readonly approval?: { readonly planHash: string };
}

/** A person reads what is asked, and votes on it; on a promotion that asks nobody there is nothing to vote on. */
export async function vote(world: World, deed: Extract<Deed, { kind: "vote" }>, cast: Cast): Promise<void> {
  const { clock, timeline, azure } = world;
  const { request, by, application, decision, stale } = deed;
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const view = await look(world, request);
    if (view?.outcome !== undefined) return;
    if (view?.approval) {
      const { planHash: shown } = view.approval;
      timeline.add({ kind: "question-shown", request, plan: shown });
      const plan = stale ? NO_PLAN : shown;
      const number = timeline.of("voted").length;
      const { pair } = timeline.of("sent").find((e) => e.request === request) ?? { pair: "?" };
      const versions = azure.versions(pair);
      timeline.add({ kind: "voted", vote: number, request, by, application, decision, plan, versions });
      const token = `Swap.Approve|${by}|${application ? "application" : "person"}`;
      const ballot = { decision, planHash: plan, comment: "seen" };
      void cast(request, ballot, token).then((status) => {
        if (status !== 200) return;
        timeline.add({ kind: "vote-counted", vote: number });
        if (decision === "reject") timeline.add({ kind: "rejection-acknowledged", request });
      });
      return;
    }
    await clock.sleep(LATER_MS);
  }
}

async function look({ surface }: World, id: string): Promise<View | undefined> {
  const call = { method: "GET", path: `promotions/${id}`, params: { id } };
  const reply = await surface.look("getPromotion", call, ["Swap.Read"]);
  return reply?.status === 200 ? (JSON.parse(reply.text) as View) : undefined;
}
