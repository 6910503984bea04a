import type { AttemptResult, AttemptVerdict } from "./attempt";
import { clip } from "./clip";

/** What Azure answered, why nothing was sent, or why there was no claim. */
export type OutcomeKind = AttemptVerdict["kind"] | Exclude<AttemptResult["kind"], "attempted">;

const everyKind: Readonly<Record<OutcomeKind, true>> = {
  ...{ accepted: true, busy: true, throttled: true, declined: true, unknown: true },
  ...{ already: true, "foreign-state": true, "stale-plan": true, "not-open": true, "not-ready": true },
  ...{ withheld: true, "not-approved": true, concluded: true },
  ...{ "claimed-elsewhere": true, "claim-refused": true, "claim-unseen": true },
};

export const outcomeKinds = Object.keys(everyKind) as [OutcomeKind, ...OutcomeKind[]];

/** What came of one attempt, as it is kept; `tellVerdict` says it in words. */
export interface AttemptOutcome {
  readonly kind: OutcomeKind;
  /** Azure's error code, or why the claim was refused. */
  readonly code?: string | undefined;
  readonly httpStatus?: number | undefined;
  readonly detail?: string | undefined;
  /** Azure's, to ask its support with. */
  readonly correlationId?: string | undefined;
}

/** The same for people, in the HTTP API and in events. */
export interface ToldVerdict extends AttemptOutcome {
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

/** As the ledger keeps it, its detail at most so long. */
export function shortOutcome(
  { kind, code, httpStatus, detail, correlationId }: AttemptOutcome,
  length = SHORT_DETAIL_LENGTH,
): AttemptOutcome {
  return {
    kind,
    ...(code === undefined || code === "" ? {} : { code: clip(code, Math.min(CODE_LENGTH, length)) }),
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(detail === undefined || detail === "" ? {} : { detail: clip(detail, length) }),
    ...(correlationId === undefined ? {} : { correlationId: clip(correlationId, CORRELATION_LENGTH) }),
  };
}

/** One line, such as `declined AuthorizationFailed: the client has no authorization (HTTP 403)`. */
export function tellVerdict({ kind, code, httpStatus, detail }: AttemptOutcome): string {
  const head = code === undefined ? kind : `${kind} ${code}`;
  const told = detail === undefined ? head : `${head}: ${detail}`;
  const status = `HTTP ${httpStatus}`;
  return httpStatus === undefined || told.includes(status) ? told : `${told} (${status})`;
}

export function toldVerdict(outcome: AttemptOutcome): ToldVerdict {
  return { ...outcome, text: tellVerdict(outcome) };
}
