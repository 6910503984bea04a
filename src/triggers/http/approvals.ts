import { parseBallot } from "../../contracts/commands";
import { type Vote, type VoteReceipt, whatCameOf } from "../../domain/approval/gate";
import type { ApprovalRule } from "../../domain/approval/rule";
import { ruleOf, viewApproval } from "../../domain/promotion/approval";
import type { PromotionChange, PromotionState } from "../../domain/promotion/state";
import type { Ports } from "../../ports/ports";
import { sendUntilSeen } from "../read-back";
import { acknowledged } from "./acknowledged";
import { type Call, readJson, requestIdOf } from "./call";
import { json, Problem } from "./problem";
import { find, presentPolicy } from "./promotions";

/**
 * POST promotions/{id}/approvals: one person's vote. The body names the plan, the token alone says who votes, and
 * the reply says what the promotion record made of the vote.
 */
export async function postApproval({ request, ports, caller }: Call) {
  const at = ports.clock.now();
  const requestId = requestIdOf(request);
  const parsed = parseBallot(await readJson(request));
  if (!parsed.ok) throw new Problem("malformed-request", "the vote is malformed", { issues: parsed.issues });
  const { planHash, decision, comment = "" } = parsed.value;
  const asked = await find(requestId, ports);
  const rule = ruleAsked(asked);
  const id = ports.nonce();
  const vote = { oid: caller.oid, name: caller.name, decision, comment, at };
  const roles = caller.roles.filter((role) => rule.roles?.includes(role));
  const { application } = caller;
  const change = { kind: "vote", id, vote, planHash, application, roles } as const;
  const nextStep = "read the promotion, then vote again: a repeated vote counts once";
  const timeZone = timeZoneOf(asked, ports);
  const after = await acknowledged(send(requestId, change, ports), { nextStep, timeZone }, ports);
  const receipt = whatCameOf(after.gate, id, vote);
  if (!receipt) throw ended(after);
  describe(vote, receipt, after, ports);
  refuse(receipt, after);
  if (after.waiting?.kind === "gate") await ports.promotions.wake(after.waiting.instanceId);
  const approval = viewApproval(after, timeZone, new URL(request.url).origin);
  return json(200, { vote: "counted" as const, detail: receipt.detail, approval });
}

function timeZoneOf(state: PromotionState, ports: Ports): string {
  return presentPolicy(state, ports)?.timeZone ?? "UTC";
}

/** The approval rule, or the problem that nobody is asked. */
function ruleAsked(state: PromotionState): ApprovalRule {
  if (state.conclusion) throw ended(state);
  const rule = state.gate && ruleOf(state);
  if (rule) return rule;
  throw new Problem("no-approval-asked", `promotion ${state.requestId} asks for no approval now`);
}

/** Logs every vote, counted or not. */
function describe(
  vote: Vote,
  receipt: VoteReceipt,
  { requestId, request }: PromotionState,
  ports: Ports,
): void {
  const said = vote.comment === "" ? vote.decision : `${vote.decision} (${vote.comment})`;
  const detail = `${said} by ${vote.name} (${vote.oid}): ${receipt.answer}; ${receipt.detail}`;
  const fields = { requestId, pair: request.pair, detail };
  if (receipt.answer === "counted") ports.log.info("a vote was counted", fields);
  else ports.log.warn("a vote was not counted", fields);
}

async function send(
  requestId: string,
  change: Extract<PromotionChange, { kind: "vote" }>,
  ports: Ports,
): Promise<PromotionState> {
  return sendUntilSeen(
    "the vote",
    () => ports.promotions.change(requestId, change),
    async () => {
      const state = await ports.promotions.read(requestId);
      return state && (whatCameOf(state.gate, change.id, change.vote) ?? state.conclusion)
        ? state
        : undefined;
    },
    ports,
  );
}

function ended({ conclusion }: PromotionState): Problem {
  return new Problem("vote-too-late", `the promotion has ended as ${conclusion?.outcome ?? "?"}`);
}

/** The problem for a vote that does not count. */
function refuse({ answer, detail }: VoteReceipt, { gate, planChange }: PromotionState): void {
  switch (answer) {
    case "counted":
      return;
    case "already-counted":
      throw new Problem("already-counted", `this vote counts already: ${detail}`);
    case "too-late":
      throw new Problem("vote-too-late", detail);
    case "not-allowed":
      throw new Problem("not-an-approver", detail);
    case "stale-plan": {
      const changed = planChange === undefined ? "" : ` (${planChange})`;
      throw new Problem(
        "plan-changed",
        `that is not the plan that is asked about${changed}; it is ${gate?.planHash ?? "?"}`,
      );
    }
  }
}
