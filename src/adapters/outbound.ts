import { type LookupAddress, type LookupOptions, lookup as systemLookup } from "node:dns";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import { isNativeError } from "node:util/types";
import { isLoopbackName, kindOfAddress } from "../contracts/address-kind";

/** The result of one GET. `detail` never contains the URL, which may be a secret. */
export type OutboundReply =
  | {
      /** Any status. Redirects are not followed. */
      readonly kind: "reply";
      readonly status: number;
      /** By lower-case name. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      /** From the call to the last byte. */
      readonly elapsedMs: number;
    }
  | { readonly kind: "error"; readonly detail: string };

export interface OutboundLimits {
  /** For everything: name resolution, connection, reply. */
  readonly timeoutMs: number;
  /** Of the body. */
  readonly maxBytes: number;
}

type Resolve = (
  host: string,
  options: LookupOptions & { all: true },
  done: (fault: Error | null, addresses: LookupAddress[]) => void,
) => void;

export interface OutboundRules {
  /** Allowed origins (scheme, host, port). A private address is allowed only as the host of an origin. */
  readonly allow: readonly string[];
  /** Whether allowed origins may be on loopback; false in Azure. */
  readonly loopback: boolean;
  /** Replaces the system's name resolution. */
  readonly resolve?: Resolve;
}

export interface Outbound {
  get(url: string, limits: OutboundLimits): Promise<OutboundReply>;
}

/**
 * The only HTTP client for configured addresses. Allows listed origins only, and checks each address when it connects
 * (a name may change its address after an earlier check). No redirects, no credentials, one connection per call.
 */
export function createOutbound(rules: OutboundRules): Outbound {
  const allowed = new Set(rules.allow);
  const resolve: Resolve = rules.resolve ?? systemLookup;
  return {
    get(text, limits) {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      if (!url || !allowed.has(url.origin)) return refusal("the address is not configured");
      const host = url.hostname.replace(/^\[|\]$/g, "");
      const mistake = isIP(host) === 0 ? undefined : addressMistake(host, host, rules.loopback);
      if (mistake !== undefined) return refusal(mistake);
      return exchange(url, limits, (name, options, done) => {
        resolve(name, { ...options, all: true }, (fault, addresses) => {
          passOn(fault ?? wrongAddress(addresses, name, rules.loopback), addresses, options, done);
        });
      });
    },
  };
}

function refusal(detail: string): Promise<OutboundReply> {
  return Promise.resolve({ kind: "error", detail });
}

/** Why an address must not be connected to. `host` is the host of the URL. */
function addressMistake(address: string, host: string, loopbackAllowed: boolean): string | undefined {
  const kind = kindOfAddress(address);
  const named = isIP(host) !== 0;
  switch (kind) {
    case "public":
      return undefined;
    case "forbidden":
      return "the host is a link-local, metadata, NAT64 or 6to4 address";
    case "private":
      return named ? undefined : "the host's name resolves to a private address";
    case "loopback":
      return loopbackAllowed && (named || isLoopbackName(host)) ? undefined : "the host is this machine";
  }
}

/** One forbidden address is enough: any of the addresses may be connected to. */
function wrongAddress(
  addresses: readonly LookupAddress[],
  host: string,
  loopback: boolean,
): Error | undefined {
  const [mistake] = addresses.flatMap(({ address }) => addressMistake(address, host, loopback) ?? []);
  if (addresses.length === 0) return new Error("the host has no address");
  return mistake === undefined ? undefined : new Error(mistake);
}

type Lookup = (
  host: string,
  options: LookupOptions,
  done: (fault: Error | null, address: string | LookupAddress[], family?: number) => void,
) => void;

function passOn(
  fault: Error | undefined,
  addresses: LookupAddress[],
  options: LookupOptions,
  done: Parameters<Lookup>[2],
): void {
  const [first] = addresses;
  if (fault || !first) done(fault ?? new Error("the host has no address"), []);
  else if (options.all) done(null, addresses);
  else done(null, first.address, first.family);
}

function exchange(url: URL, { timeoutMs, maxBytes }: OutboundLimits, lookup: Lookup): Promise<OutboundReply> {
  const started = performance.now();
  return new Promise((resolve) => {
    const end = (reply: OutboundReply) => {
      clearTimeout(timer);
      resolve(reply);
      request.destroy();
    };
    const fail = (fault: unknown) => {
      end({ kind: "error", detail: describeFault(fault) });
    };
    const timer = setTimeout(() => {
      fail(new Error(`no complete reply within ${timeoutMs} ms`));
    }, timeoutMs);
    const send = url.protocol === "https:" ? requestHttps : requestHttp;
    const headers = { accept: "*/*", "accept-encoding": "identity", "user-agent": "cloud-service-swap" };
    // No agent: the address of a pooled connection was checked for another call.
    const request = send(url, { agent: false, lookup, headers, auth: "" }, (response) => {
      read(response, maxBytes).then((body) => {
        const elapsedMs = performance.now() - started;
        end({ kind: "reply", status: response.statusCode ?? 0, headers: flat(response), body, elapsedMs });
      }, fail);
    });
    request.on("error", fail);
    request.end();
  });
}

async function read(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new Error(`the reply has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function flat({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(", ")] as const);
  return Object.fromEntries(entries);
}

/** System errors are described by their code only: their messages name hosts and addresses. */
function describeFault(fault: unknown): string {
  if (!isNativeError(fault)) return "the request failed";
  return "code" in fault ? `the request failed (${String(fault.code)})` : fault.message;
}
