import { clip } from "./clip";

/** One intended change of slots. The swap-back is the same act with incoming and outgoing exchanged. */
export type Act = "forward" | "swap-back";

const claimRefusals = [
  "not-holder",
  "stale-epoch",
  "on-hold",
  "cancelled",
  "attempt-open",
  "attempt-closed",
  "already-swapped",
  "not-ordered",
  "attempts-exhausted",
] as const;

/** After a lost attempt one more is made at most. */
export const MOST_LOST = 2;

/** Why the pair did not grant a claim. */
export type ClaimRefusal = (typeof claimRefusals)[number];

export function isClaimRefusal(answer: string): answer is ClaimRefusal {
  return claimRefusals.some((refusal) => refusal === answer);
}

/** What Resource Manager answered to the one PUT; every reply is a value. */
export type SwapReply =
  | {
      readonly kind: "accepted";
      readonly status: number;
      /** Only on the ARM host that was asked; another host's URL is dropped and named in `detail`. */
      readonly operationUrl?: string | undefined;
      readonly retryAfterMs?: number | undefined;
      readonly correlationId?: string | undefined;
      readonly detail?: string | undefined;
    }
  | {
      readonly kind: "busy";
      readonly code: string;
      readonly detail: string;
      readonly retryAfterMs?: number | undefined;
      readonly correlationId?: string | undefined;
    }
  | {
      readonly kind: "throttled";
      readonly detail: string;
      readonly retryAfterMs: number;
      readonly correlationId?: string | undefined;
    }
  | {
      readonly kind: "declined";
      readonly status: number;
      readonly code: string;
      readonly detail: string;
      readonly correlationId?: string | undefined;
    }
  | { readonly kind: "unknown"; readonly detail: string; readonly correlationId?: string | undefined };

/** Why a granted attempt sent nothing. */
export type Unsent =
  | { readonly kind: "already"; readonly detail: string }
  | { readonly kind: "foreign-state"; readonly detail: string }
  | { readonly kind: "stale-plan"; readonly detail: string }
  | { readonly kind: "not-open"; readonly detail: string }
  | { readonly kind: "not-ready"; readonly detail: string; readonly retryAfterMs?: number | undefined }
  | { readonly kind: "withheld"; readonly detail: string }
  /** Somebody has to approve, and no valid grant of exactly this plan is in the ledger. */
  | { readonly kind: "not-approved"; readonly detail: string }
  /** The ledger holds an outcome: this promotion is over. */
  | { readonly kind: "concluded"; readonly detail: string };

/** What the winner of a claim writes into it. */
export type AttemptVerdict = SwapReply | Unsent;

/** What the attempt activity returns to the runbook. */
export type AttemptResult =
  | {
      readonly kind: "attempted";
      readonly nonce: string;
      readonly verdict: AttemptVerdict;
      /** What was seen before the PUT and did not stand in its way. */
      readonly evidence?: string | undefined;
    }
  /** Another execution of the same attempt holds the claim: its verdict is in the claim. */
  | { readonly kind: "claimed-elsewhere"; readonly nonce: string }
  | { readonly kind: "claim-refused"; readonly code: ClaimRefusal; readonly detail: string }
  /** The claim was not seen to be stored within the claim window: nothing was sent. */
  | { readonly kind: "claim-unseen"; readonly nonce: string };

/** What closes an attempt: nothing less than proof. */
export type Proof =
  | { readonly kind: "nothing-sent"; readonly detail: string }
  | { readonly kind: "done"; readonly detail: string }
  | { readonly kind: "no-effect"; readonly detail: string }
  | { readonly kind: "person"; readonly detail: string };

/** A long-running operation of Resource Manager, as last read. */
export type OperationRead =
  | { readonly kind: "running"; readonly retryAfterMs?: number | undefined }
  | { readonly kind: "succeeded" }
  | { readonly kind: "failed"; readonly code: string; readonly detail: string }
  /** 404, 403, an answer without status, an unreachable host: says nothing about the effect. */
  | { readonly kind: "unreadable"; readonly detail: string; readonly retryAfterMs?: number | undefined };

const DETAIL_LENGTH = 300;
const ID_LENGTH = 64;
/** Azure's own addresses of operations take about 300 characters. */
const URL_LENGTH = 700;

/** A verdict as the pair keeps it; an address that is too long is dropped, and reads of both services tell without it. */
export function shortVerdict(verdict: AttemptVerdict, detailLength = DETAIL_LENGTH): AttemptVerdict {
  const { detail, correlationId, operationUrl, ...rest } = verdict as Extract<
    SwapReply,
    { kind: "accepted" }
  >;
  return {
    ...rest,
    ...(detail === undefined ? {} : { detail: clip(detail, detailLength) }),
    ...(correlationId === undefined ? {} : { correlationId: clip(correlationId, ID_LENGTH) }),
    ...(operationUrl === undefined || operationUrl.length > URL_LENGTH ? {} : { operationUrl }),
  };
}
