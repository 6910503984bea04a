import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { HostExtension, HostReply, HostLog } from "./contract";
import type { CoreApp } from "./loaded-app";
import { cookieLine, type RpcCookie } from "./cookies";
import { httpData, httpMetadata, type ReceivedRequest } from "./http-request";
import { keyOf, opens, type HostKeys } from "./keys";
import { httpFunctions, type HttpFunction } from "./routes";

const BODY_LIMIT = 100 * 1024 * 1024;

interface HttpFrontOptions {
  readonly host: string;
  readonly port: number;
  readonly prefix: string;
  readonly keys: HostKeys;
  readonly extensions: readonly HostExtension[];
  readonly log: (line: HostLog) => void;
}

/** A reply that may repeat a header, for cookies. */
interface Reply extends Omit<HostReply, "headers"> {
  readonly headers: Record<string, string | string[]>;
}

interface HttpReturn {
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly RpcCookie[];
  readonly body?: { readonly bytes?: Uint8Array; readonly string?: string };
}

/** Serves HTTP triggers, and the webhooks of extensions, with the real host's quirks (golden: http-triggers). */
export function startHttpFront(app: CoreApp, options: HttpFrontOptions): Promise<Server> {
  const functions = httpFunctions(app.functions, options.prefix, options.log);
  const server = createServer((incoming, outgoing) => {
    void answer(app, functions, incoming, options)
      .catch((fault: unknown) => {
        options.log({ level: "error", category: "Host.Http", message: String(fault) });
        return empty(500);
      })
      .then((reply) => {
        send(outgoing, reply, options.log);
      });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, () => {
      resolve(server);
    });
  });
}

/** A status or header that HTTP does not allow is the handler's error: an empty 500, and the host continues. */
function send(
  outgoing: ServerResponse,
  { status, headers, body }: Reply,
  log: HttpFrontOptions["log"],
): void {
  try {
    outgoing.writeHead(status, { ...headers, "content-length": body.length }).end(body);
  } catch (fault) {
    log({ level: "error", category: "Host.Http", message: `the reply cannot be sent: ${String(fault)}` });
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(500, { "content-length": 0 }).end();
  }
}

async function answer(
  app: CoreApp,
  functions: readonly HttpFunction[],
  incoming: IncomingMessage,
  { extensions, keys, log }: HttpFrontOptions,
): Promise<Reply> {
  const request = await read(incoming);
  if (!request) return empty(413);
  // Concatenated: resolving against a base would read "//name/path" as another host.
  const address = `http://${request.headers["host"] ?? "localhost"}${request.url}`;
  if (!URL.canParse(address)) return empty(400);
  const url = new URL(address);
  const key = keyOf({ query: url.searchParams, headers: request.headers });
  if (/^\/runtime\/webhooks\//i.test(url.pathname)) {
    // A key of the host is valid but opens no webhook: forbidden, not unauthorized (golden: management).
    if (key === keys.function) return empty(403);
    for (const extension of extensions) {
      const reply = await extension.handleHttp(request);
      if (reply) return reply;
    }
    return empty(404);
  }
  for (const fn of functions) {
    const parameters = fn.methods.includes(request.method) ? fn.match(url.pathname) : undefined;
    if (!parameters) continue;
    if (!opens(keys, fn.authLevel, key)) return empty(401);
    return call(app, fn, { request, url, parameters, log });
  }
  return url.pathname === "/" && request.method === "GET" ? landingPage : empty(404);
}

interface Call {
  readonly request: ReceivedRequest;
  readonly url: URL;
  readonly parameters: Record<string, string>;
  readonly log: HttpFrontOptions["log"];
}

async function call(app: CoreApp, fn: HttpFunction, { request, url, parameters, log }: Call): Promise<Reply> {
  const asked = { request, url, parameters };
  try {
    const { returnValue } = await app.invoke(fn.name, {
      inputData: [{ name: fn.binding, data: { http: httpData(asked) } }],
      triggerMetadata: httpMetadata(asked),
    });
    return toReply(returnValue?.http as HttpReturn | undefined);
  } catch (fault) {
    // The caller gets an empty 500, so only the log has the reason.
    log({
      level: "error",
      category: "Host.Http",
      functionName: fn.name,
      message: `failed: ${String(fault)}`,
    });
    return empty(500);
  }
}

function toReply(result: HttpReturn | undefined): Reply {
  if (!result) return empty(204);
  const body = result.body?.bytes ?? Buffer.from(result.body?.string ?? "");
  const cookies = (result.cookies ?? []).map(cookieLine);
  const headers = { ...result.headers, ...(cookies.length > 0 ? { "set-cookie": cookies } : {}) };
  return { status: Number(result.statusCode ?? "200"), headers, body: Buffer.from(body) };
}

/** The beginning of the real host's root page; the rest is decoration. */
const landingPage: HostReply = {
  status: 200,
  headers: { "content-type": "text/html" },
  body: Buffer.from(
    "<!DOCTYPE html>\n<html>\n<head>\n    <title>Your Azure Function App is up and running.</title>\n </head>\n</html>\n",
  ),
};

function empty(status: number): HostReply {
  return { status, headers: {}, body: Buffer.alloc(0) };
}

async function read(incoming: IncomingMessage): Promise<ReceivedRequest | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += (chunk as Buffer).length;
    if (size > BODY_LIMIT) return undefined;
    chunks.push(chunk as Buffer);
  }
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
  return {
    method: incoming.method ?? "GET",
    url: incoming.url ?? "/",
    headers,
    rawHeaders: incoming.rawHeaders,
    body: Buffer.concat(chunks),
  };
}
