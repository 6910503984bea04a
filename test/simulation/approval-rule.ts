import type { History } from "./history";
import type { Of } from "./timeline";
import { REQUESTER } from "./product";
import type { WorldPlan } from "./world-plan";

/** How long a vote may be under way to a host that stands still. */
const RECEIVED_MS = 60_000;

/**
 * I2, by what people sent: before a forward PUT enough different people had voted for one and the same plan, nobody had
 * been asked about another one since, and no rejection had been acknowledged; or an operator had broken the glass.
 */
export function approved(
  history: History,
  put: Of<"put">,
  { approval, skewMs }: Pick<WorldPlan, "approval" | "skewMs">,
): string | undefined {
  if (!approval || history.isBreakGlass(put.request)) return undefined;
  if (history.rejections.some((e) => e.request === put.request && e.n < put.n))
    return "after its rejection was acknowledged";
  const isOverHttp = wasAskedOverHttp(history, put.request);
  const quorum = Math.max(approval.quorum, isOverHttp ? 1 : 2);
  const yes = history.votes.filter(
    (e) =>
      e.request === put.request &&
      e.n < put.n &&
      e.decision === "approve" &&
      !e.application &&
      !(isOverHttp && e.by === REQUESTER),
  );
  const plans = [...new Set(yes.map((e) => e.plan))];
  const isEnough = plans.some((plan) => {
    const own = yes.filter((e) => e.plan === plan);
    const claimed = put.at - put.sinceMs;
    // The host that took the vote, and the one that claims, may have clocks apart in opposite directions.
    const lastsMs = approval.validForMs + RECEIVED_MS + 2 * skewMs;
    const hasValid = own.some((e) => claimed - e.at <= lastsMs);
    return hasValid && new Set(own.map((e) => e.by)).size >= quorum && !isAskedAnew(history, put, plan);
  });
  return isEnough ? undefined : `without ${quorum} approvals of its plan`;
}

/** Only there it is known who asks: of a queue message's or a schedule's author anybody may be a second. */
function wasAskedOverHttp({ sent, scheduled }: History, request: string): boolean {
  const isDeclared = sent.some((e) => e.request === request && e.content.includes("requestedBy"));
  return !isDeclared && !scheduled.some((e) => e.request === request);
}

/** Whether people were asked about another plan after they had been asked about this one. */
function isAskedAnew({ published }: History, put: Of<"put">, plan: string): boolean {
  const asked = published.filter(
    (e) => e.request === put.request && e.n < put.n && e.bytes.includes('"step":"approval-requested"'),
  );
  const last = asked.at(-1);
  return last !== undefined && asked.some((e) => e.bytes.includes(plan)) && !last.bytes.includes(plan);
}
