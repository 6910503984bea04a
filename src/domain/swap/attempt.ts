import { truncate } from "../kernel/truncate";

/** One intended change of slots. The rollback is the same act with incoming and outgoing exchanged. */
export type Direction = "forward" | "rollback";

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

/**
 * Where a long-running operation is asked, and how it answers there: `azure-async-operation` with a status in the body,
 * `location` with the status code alone (https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations).
 * The URL is signed and secret.
 */
export interface OperationAddress {
  readonly url: string;
  readonly style: "azure-async-operation" | "location";
}

/** Characters. ARM signs its URLs: 3,200 are usual, 4 KB must be accepted, 6 KB a header are possible. */
export const LONGEST_OPERATION_URL = 12_288;

/** What Resource Manager answered to the one PUT; every reply is a value. */
export type SwapReply =
  | {
      readonly kind: "accepted";
      readonly status: number;
      /** Only on the ARM host that was asked and not too long; otherwise `detail` says why there is none. */
      readonly operation?: OperationAddress;
      readonly retryAfterMs?: number;
      readonly correlationId?: string;
      readonly detail?: string;
    }
  | {
      readonly kind: "busy";
      readonly code: string;
      readonly detail: string;
      readonly retryAfterMs?: number;
      readonly correlationId?: string;
    }
  | {
      readonly kind: "throttled";
      readonly detail: string;
      readonly retryAfterMs: number;
      readonly correlationId?: string;
    }
  | {
      readonly kind: "declined";
      readonly status: number;
      readonly code: string;
      readonly detail: string;
      readonly correlationId?: string;
    }
  | { readonly kind: "unknown"; readonly detail: string; readonly correlationId?: string };

/** Why a granted attempt sent nothing. */
export type Unsent =
  | { readonly kind: "already"; readonly detail: string }
  | { readonly kind: "foreign-state"; readonly detail: string }
  | { readonly kind: "stale-plan"; readonly detail: string }
  | { readonly kind: "window-closed"; readonly detail: string }
  | { readonly kind: "not-ready"; readonly detail: string; readonly retryAfterMs?: number }
  | { readonly kind: "withheld"; readonly detail: string }
  /** Approval is required, and the promotion record holds no valid approval of exactly this plan. */
  | { readonly kind: "not-approved"; readonly detail: string }
  /** The promotion record holds an outcome: this promotion is over. */
  | { readonly kind: "concluded"; readonly detail: string };

/** A swap that was accepted; `followed`: the address of its operation is kept under the attempt's nonce (`operation.ts`). */
export type Accepted = Omit<Extract<SwapReply, { kind: "accepted" }>, "operation"> & {
  readonly followed?: true;
};

/** What the winner of a claim writes into it. */
export type AttemptVerdict = Accepted | Exclude<SwapReply, { kind: "accepted" }> | Unsent;

/** What the attempt activity returns to the runbook. */
export type AttemptResult =
  | {
      readonly kind: "attempted";
      readonly nonce: string;
      readonly verdict: AttemptVerdict;
      /** What was seen before the PUT and did not stand in its way. */
      readonly evidence?: string;
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

/** How a long-running operation of Resource Manager ended. */
export type OperationEnd =
  | { readonly kind: "succeeded" }
  | { readonly kind: "failed"; readonly code: string; readonly detail: string };

/** A long-running operation of Resource Manager, as last read. */
export type OperationRead =
  | OperationEnd
  | {
      readonly kind: "running";
      readonly retryAfterMs?: number;
      /** The reply named another address to ask from now on. */
      readonly newest?: OperationAddress;
      /** A finding: the reply named an address that cannot be followed. */
      readonly detail?: string;
    }
  /** 404, 403, an answer without status, an unreachable host: says nothing about the effect. */
  | { readonly kind: "unreadable"; readonly detail: string; readonly retryAfterMs?: number };

const DETAIL_LENGTH = 300;
const ID_LENGTH = 64;

/** A verdict as the pair keeps it. */
export function shortVerdict(verdict: AttemptVerdict, detailLength = DETAIL_LENGTH): AttemptVerdict {
  const { detail, correlationId, ...rest } = verdict as Accepted;
  return {
    ...rest,
    ...(detail === undefined ? {} : { detail: truncate(detail, detailLength) }),
    ...(correlationId === undefined ? {} : { correlationId: truncate(correlationId, ID_LENGTH) }),
  };
}

/** What Azure answered, why nothing was sent, or why there was no claim. */
export type OutcomeKind = AttemptVerdict["kind"] | Exclude<AttemptResult["kind"], "attempted">;

const everyKind: Readonly<Record<OutcomeKind, true>> = {
  ...{ accepted: true, busy: true, throttled: true, declined: true, unknown: true },
  ...{ already: true, "foreign-state": true, "stale-plan": true, "window-closed": true, "not-ready": true },
  ...{ withheld: true, "not-approved": true, concluded: true },
  ...{ "claimed-elsewhere": true, "claim-refused": true, "claim-unseen": true },
};

export const outcomeKinds = Object.keys(everyKind) as [OutcomeKind, ...OutcomeKind[]];

/** What came of one attempt, as it is kept; `describeVerdict` says it in words. */
export interface AttemptOutcome {
  readonly kind: OutcomeKind;
  /** Azure's error code, or why the claim was refused. */
  readonly code?: string;
  readonly httpStatus?: number;
  readonly detail?: string;
  /** Azure's, to ask its support with. */
  readonly correlationId?: string;
}

/** The same for people, in the HTTP API and in events. */
export interface DescribedVerdict extends AttemptOutcome {
  readonly text: string;
}

const CODE_LENGTH = 80;

const SHORT_DETAIL_LENGTH = 160;

const CORRELATION_LENGTH = 64;

/** What people are told of a result; a claim that was refused says why by its code. */
export function outcomeOf(result: AttemptResult): AttemptOutcome {
  if (result.kind === "claim-refused") return { kind: result.kind, code: result.code };
  if (result.kind !== "attempted") return { kind: result.kind };
  const { kind, code, status, detail, correlationId } = { ...absent, ...result.verdict };
  return { kind, code, httpStatus: status, detail, correlationId };
}

const absent: { code?: string; status?: number; detail?: string; correlationId?: string } = {};

/** As the promotion record keeps it, its detail at most so long. */
export function shortOutcome(
  { kind, code, httpStatus, detail, correlationId }: AttemptOutcome,
  length = SHORT_DETAIL_LENGTH,
): AttemptOutcome {
  return {
    kind,
    ...(code === undefined || code === "" ? {} : { code: truncate(code, Math.min(CODE_LENGTH, length)) }),
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(detail === undefined || detail === "" ? {} : { detail: truncate(detail, length) }),
    ...(correlationId === undefined ? {} : { correlationId: truncate(correlationId, CORRELATION_LENGTH) }),
  };
}

/** One line, such as `declined AuthorizationFailed: the client has no authorization (HTTP 403)`. */
export function describeVerdict({ kind, code, httpStatus, detail }: AttemptOutcome): string {
  const head = code === undefined ? kind : `${kind} ${code}`;
  const described = detail === undefined ? head : `${head}: ${detail}`;
  const status = `HTTP ${httpStatus}`;
  return httpStatus === undefined || described.includes(status) ? described : `${described} (${status})`;
}

export function describedVerdict(outcome: AttemptOutcome): DescribedVerdict {
  return { ...outcome, text: describeVerdict(outcome) };
}
