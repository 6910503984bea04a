import type { HostRequest, RpcData } from "./contract";
import { payloadMetadata } from "./payload-metadata";

export interface ReceivedRequest extends HostRequest {
  /** Names and values alternate, as received. */
  readonly rawHeaders: readonly string[];
}

interface Asked {
  readonly request: ReceivedRequest;
  readonly url: URL;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The request as the worker receives it: repeated query values are joined (golden: http-triggers). */
export function httpData({ request, url, parameters }: Asked): object {
  const query = [...new Set(url.searchParams.keys())].map((name) => [
    name,
    url.searchParams.getAll(name).join(","),
  ]);
  return {
    url: url.href,
    method: request.method,
    identities: [anonymous],
    nullableHeaders: nullable(Object.entries(request.headers)),
    nullableParams: nullable(Object.entries(parameters)),
    nullableQuery: nullable(query as [string, string][]),
    ...(request.body.length > 0 ? { body: { bytes: request.body } } : {}),
  };
}

const claims = "identity/claims";
const anonymous = {
  nameClaimType: { value: `http://schemas.xmlsoap.org/ws/2005/05/${claims}/name` },
  roleClaimType: { value: `http://schemas.microsoft.com/ws/2008/06/${claims}/role` },
};

/**
 * Metadata that the host sends with the request; `@azure/functions` hides it from handlers (golden: worker-startup).
 */
export function httpMetadata({ request, url, parameters }: Asked): Record<string, RpcData> {
  const query = Object.fromEntries(url.searchParams);
  const texts = Object.entries({ ...query, ...parameters }).map(([name, value]) => [name, { string: value }]);
  return {
    ...payloadMetadata(request.body.toString("utf8")),
    ...(Object.fromEntries(texts) as Record<string, RpcData>),
    Query: { json: JSON.stringify(query) },
    Headers: { json: JSON.stringify(asSent(request.rawHeaders)) },
  };
}

function asSent(rawHeaders: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? "").replace(/(^|-)([a-z])/g, (_all, dash: string, letter: string) => {
      return dash + letter.toUpperCase();
    });
    headers[name] = rawHeaders[i + 1] ?? "";
  }
  return headers;
}

function nullable(entries: readonly (readonly [string, string])[]): Record<string, { value: string }> {
  return Object.fromEntries(entries.map(([name, value]) => [name, { value }]));
}
