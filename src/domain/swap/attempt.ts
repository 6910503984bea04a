import { truncate } from "../kernel/truncate";

/** The rollback is the same swap with incoming and outgoing exchanged. */
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

/** A lost attempt is repeated at most once. */
export const MOST_LOST = 2;

export type ClaimRefusal = (typeof claimRefusals)[number];

export function isClaimRefusal(answer: string): answer is ClaimRefusal {
  return claimRefusals.some((refusal) => refusal === answer);
}

/**
 * Where to poll a long-running operation. `azure-async-operation` has the status in the body, `location` only in the
 * status code (https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations).
 */
export interface OperationAddress {
  /** Signed and secret. */
  readonly url: string;
  readonly style: "azure-async-operation" | "location";
}

/** In characters. ARM signs its URLs: 3,200 is usual, 4 KB must be accepted, 6 KB per header is possible. */
export const LONGEST_OPERATION_URL = 12_288;

/** The reply of Resource Manager to the one PUT. */
export type SwapReply =
  | {
      readonly kind: "accepted";
      readonly status: number;
      /** Absent if it is on another host or too long; `detail` says why. */
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
  | { readonly kind: "not-ready"; readonly detail: string; readonly retryAfterMs?: number }
  | {
      readonly kind: "already" | "foreign-state" | "stale-plan" | "window-closed" | "withheld";
      readonly detail: string;
    }
  /** The promotion record has no valid approval of exactly this plan. */
  | { readonly kind: "not-approved"; readonly detail: string }
  /** The promotion record has an outcome. */
  | { readonly kind: "concluded"; readonly detail: string };

/** An accepted swap. `followed`: the address of its operation is stored under the attempt's nonce (`operation.ts`). */
export type Accepted = Omit<Extract<SwapReply, { kind: "accepted" }>, "operation"> & {
  readonly followed?: true;
};

/** The result that the holder of a claim writes into it. */
export type AttemptVerdict = Accepted | Exclude<SwapReply, { kind: "accepted" }> | Unsent;

/** What the attempt activity returns to the runbook. */
export type AttemptResult =
  | {
      readonly kind: "attempted";
      readonly nonce: string;
      readonly verdict: AttemptVerdict;
      /** Findings before the PUT that did not prevent it. */
      readonly evidence?: string;
    }
  /** Another execution of the same attempt has the claim, and writes the verdict into it. */
  | { readonly kind: "claimed-elsewhere"; readonly nonce: string }
  | { readonly kind: "claim-refused"; readonly code: ClaimRefusal; readonly detail: string }
  /** The claim was not confirmed as stored within the claim window, so nothing was sent. */
  | { readonly kind: "claim-unseen"; readonly nonce: string };

/** Only proof closes an attempt. */
export interface Proof {
  readonly kind: "nothing-sent" | "done" | "no-effect" | "person";
  readonly detail: string;
}

export type OperationEnd =
  | { readonly kind: "succeeded" }
  | { readonly kind: "failed"; readonly code: string; readonly detail: string };

export type OperationRead =
  | OperationEnd
  | {
      readonly kind: "running";
      readonly retryAfterMs?: number;
      /** A new address to poll from now on. */
      readonly newest?: OperationAddress;
      /** The reply names an address that cannot be followed. */
      readonly detail?: string;
    }
  /** 404, 403, a reply without status, or an unreachable host. Says nothing about the effect. */
  | { readonly kind: "unreadable"; readonly detail: string; readonly retryAfterMs?: number };

const DETAIL_LENGTH = 300;
const ID_LENGTH = 64;

export function shortVerdict(verdict: AttemptVerdict, detailLength = DETAIL_LENGTH): AttemptVerdict {
  const { detail, correlationId, ...rest } = verdict as Accepted;
  return {
    ...rest,
    detail: detail && truncate(detail, detailLength),
    correlationId: correlationId && truncate(correlationId, ID_LENGTH),
  };
}

/** The reply of Azure, why nothing was sent, or why there was no claim. */
export type OutcomeKind = AttemptVerdict["kind"] | Exclude<AttemptResult["kind"], "attempted">;

const everyKind: Readonly<Record<OutcomeKind, true>> = {
  accepted: true,
  busy: true,
  throttled: true,
  declined: true,
  unknown: true,
  already: true,
  "foreign-state": true,
  "stale-plan": true,
  "window-closed": true,
  "not-ready": true,
  withheld: true,
  "not-approved": true,
  concluded: true,
  "claimed-elsewhere": true,
  "claim-refused": true,
  "claim-unseen": true,
};

export const outcomeKinds = Object.keys(everyKind) as [OutcomeKind, ...OutcomeKind[]];

/** The stored result of one attempt. */
export interface AttemptOutcome {
  readonly kind: OutcomeKind;
  /** Azure's error code, or why the claim was refused. */
  readonly code?: string;
  readonly httpStatus?: number;
  readonly detail?: string;
  /** For Azure support. */
  readonly correlationId?: string;
}

/** The same in the HTTP API and in events. */
export interface DescribedVerdict extends AttemptOutcome {
  readonly text: string;
}

const CODE_LENGTH = 80;
const SHORT_DETAIL_LENGTH = 160;

/** The code of a refused claim says why it was refused. */
export function outcomeOf(result: AttemptResult): AttemptOutcome {
  if (result.kind === "claim-refused") return { kind: result.kind, code: result.code };
  if (result.kind !== "attempted") return { kind: result.kind };
  const { kind, code, status, detail, correlationId } = { ...absent, ...result.verdict };
  return { kind, code, httpStatus: status, detail, correlationId };
}

const absent: { code?: string; status?: number; detail?: string; correlationId?: string } = {};

/** Shortened for the promotion record. */
export function shortOutcome(
  { kind, code, httpStatus, detail, correlationId }: AttemptOutcome,
  length = SHORT_DETAIL_LENGTH,
): AttemptOutcome {
  return {
    kind,
    code: code ? truncate(code, Math.min(CODE_LENGTH, length)) : undefined,
    httpStatus,
    detail: detail ? truncate(detail, length) : undefined,
    correlationId: correlationId && truncate(correlationId, ID_LENGTH),
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
