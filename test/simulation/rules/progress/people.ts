import type { Case, World } from "./case";
import type { Plan, Voted } from "./observed";

/** The default requester over HTTP in these worlds. */
const REQUESTER = "oid-1";
/** The plan in a vote on an unknown plan. */
const NO_PLAN = /^0+$/;

/** Votes by people with permission on this request, for the question they were asked. */
function votesOf({ votes }: World, { request, asked }: Case): Voted[] {
  return votes.filter(
    (e) =>
      e.request === request &&
      !e.application &&
      !NO_PLAN.test(e.plan) &&
      !(asked.overHttp && e.by === REQUESTER),
  );
}

export function rejectionsOf(world: World, plan: Plan, it: Case): Voted[] {
  return plan.approval ? votesOf(world, it).filter((e) => e.decision === "reject") : [];
}

/** When enough different people had approved the same plan; undefined if never. */
export function quorumOf(world: World, { approval }: Plan, it: Case): number | undefined {
  if (!approval || it.asked.breakGlass) return -Infinity;
  const quorum = Math.max(approval.quorum, it.asked.overHttp ? 1 : 2);
  const yes = votesOf(world, it).filter((e) => e.decision === "approve");
  const reached = [...new Set(yes.map((e) => e.plan))].flatMap((plan) => {
    const own = yes.filter((e) => e.plan === plan);
    const firsts = own.filter(({ by }, i) => own.findIndex((e) => e.by === by) === i);
    return firsts[quorum - 1]?.at ?? [];
  });
  return reached.length > 0 ? Math.min(...reached) : undefined;
}
