import { type ApprovalRule, isSamePerson } from "./rule";

/** One person's answer to the question. `at` is when it was received. */
export interface Vote {
  /** Of the ballot that was counted. */
  readonly id?: string;
  readonly oid: string;
  readonly name: string;
  /** Which of the app roles that the plan's rule names the voter has, by their places in it: roles are long. */
  readonly roles?: readonly number[];
  readonly decision: "approve" | "reject";
  readonly comment: string;
  readonly at: number;
}

export type GateDecision =
  | { readonly kind: "granted"; readonly at: number; readonly validUntil: number }
  | { readonly kind: "rejected"; readonly at: number }
  | { readonly kind: "expired"; readonly at: number; readonly detail: string };

export type VoteAnswer = "counted" | "already-counted" | "too-late" | "stale-plan" | "not-allowed";

/** What came of a vote, kept for whoever sent it and reads it back. */
export interface VoteReceipt {
  readonly id: string;
  readonly answer: VoteAnswer;
  readonly detail: string;
}

/** The question that a promotion puts to people; part of its promotion record. */
export interface Gate {
  /** How often it was asked, this time included. */
  readonly asked: number;
  readonly planHash: string;
  readonly quorum: number;
  readonly askedAt: number;
  /** Votes received from then on are too late. */
  readonly until: number;
  readonly validForMs: number;
  /** One of each person; those of an earlier plan are void and gone. */
  readonly votes: readonly Vote[];
  readonly decision?: GateDecision;
  readonly receipts: readonly VoteReceipt[];
}

/** A plan that changes is asked about again twice at most. */
export const MOST_ASKED = 3;
/** How long a vote that was received in time may take to the promotion record: longer than its sender waits for it. */
export const VOTE_LAG_MS = 30_000;

export interface Question {
  readonly planHash: string;
  readonly rule: ApprovalRule;
  readonly expiresAt?: number;
  readonly at: number;
}

/**
 * Asks about a plan. Asking again about the same plan changes nothing while the answer stands; another plan, or a
 * grant that has lapsed, makes every vote void and asks anew, and there is an end to that.
 */
export function askApproval(gate: Gate | undefined, question: Question): Gate {
  if (gate && !mustAskAgain(gate, question)) return gate;
  const { planHash, rule, expiresAt, at } = question;
  if (gate && gate.asked >= MOST_ASKED) {
    const detail = `asked ${gate.asked} times: the plan kept changing, or its approvals lapsed`;
    return { ...gate, planHash, votes: [], decision: { kind: "expired", at, detail } };
  }
  return {
    asked: (gate?.asked ?? 0) + 1,
    planHash,
    quorum: rule.quorum,
    askedAt: at,
    until: Math.min(at + rule.deadlineMs, expiresAt ?? Infinity),
    validForMs: rule.validForMs,
    votes: [],
    receipts: gate?.receipts ?? [],
  };
}

function mustAskAgain({ decision, ...gate }: Gate, { planHash, at }: Question): boolean {
  if (decision?.kind === "rejected" || decision?.kind === "expired") return false;
  return gate.planHash !== planHash || (decision !== undefined && at >= decision.validUntil);
}

/** Closes the gate when its deadline is past and no vote received before it can still be on its way. */
export function closeGate(gate: Gate, at: number): Gate {
  if (gate.decision || at < gate.until + VOTE_LAG_MS) return gate;
  const detail = `${countOf(gate)} by the deadline`;
  return { ...gate, decision: { kind: "expired", at: gate.until, detail } };
}

/** The gate of a promotion that is over: its completion event tells the votes, and is stored beside it. */
export function archived(gate: Gate): Gate {
  return { ...gate, votes: [], receipts: gate.receipts.slice(-2) };
}

/** What a run needs to know of the gate. */
export type GateView = Pick<Gate, "askedAt" | "until" | "decision"> & { readonly detail: string };

export function viewOfGate(gate: Gate): GateView {
  const { askedAt, until, decision } = gate;
  return { askedAt, until, decision, detail: describeDecision(gate) };
}

/** Whether a swap of exactly this plan may be claimed now. */
export function isGranted(gate: Gate | undefined, planHash: string, now: number): boolean {
  return gate?.planHash === planHash && gate.decision?.kind === "granted" && now < gate.decision.validUntil;
}

/** "1 of 2 approvals". Where it is told there is no rejection: that would have decided. */
function countOf({ votes, quorum }: Gate): string {
  return `${votes.length} of ${quorum} approval${quorum === 1 ? "" : "s"}`;
}

/** Where the gate stands, in one sentence. */
export function describeDecision(gate: Gate): string {
  const names = gate.votes.map((vote) => vote.name);
  const by = names.length > 0 ? ` (${names.join(", ")})` : "";
  switch (gate.decision?.kind) {
    case undefined:
      return `${countOf(gate)}${by}`;
    case "granted":
      return `approved: ${countOf(gate)}${by}`;
    case "rejected": {
      const vote = gate.votes.find((each) => each.decision === "reject");
      return `rejected by ${vote?.name ?? "an approver"}${vote?.comment ? `: ${vote.comment}` : ""}`;
    }
    case "expired":
      return `expired: ${gate.decision.detail}`;
  }
}

// Together these keep a gate, its part of the completion event included, below 5 KiB.
const RECEIPTS_KEPT = 4;

const NAME_LENGTH = 40;

const COMMENT_LENGTH = 100;

const DETAIL_LENGTH = 120;

/** A vote as it reaches the promotion record. */
export interface Ballot {
  /** Of this ballot, chosen by whoever received it. */
  readonly id: string;
  readonly vote: Vote;
  readonly planHash: string;
  /** Why this person's vote does not count. */
  readonly barred?: string;
  /** Whether the swap is being carried out already. */
  readonly acting: boolean;
}

/**
 * Counts a vote, by this rule:
 *  - a vote is judged by when it was received, not by when it reaches the promotion record;
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
  return receipted(counted, { id, answer: "counted", detail: describeDecision(counted) });
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
  return { id, answer: standing.id === id ? "counted" : "already-counted", detail: describeDecision(gate) };
}

export function receiptOf(gate: Gate | undefined, id: string): VoteReceipt | undefined {
  return gate?.receipts.find((receipt) => receipt.id === id);
}

function refusalOf(gate: Gate, ballot: Ballot): Omit<VoteReceipt, "id"> | undefined {
  const { vote, planHash, barred } = ballot;
  if (barred !== undefined) return { answer: "not-allowed", detail: barred };
  if (planHash !== gate.planHash) return { answer: "stale-plan", detail: "" };
  const before = gate.votes.find((other) => isSamePerson(other.oid, vote.oid));
  if (before?.decision === vote.decision)
    return { answer: "already-counted", detail: describeDecision(gate) };
  const late = whyTooLate(gate, ballot);
  return late === undefined ? undefined : { answer: "too-late", detail: late };
}

function whyTooLate(gate: Gate, { vote, acting }: Ballot): string | undefined {
  const { decision } = gate;
  if (!decision) return vote.at < gate.until ? undefined : "the deadline is past";
  // At one instant a rejection comes first: in doubt nothing is swapped.
  const wasFirst = decision.kind === "granted" && vote.decision === "reject" && vote.at <= decision.at;
  return wasFirst && !acting ? undefined : describeDecision(gate);
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
