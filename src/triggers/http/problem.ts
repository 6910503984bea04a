import type { HttpResponseInit } from "@azure/functions";
import type { Issue } from "../../domain/kernel/issue";
import { type Code, codes } from "../../domain/kernel/reason-codes";
import type { ShownTime } from "../../domain/kernel/time";
import type { ShownCancel, ShownPairHold, ShownRelease } from "../../domain/pair/view";

/** What an error may say beside its problem details. */
export interface Members {
  /** What a caller can do next. */
  readonly nextStep?: string;
  /** It was sent, and was not seen to be stored in time. */
  readonly mayStillTakeEffect?: true;
  readonly usuallyBy?: ShownTime;
  /** The path of the promotion that has the id. */
  readonly promotion?: string;
  /** The id of a hold that is not set everywhere, and the state at each pair. */
  readonly id?: string;
  readonly pairs?: readonly ShownPairHold[];
  readonly released?: readonly ShownRelease[];
  /** The pair whose promotions are not all cancelled, and the result of each. */
  readonly pair?: string;
  readonly value?: readonly ShownCancel[];
}

/** An error of the API. Handlers throw it; the reply is problem details (RFC 9457). */
export class Problem extends Error {
  readonly code: Code;
  readonly issues: readonly Issue[];
  readonly headers: Record<string, string>;
  readonly status: number;
  readonly members: Members;
  constructor(
    code: Code,
    detail: string,
    more: {
      issues?: readonly Issue[];
      headers?: Record<string, string>;
      status?: number;
      members?: Members;
    } = {},
  ) {
    super(detail);
    this.code = code;
    this.issues = more.issues ?? [];
    this.headers = more.headers ?? {};
    this.status = more.status ?? codes[code].status;
    this.members = more.members ?? {};
  }
}

/** Problem details with our members (https://www.rfc-editor.org/rfc/rfc9457). */
export interface ProblemBody extends Members {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: Code;
  readonly remedy: string;
  readonly issues?: readonly Issue[];
}

export function problemReply(
  { code, message, issues, headers, status, members }: Problem,
  instance: string,
): HttpResponseInit {
  const { remedy } = codes[code];
  const body: ProblemBody = {
    type: `urn:cloud-service-swap:problem:${code}`,
    title: code.replaceAll("-", " "),
    status,
    detail: message,
    instance,
    code,
    remedy,
    ...members,
    issues: issues.length > 0 ? issues : undefined,
  };
  return {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...headers },
    body: JSON.stringify(body),
  };
}

/**
 * A reply with the type of its JSON body. The type exists only at compile time, where it is checked against the
 * published schema.
 */
export interface Reply<Body> extends HttpResponseInit {
  readonly [bodyType]?: Body;
}

declare const bodyType: unique symbol;

/** The type of a handler's JSON body. */
export type BodyOf<Handler extends (...args: never[]) => Promise<HttpResponseInit>> =
  Awaited<ReturnType<Handler>> extends Reply<infer Body> ? Body : never;

export function json<Body>(status: number, body: Body, headers: Record<string, string> = {}): Reply<Body> {
  return {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
    body: JSON.stringify(body),
  };
}
