import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { requestId } from "../../contracts/fields";
import { noUtf8, parseJsonText, utf8Text } from "../../contracts/json-text";
import type { Issue } from "../../domain/kernel/issue";
import type { Caller, Permission, TokenVerifier } from "../../ports/identity";
import type { Log } from "../../ports/log";
import type { Ports } from "../../ports/ports";
import { NotAcknowledged } from "../read-back";
import { RETRY_AFTER } from "./acknowledged";
import type { CallLimiter } from "./call-limit";
import { Problem, problemReply } from "./problem";

/** One authenticated call. */
export interface Call {
  readonly request: HttpRequest;
  readonly ports: Ports;
  readonly caller: Caller;
}

export type AuthenticatedHandler = (call: Call) => Promise<HttpResponseInit>;

export type Handler = (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit>;

export interface Gate {
  readonly portsFor: (context: InvocationContext) => Ports;
  readonly verifier: TokenVerifier;
}

/** The gate with its limit on writing calls; one for all routes of the process. */
export interface LimitedGate extends Gate {
  readonly limiter: CallLimiter;
}

/**
 * Wraps a handler: verifies the token, counts calls that write, and checks the permission before anything else.
 * Headers of App Service and function keys decide nothing. Every error becomes problem details.
 */
export function guarded(
  gate: LimitedGate,
  anyOf: readonly Permission[],
  handle: AuthenticatedHandler,
): Handler {
  return answering(gate, async (request, context) => {
    const ports = gate.portsFor(context);
    const caller = await authenticate(gate.verifier, request, ports.log);
    if (writing.includes(request.method)) limit(gate.limiter.take(caller.oid, ports.clock.monotonic()));
    try {
      if (!anyOf.some((permission) => caller.permissions.includes(permission)))
        throw new Problem("forbidden", `${caller.name} needs ${anyOf.join(" or ")}`);
      return await handle({ request, ports, caller });
    } catch (fault) {
      if (fault instanceof Problem && fault.code === "forbidden")
        describeForbidden(fault, request, caller, ports);
      throw fault;
    }
  });
}

function describeForbidden(
  { code, message }: Problem,
  request: HttpRequest,
  { oid }: Caller,
  ports: Ports,
): void {
  ports.log.warn("a caller without the permission was refused", {
    code,
    detail: `${askedIn(request)} by ${oid}: ${message}`,
  });
}

function askedIn({ method, url }: HttpRequest): string {
  return `${method} ${new URL(url).pathname}`;
}

const writing = ["POST", "PUT", "DELETE"];

function limit(waitMs: number): void {
  if (waitMs === 0) return;
  const seconds = Math.ceil(waitMs / 1000);
  const headers = { "retry-after": String(seconds) };
  throw new Problem("too-many-calls", `too many calls by this caller: retry in ${seconds} s`, { headers });
}

/**
 * Turns what a handler throws into problem details. An unexpected fault shows only a correlation id; the log has
 * the details.
 */
export function answering({ portsFor }: Pick<Gate, "portsFor">, handle: Handler): Handler {
  return async (request, context) => {
    const instance = `urn:uuid:${context.invocationId}`;
    try {
      return await handle(request, context);
    } catch (fault) {
      const { log } = portsFor(context);
      if (fault instanceof Problem) {
        if (fault.cause !== undefined) log.warn("a call could not be answered", { code: fault.code, fault });
        return problemReply(fault, instance);
      }
      if (fault instanceof NotAcknowledged) {
        const code = "not-acknowledged";
        log.warn("a call was not acknowledged in time", { code, detail: instance, fault });
        return problemReply(new Problem(code, fault.message, { headers: RETRY_AFTER }), instance);
      }
      log.error("a call ended in an unexpected fault", { detail: instance, fault });
      return problemReply(
        new Problem("internal-error", "an unexpected fault; quote the instance id"),
        instance,
      );
    }
  };
}

/** Returns the caller. An unknown caller gets a problem, and the log has a line for it. */
export async function authenticate(verifier: TokenVerifier, request: HttpRequest, log: Log): Promise<Caller> {
  const authorization = request.headers.get("authorization") ?? undefined;
  const verdict = await verifier.verify(authorization).catch((cause: unknown) => {
    throw unavailable(10_000, cause);
  });
  if ("caller" in verdict) return verdict.caller;
  if ("unavailable" in verdict)
    throw unavailable(verdict.retryMs, new Error(verdict.unavailable, { cause: verdict.cause }));
  if ("misconfigured" in verdict) throw misconfigured(verdict.misconfigured);
  const code = "unauthenticated";
  log.warn("a caller without a valid token was refused", {
    code,
    detail: `${askedIn(request)}: ${verdict.rejected}`,
  });
  const headers = { "www-authenticate": challengeOf(authorization, verdict.rejected) };
  throw new Problem(code, verdict.rejected, { headers });
}

/**
 * RFC 6750 §3: only a caller who sent a bearer token learns the error. The description may hold printable ASCII
 * without quotes and backslashes.
 */
function challengeOf(authorization: string | undefined, rejected: string): string {
  if (!/^\s*bearer\b/i.test(authorization ?? "")) return "Bearer";
  const description = rejected.replace(/["\\]/g, "'").replace(/[^ -~]/g, "?");
  return `Bearer error="invalid_token", error_description="${description}"`;
}

/** The issuer's keys cannot be fetched now: not the caller's fault, and a retry may succeed. */
function unavailable(retryMs: number, cause: unknown): Problem {
  const headers = { "retry-after": String(Math.max(1, Math.ceil(retryMs / 1000))) };
  const more = { status: 503, headers };
  const problem = new Problem("internal-error", "the token could not be verified now: try again", more);
  problem.cause = cause;
  return problem;
}

/** A retry does not help: a setting or the issuer must be fixed. */
function misconfigured(detail: string): Problem {
  const described =
    "no token can be verified: TOKEN_ISSUER or what it leads to is wrong; the log of this app says why";
  const problem = new Problem("internal-error", described);
  problem.cause = new Error(detail);
  return problem;
}

const BODY_LIMIT = 64 * 1024;

/** The JSON body of a request; undefined when there is none. */
export async function readJson(request: HttpRequest): Promise<unknown> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length === 0) return undefined;
  if (bytes.length > BODY_LIMIT) throw new Problem("body-too-large", `the body has ${bytes.length} bytes`);
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(request.headers.get("content-type") ?? "")) {
    throw new Problem("unsupported-media-type", "the body must be JSON");
  }
  const text = utf8Text(bytes);
  if (text === undefined) throw malformed("the body is not UTF-8", [noUtf8(bytes)]);
  const read = parseJsonText(text);
  const noJson = { path: "$", value: "no JSON", expectation: "a JSON object" };
  if (!read) throw malformed("the body is not JSON", [noJson]);
  if (read.issues.length > 0) throw malformed("a field of the body stands there twice", read.issues);
  return read.value;
}

function malformed(detail: string, issues: readonly Issue[]): Problem {
  return new Problem("malformed-request", detail, { issues });
}

/** The request id in the path. Throws `not-found` when it is malformed. */
export function requestIdOf(request: HttpRequest): string {
  const id = request.params["id"] ?? "";
  if (!requestId.safeParse(id).success) throw new Problem("not-found", "no such promotion");
  return id;
}
