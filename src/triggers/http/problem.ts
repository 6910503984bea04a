import type { HttpResponseInit } from "@azure/functions";
import { codes, type Code } from "../../domain/codes";
import type { Complaint } from "../../domain/events";

/** An error of the API; thrown by handlers' helpers, answered as problem details (RFC 9457). */
export class Problem extends Error {
  readonly code: Code;
  readonly complaints: readonly Complaint[];
  readonly headers: Record<string, string>;
  readonly status: number;
  /** Extension members of the answer. */
  readonly members: object;
  constructor(
    code: Code,
    detail: string,
    more: {
      complaints?: readonly Complaint[];
      headers?: Record<string, string>;
      status?: number;
      members?: object;
    } = {},
  ) {
    super(detail);
    this.code = code;
    this.complaints = more.complaints ?? [];
    this.headers = more.headers ?? {};
    this.status = more.status ?? codes[code].status;
    this.members = more.members ?? {};
  }
}

export function problemReply(
  { code, message, complaints, headers, status, members }: Problem,
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
    ...(complaints.length > 0 ? { complaints } : {}),
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
