import type { UserAction } from "../plans/world-plan";
import type { WorldWithApi } from "./pairs-editing";

const LATER_MS = 5_000;
/** How often a voter checks whether there is a question. */
const MOST_CHECKS = 60;
const NO_PLAN = "0".repeat(64);

type Cast = (request: string, ballot: object, token: string) => Promise<number>;

/** The fields of a promotion that a voter reads. */
interface View {
  readonly outcome?: string;
  readonly approval?: { readonly planHash: string };
}

/** A person reads the question and votes; not on a promotion without one. */
export async function vote(
  world: WorldWithApi,
  userAction: Extract<UserAction, { kind: "vote" }>,
  cast: Cast,
): Promise<void> {
  const { clock, timeline, azure } = world;
  const { request, by, application, decision, stale } = userAction;
  for (let checks = 0; checks < MOST_CHECKS; checks++) {
    const view = await check(world, request);
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

async function check({ httpApi }: WorldWithApi, id: string): Promise<View | undefined> {
  const call = { method: "GET", path: `promotions/${id}`, params: { id } };
  const reply = await httpApi.check("getPromotion", call, ["Swap.Read"]);
  return reply?.status === 200 ? (JSON.parse(reply.text) as View) : undefined;
}
