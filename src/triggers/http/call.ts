import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { noUtf8, parseJsonText, utf8Text } from "../../contracts/json-text";
import type { Complaint } from "../../domain/events";
import type { Caller, Permission, TokenVerifier } from "../../ports/identity";
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

/** The gate with its limit on calls that change or cost something; one for all routes of the process. */
export interface LimitedGate extends Gate {
  readonly limiter: CallLimiter;
}

/**
 * Wraps a handler: the token is verified, calls that write are counted, and one of the permissions is asked for before
 * anything else happens. Headers of App Service and function keys decide nothing. Every error becomes problem details.
 */
export function guarded(
  gate: LimitedGate,
  anyOf: readonly Permission[],
  handle: AuthenticatedHandler,
): Handler {
  return answering(gate, async (request, context) => {
    const caller = await authenticate(gate.verifier, request);
    const ports = gate.portsFor(context);
    if (writing.includes(request.method)) limit(gate.limiter.take(caller.oid, ports.clock.monotonic()));
    try {
      if (!anyOf.some((permission) => caller.permissions.includes(permission)))
        throw new Problem("forbidden", `${caller.name} needs ${anyOf.join(" or ")}`);
      return await handle({ request, ports, caller });
    } catch (fault) {
      if (fault instanceof Problem && fault.code === "forbidden")
        tellForbidden(fault, request, caller, ports);
      throw fault;
    }
  });
}

function tellForbidden(
  { code, message }: Problem,
  request: HttpRequest,
  { oid }: Caller,
  ports: Ports,
): void {
  const asked = `${request.method} ${new URL(request.url).pathname}`;
  ports.log.warn("a caller without the permission was refused", {
    code,
    detail: `${asked} by ${oid}: ${message}`,
  });
}

const writing = ["POST", "PUT", "DELETE"];

function limit(waitMs: number): void {
  if (waitMs === 0) return;
  const seconds = Math.ceil(waitMs / 1000);
  const headers = { "retry-after": String(seconds) };
  throw new Problem("too-many-calls", `too many calls of this caller: the next in ${seconds} s`, { headers });
}

/**
 * Turns what a handler throws into problem details. What is unexpected says nothing but a correlation id; the log tells it, and
 * what kept an answer from being given.
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
        new Problem("internal-error", "something unexpected happened; quote the instance id"),
        instance,
      );
    }
  };
}

export async function authenticate(verifier: TokenVerifier, request: HttpRequest): Promise<Caller> {
  const verified = await verifier
    .verify(request.headers.get("authorization") ?? undefined)
    .catch((cause: unknown) => {
      throw unavailable(cause);
    });
  if ("caller" in verified) return verified.caller;
  throw new Problem("unauthenticated", verified.rejected, { headers: { "www-authenticate": "Bearer" } });
}

/** The issuer's keys cannot be fetched: the caller is not at fault and may try again. */
function unavailable(cause: unknown): Problem {
  const more = { status: 503, headers: { "retry-after": "10" } };
  const problem = new Problem("internal-error", "the token could not be verified now: try again", more);
  problem.cause = cause;
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
  if (read.complaints.length > 0) throw malformed("a field of the body stands there twice", read.complaints);
  return read.value;
}

function malformed(detail: string, complaints: readonly Complaint[]): Problem {
  return new Problem("malformed-request", detail, { complaints });
}

/** A path parameter that is a request id, checked before anything is asked with it. */
export function requestIdOf(request: HttpRequest): string {
  const id = request.params["id"] ?? "";
  if (!/^[A-Za-z0-9-]{1,100}$/.test(id)) throw new Problem("not-found", "there is no such promotion");
  return id;
}
