import type { HttpResponseInit } from "@azure/functions";
import type { Issue } from "../../domain/kernel/issue";
import { type Code, codes } from "../../domain/kernel/reason-codes";

/** An error of the API; thrown by handlers' helpers, answered as problem details (RFC 9457). */
export class Problem extends Error {
  readonly code: Code;
  readonly issues: readonly Issue[];
  readonly headers: Record<string, string>;
  readonly status: number;
  /** Extension members of the answer. */
  readonly members: object;
  constructor(
    code: Code,
    detail: string,
    more: {
      issues?: readonly Issue[];
      headers?: Record<string, string>;
      status?: number;
      members?: object;
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

export function problemReply(
  { code, message, issues, headers, status, members }: Problem,
  instance: string,
): HttpResponseInit {
  const { remedy } = codes[code];
  const body = {
    type: `urn:cloud-service-swap:problem:${code}`,
    title: code.replaceAll("-", " "),
    status,
    detail: message,
    instance,
    code,
    remedy,
    ...members,
    ...(issues.length > 0 ? { issues } : {}),
  };
  return {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...headers },
    body: JSON.stringify(body),
  };
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): HttpResponseInit {
  return {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
    body: JSON.stringify(body),
  };
}
