import { createServer, type IncomingMessage, type Server } from "node:http";
import type { HostExtension, HostReply, HostRequest, HostLog } from "./contract";
import type { CoreApp } from "./loaded-app";
import { httpFunctions, type HttpFunction } from "./routes";

const BODY_LIMIT = 100 * 1024 * 1024;

export interface HttpFrontOptions {
  readonly host: string;
  readonly port: number;
  readonly prefix: string;
  readonly extensions: readonly HostExtension[];
  readonly log: (line: HostLog) => void;
}

interface HttpReturn {
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly { name: string; value: string; maxAge?: number; path?: string }[];
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
      .then(({ status, headers, body }) => {
        outgoing.writeHead(status, { ...headers, "content-length": body.length }).end(body);
      });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, () => {
      resolve(server);
    });
  });
}

async function answer(
  app: CoreApp,
  functions: readonly HttpFunction[],
  incoming: IncomingMessage,
  { extensions }: HttpFrontOptions,
): Promise<HostReply> {
  const request = await read(incoming);
  if (!request) return empty(413);
  const url = new URL(request.url, `http://${request.headers["host"] ?? "localhost"}`);
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
    return call(app, fn, request, url, parameters);
  }
  return empty(404);
}

async function call(
  app: CoreApp,
  fn: HttpFunction,
  request: HostRequest,
  url: URL,
  parameters: Record<string, string>,
): Promise<HostReply> {
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
  } catch {
    // The worker has logged it; a handler that throws answers with an empty 500.
    return empty(500);
  }
}

function nullable(entries: readonly (readonly [string, string])[]): Record<string, { value: string }> {
  return Object.fromEntries(entries.map(([name, value]) => [name, { value }]));
}

function toReply(result: HttpReturn | undefined): HostReply {
  if (!result) return empty(204);
  const body = result.body?.bytes ?? Buffer.from(result.body?.string ?? "");
  const cookies = (result.cookies ?? []).map(
    ({ name, value, path }) => `${name}=${value}${path ? `; path=${path}` : ""}`,
  );
  const headers = { ...result.headers, ...(cookies.length > 0 ? { "set-cookie": cookies.join(", ") } : {}) };
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
