import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { HostExtension, HostReply, HostRequest, HostLog } from "./contract";
import type { CoreApp } from "./loaded-app";
import { cookieLine, type RpcCookie } from "./cookies";
import { httpFunctions, type HttpFunction } from "./routes";

const BODY_LIMIT = 100 * 1024 * 1024;

export interface HttpFrontOptions {
  readonly host: string;
  readonly port: number;
  readonly prefix: string;
  readonly extensions: readonly HostExtension[];
  readonly log: (line: HostLog) => void;
}

/** A reply that may repeat a header, as cookies do. */
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
  const functions = httpFunctions(app.functions, options.prefix);
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

/** A status or header that HTTP cannot carry is the handler's fault: an empty 500, never the end of the host. */
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
  { extensions, log }: HttpFrontOptions,
): Promise<Reply> {
  const request = await read(incoming);
  if (!request) return empty(413);
  // Joined as text: resolving against a base would read "//name/path" as another host.
  const address = `http://${request.headers["host"] ?? "localhost"}${request.url}`;
  if (!URL.canParse(address)) return empty(400);
  const url = new URL(address);
  if (/^\/runtime\/webhooks\//i.test(url.pathname)) {
    for (const extension of extensions) {
      const reply = await extension.handleHttp(request);
      if (reply) return reply;
    }
    return empty(404);
  }
  for (const fn of functions) {
    const parameters = fn.methods.includes(request.method) ? fn.match(url.pathname) : undefined;
    if (!parameters) continue;
    // There are no function keys in the embedded host: whatever asks for one cannot be called.
    if (fn.authLevel !== "anonymous") return empty(401);
    return call(app, fn, { request, url, parameters, log });
  }
  return empty(404);
}

interface Call {
  readonly request: HostRequest;
  readonly url: URL;
  readonly parameters: Record<string, string>;
  readonly log: HttpFrontOptions["log"];
}

async function call(app: CoreApp, fn: HttpFunction, { request, url, parameters, log }: Call): Promise<Reply> {
  const query = [...new Set(url.searchParams.keys())].map((name) => [
    name,
    url.searchParams.getAll(name).join(","),
  ]);
  const http = {
    url: url.href,
    method: request.method,
    nullableHeaders: nullable(Object.entries(request.headers)),
    nullableParams: nullable(Object.entries(parameters)),
    nullableQuery: nullable(query as [string, string][]),
    ...(request.body.length > 0 ? { body: { bytes: request.body } } : {}),
  };
  try {
    const { returnValue } = await app.invoke(fn.name, { inputData: [{ name: fn.binding, data: { http } }] });
    return toReply(returnValue?.http as HttpReturn | undefined);
  } catch (fault) {
    // The caller learns nothing (an empty 500), so the log is the only place that tells why.
    log({
      level: "error",
      category: "Host.Http",
      functionName: fn.name,
      message: `failed: ${String(fault)}`,
    });
    return empty(500);
  }
}

function nullable(entries: readonly (readonly [string, string])[]): Record<string, { value: string }> {
  return Object.fromEntries(entries.map(([name, value]) => [name, { value }]));
}

function toReply(result: HttpReturn | undefined): Reply {
  if (!result) return empty(204);
  const body = result.body?.bytes ?? Buffer.from(result.body?.string ?? "");
  const cookies = (result.cookies ?? []).map(cookieLine);
  const headers = { ...result.headers, ...(cookies.length > 0 ? { "set-cookie": cookies } : {}) };
  return { status: Number(result.statusCode ?? "200"), headers, body: Buffer.from(body) };
}

function empty(status: number): HostReply {
  return { status, headers: {}, body: Buffer.alloc(0) };
}

async function read(incoming: IncomingMessage): Promise<HostRequest | undefined> {
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
  return { method: incoming.method ?? "GET", url: incoming.url ?? "/", headers, body: Buffer.concat(chunks) };
}
