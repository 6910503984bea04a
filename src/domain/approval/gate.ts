import { truncate } from "../kernel/truncate";
import { type ApprovalRule, isSamePerson } from "./rule";

/** One person's vote. `at` is when it was received. */
export interface Vote {
  /** The id of the counted ballot. */
  readonly id?: string;
  readonly oid: string;
  readonly name: string;
  /** The voter's app roles, as indexes into the roles of the plan's rule, since role names are long. */
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

/** The result of a vote, stored so that its sender can read it back. */
export interface VoteReceipt {
  readonly id: string;
  readonly answer: VoteAnswer;
  readonly detail: string;
}

/** The approval request of a promotion, as its promotion record stores it. */
export interface Gate {
  /** How often approval was asked for, this time included. */
  readonly asked: number;
  readonly planHash: string;
  readonly quorum: number;
  readonly askedAt: number;
  /** Votes received at this time or later do not count. */
  readonly until: number;
  readonly validForMs: number;
  /** At most one per person, for this plan only. */
  readonly votes: readonly Vote[];
  readonly decision?: GateDecision;
  readonly receipts: readonly VoteReceipt[];
}

/** How often a promotion asks for approval, at most. */
export const MOST_ASKED = 3;
/** How long a vote may take to reach the promotion record: longer than its sender waits for the result. */
export const VOTE_LAG_MS = 30_000;

export interface Question {
  readonly planHash: string;
  readonly rule: ApprovalRule;
  readonly expiresAt?: number;
  readonly at: number;
}

/** Asks for approval of a plan. Another plan, or a lapsed grant, voids all votes and asks again, up to `MOST_ASKED`. */
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

/** Closes the gate once its deadline has passed and no earlier vote can still be in transit. */
export function closeGate(gate: Gate, at: number): Gate {
  if (gate.decision || at < gate.until + VOTE_LAG_MS) return gate;
  const detail = `${countOf(gate)} by the deadline`;
  return { ...gate, decision: { kind: "expired", at: gate.until, detail } };
}

/** The gate of a concluded promotion. The stored completion event has the votes. */
export function archived(gate: Gate): Gate {
  return { ...gate, votes: [], receipts: gate.receipts.slice(-2) };
}

/** The part of the gate that a run needs. */
export type GateView = Pick<Gate, "askedAt" | "until" | "decision"> & { readonly detail: string };

export function viewOfGate(gate: Gate): GateView {
  const { askedAt, until, decision } = gate;
  return { askedAt, until, decision, detail: describeDecision(gate) };
}

export function isGranted(gate: Gate | undefined, planHash: string, now: number): boolean {
  return gate?.planHash === planHash && gate.decision?.kind === "granted" && now < gate.decision.validUntil;
}

/** "1 of 2 approvals". Callers have no rejection among the votes, since one decides the gate. */
function countOf({ votes, quorum }: Gate): string {
  return `${votes.length} of ${quorum} approval${quorum === 1 ? "" : "s"}`;
}

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

// These limits keep a gate, including its part of the completion event, below 5 KiB.
const RECEIPTS_KEPT = 4;
const NAME_LENGTH = 40;
const COMMENT_LENGTH = 100;
const DETAIL_LENGTH = 120;

/** A vote as it reaches the promotion record. */
export interface Ballot {
  /** Chosen by the receiver of the vote. */
  readonly id: string;
  readonly vote: Vote;
  readonly planHash: string;
  /** Why this person's vote does not count. */
  readonly barred?: string;
  /** Whether the swap is already in progress. */
  readonly acting: boolean;
}

/**
 * Counts a vote by the time it was received. A late rejection still counts if it was received no later than the grant
 * and no swap is in progress. A rejection or expiry is final. A person may change their vote until the gate is decided.
 */
export function castVote(gate: Gate, ballot: Ballot): Gate {
  const { id, vote } = ballot;
  if (receiptOf(gate, id)) return gate;
  const refused = refusalOf(gate, ballot);
  if (refused) return receipted(gate, { id, ...refused });
  const kept: Vote = {
    ...vote,
    id,
    name: truncate(vote.name, NAME_LENGTH),
    comment: truncate(vote.comment, COMMENT_LENGTH),
  };
  const votes = [...gate.votes.filter((other) => !isSamePerson(other.oid, vote.oid)), kept];
  const counted: Gate = { ...gate, votes, decision: decide(votes, kept, gate) };
  return receipted(counted, { id, answer: "counted", detail: describeDecision(counted) });
}

/** The result of a ballot. If its receipt was dropped for newer ones, the counted vote names its ballot. */
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
  // At the same instant a rejection wins: in doubt nothing is swapped.
  const wasFirst = decision.kind === "granted" && vote.decision === "reject" && vote.at <= decision.at;
  return wasFirst && !acting ? undefined : describeDecision(gate);
}

/** A rejection decides at once, so all earlier votes are approvals. */
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
