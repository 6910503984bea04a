import type { WorldPlan } from "../plans/world-plan";
import { clockErrorOf } from "../world/clocks";
import { REQUESTER } from "../world/product";
import type { Of } from "../world/timeline";
import type { Put } from "./coverage";
import type { History } from "./history";
import type { PresentRule } from "./pairs-record";

/** How long an unacknowledged vote may take to reach a host that stood still. */
const RECEIVED_MS = 210_000;

type Vote = Of<"voted">;
type Rule = PresentRule;

/**
 * I2, counted again from the votes that people sent. Before a forward PUT enough people other than the requester had
 * approved one question before its deadline, without a lapse or an acknowledged rejection; or an operator used
 * break-glass.
 */
export function approvedInTime(history: History, put: Put, plan: WorldPlan): string | true | undefined {
  const approval = ruleOf(history, put, plan);
  if (!approval || history.isBreakGlass(put.request)) return undefined;
  if (history.rejections.some((e) => e.request === put.request && e.n < put.n))
    return "after its rejection was acknowledged";
  const yes = approvalsOf(history, put, approval);
  const wrong = 2 * clockErrorOf(plan);
  const quorum = quorumOf(history, put, approval);
  const isEnough = [...new Set(yes.map((e) => e.plan))].some((asked) => {
    const own = yes.filter((e) => e.plan === asked);
    return isGranted(history, put, own, { ...approval, quorum, wrong });
  });
  return isEnough || `without ${quorum} approvals of one question that had not lapsed`;
}

/** The approvals were given while both services had the versions that the PUT exchanged. */
export function approvedVersions(history: History, put: Put, plan: WorldPlan): string | true | undefined {
  const approval = ruleOf(history, put, plan);
  if (!approval || history.isBreakGlass(put.request)) return undefined;
  const seen = history.reads.filter((e) => e.pair === put.pair && e.n < put.n);
  const versions = new Set(seen.map((e) => `${e.side}=${e.version}`));
  const sent = history.lastReads(put).map((e) => e && `${e.side}=${e.version}`);
  // Without a deployment in between, every vote was on the same versions.
  if (versions.size <= sent.length || sent.includes(undefined)) return undefined;
  const own = approvalsOf(history, put, approval).filter((e) => e.versions === sent.join(" "));
  const quorum = quorumOf(history, put, approval);
  return (
    peopleIn(own) >= quorum ||
    `with ${sent.join(" ")}, of which ${peopleIn(own)} of ${quorum} people had approved`
  );
}

/** With edited files the stricter rule counts: the plan's, or that of the sending host. */
function ruleOf({ pairsRecord }: History, put: Put, { approval }: WorldPlan): Rule | undefined {
  if (pairsRecord.isEdited) return pairsRecord.ruleAt(put);
  return approval && { ...approval, mayApprove: () => true };
}

interface Counting extends Rule {
  /** The greatest difference between two clocks, ms. */
  readonly wrong: number;
}

/** Whether these votes on one question are an approval that is valid at the start of the PUT's attempt. */
function isGranted(history: History, put: Put, votes: readonly Vote[], rule: Counting): boolean {
  const { quorum, validForMs, wrong } = rule;
  const claimed = put.at - put.sinceMs;
  let left = inTime(history, votes, rule);
  for (;;) {
    const granted = surelyGranted(history, left, quorum);
    if (!granted) {
      const last = Math.max(...left.map(({ at }) => at));
      return peopleIn(left) >= quorum && claimed - last <= validForMs + RECEIVED_MS + wrong;
    }
    if (claimed <= granted.heardAt + validForMs + wrong) return true;
    // It had lapsed: earlier votes no longer count.
    left = left.filter(({ n }) => n > granted.vote.n);
  }
}

/** The vote that certainly completed the quorum, and the latest time of its receipt; from acknowledged votes. */
function surelyGranted(
  history: History,
  votes: readonly Vote[],
  quorum: number,
): { readonly vote: Vote; readonly heardAt: number } | undefined {
  const people = new Set<string>();
  let heardAt = 0;
  for (const vote of votes) {
    const counted = history.counted.find((e) => e.vote === vote.vote);
    if (!counted) continue;
    people.add(vote.by);
    heardAt = Math.max(heardAt, counted.at);
    if (people.size >= quorum) return { vote, heardAt };
  }
  return undefined;
}

/**
 * The votes before the deadline of the question, which starts before it is first shown. A new question has a new
 * deadline.
 */
function inTime(
  history: History,
  votes: readonly Vote[],
  { deadlineMs, wrong, quorum }: Counting,
): readonly Vote[] {
  if (surelyGranted(history, votes, quorum)) return votes;
  return votes.filter((vote) => {
    const shown = history.shown.filter((e) => e.request === vote.request && e.n < vote.n);
    const other = shown.filter((e) => e.plan !== vote.plan).at(-1)?.n ?? -1;
    const first = shown.find((e) => e.plan === vote.plan && e.n > other);
    return !first || vote.at <= first.at + deadlineMs + wrong;
  });
}

function approvalsOf(history: History, put: Put, { mayApprove }: Rule): readonly Vote[] {
  const isOverHttp = wasAskedOverHttp(history, put.request);
  return history.votes.filter(
    (e) =>
      e.request === put.request &&
      e.n < put.n &&
      e.decision === "approve" &&
      !e.application &&
      mayApprove(e.by) &&
      !(isOverHttp && e.by === REQUESTER),
  );
}

function quorumOf(history: History, put: Put, { quorum }: Rule): number {
  return Math.max(quorum, wasAskedOverHttp(history, put.request) ? 1 : 2);
}

function peopleIn(votes: readonly Vote[]): number {
  return new Set(votes.map((e) => e.by)).size;
}

/** Only HTTP identifies the requester: the author of a queue message or a schedule counts as one of the approvers. */
function wasAskedOverHttp({ sent, scheduled }: History, request: string): boolean {
  const isDeclared = sent.some((e) => e.request === request && e.content.includes("requestedBy"));
  return !isDeclared && !scheduled.some((e) => e.request === request);
}
