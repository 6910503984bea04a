import { isSamePerson } from "./approval-rule";
import { tellDecision, type Gate, type GateDecision, type Vote, type VoteReceipt } from "./gate";

// Together these keep a gate, its part of the completion event included, below 5 KiB.
const RECEIPTS_KEPT = 4;
const NAME_LENGTH = 40;
const COMMENT_LENGTH = 100;
const DETAIL_LENGTH = 120;

/** A vote as it reaches the ledger. */
export interface Ballot {
  /** Of this ballot, chosen by whoever received it. */
  readonly id: string;
  readonly vote: Vote;
  readonly planHash: string;
  /** Why this person's vote does not count. */
  readonly barred?: string | undefined;
  /** Whether the swap is being carried out already. */
  readonly acting: boolean;
}

/**
 * Counts a vote, by this rule:
 *  - a vote is judged by when it was received, not by when it reaches the ledger;
 *  - the gate is granted at the receipt of the last approval needed, and a rejection received before or at that time
 *    ends it even when it arrives later, as long as no swap is being carried out;
 *  - a stored rejection or expiry stands: lateness never opens a gate;
 *  - one person has one vote, and may change it while the gate is undecided.
 */
export function castVote(gate: Gate, ballot: Ballot): Gate {
  const { id, vote } = ballot;
  if (receiptOf(gate, id)) return gate;
  const refused = refusalOf(gate, ballot);
  if (refused) return receipted(gate, { id, ...refused });
  const kept: Vote = {
    ...vote,
    id,
    name: vote.name.slice(0, NAME_LENGTH),
    comment: vote.comment.slice(0, COMMENT_LENGTH),
  };
  const votes = [...gate.votes.filter((other) => !isSamePerson(other.oid, vote.oid)), kept];
  const counted: Gate = { ...gate, votes, decision: decide(votes, kept, gate) };
  return receipted(counted, { id, answer: "counted", detail: tellDecision(counted) });
}

/**
 * What came of a ballot, also when its receipt had to make room for others: a vote that stands tells whether it was
 * this ballot or another of the same person that was counted.
 */
export function whatCameOf(gate: Gate | undefined, id: string, vote: Vote): VoteReceipt | undefined {
  const receipt = receiptOf(gate, id);
  if (receipt || !gate) return receipt;
  const standing = gate.votes.find((v) => isSamePerson(v.oid, vote.oid) && v.decision === vote.decision);
  if (!standing) return undefined;
  return { id, answer: standing.id === id ? "counted" : "already-counted", detail: tellDecision(gate) };
}

export function receiptOf(gate: Gate | undefined, id: string): VoteReceipt | undefined {
  return gate?.receipts.find((receipt) => receipt.id === id);
}

function refusalOf(gate: Gate, ballot: Ballot): Omit<VoteReceipt, "id"> | undefined {
  const { vote, planHash, barred } = ballot;
  if (barred !== undefined) return { answer: "not-allowed", detail: barred };
  if (planHash !== gate.planHash) return { answer: "stale-plan", detail: "" };
  const before = gate.votes.find((other) => isSamePerson(other.oid, vote.oid));
  if (before?.decision === vote.decision) return { answer: "already-counted", detail: tellDecision(gate) };
  const late = whyTooLate(gate, ballot);
  return late === undefined ? undefined : { answer: "too-late", detail: late };
}

function whyTooLate(gate: Gate, { vote, acting }: Ballot): string | undefined {
  const { decision } = gate;
  if (!decision) return vote.at < gate.until ? undefined : "the deadline is past";
  // At one instant a rejection comes first: in doubt nothing is swapped.
  const wasFirst = decision.kind === "granted" && vote.decision === "reject" && vote.at <= decision.at;
  return wasFirst && !acting ? undefined : tellDecision(gate);
}

/** A rejection decides at once: whatever else is kept are approvals. */
function decide(votes: readonly Vote[], last: Vote, { quorum, validForMs }: Gate): GateDecision | undefined {
  if (last.decision === "reject") return { kind: "rejected", at: last.at };
  if (votes.length < quorum) return undefined;
  const at = Math.max(...votes.map((vote) => vote.at));
  return { kind: "granted", at, validUntil: at + validForMs };
}

function receipted(gate: Gate, receipt: VoteReceipt): Gate {
  const detail = receipt.detail.slice(0, DETAIL_LENGTH);
  return { ...gate, receipts: [...gate.receipts, { ...receipt, detail }].slice(-RECEIPTS_KEPT) };
}
