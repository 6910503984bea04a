import type { ApprovalRule } from "./approval-rule";

/** One person's answer to the question. `at` is when it was received. */
export interface Vote {
  /** Of the ballot that was counted. */
  readonly id?: string | undefined;
  readonly oid: string;
  readonly name: string;
  /** The app roles of the voter that the rule of then names; none, where it names none. */
  readonly roles?: readonly string[] | undefined;
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

/** The question that a promotion puts to people; part of its ledger entry. */
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
  readonly decision?: GateDecision | undefined;
  readonly receipts: readonly VoteReceipt[];
}

/** A plan that changes is asked about again twice at most. */
export const MOST_ASKED = 3;
/** How long a vote that was received in time may take to the ledger: longer than its sender waits for it. */
export const VOTE_LAG_MS = 30_000;

export interface Question {
  readonly planHash: string;
  readonly rule: ApprovalRule;
  readonly expiresAt?: number | undefined;
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
  return { askedAt, until, decision, detail: tellDecision(gate) };
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
export function tellDecision(gate: Gate): string {
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
