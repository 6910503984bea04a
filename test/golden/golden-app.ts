import { readFileSync } from "node:fs";
import { request as send } from "node:http";
import { join } from "node:path";
import { startDurableApp, type DurableApp, type DurableAppOptions } from "../support/durable-app";
import { createVirtualClock, type VirtualClock } from "../support/virtual-clock";
import { appDirectory, type Exchange, type Invocation, type Step } from "./fixtures";
import { asInvocation, parsedBody, tapWire, type Wire } from "./wire";

export interface Reply {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: unknown;
}

/** A recorded app on the embedded host and engine, driven by the same requests as the real ones. */
export interface GoldenApp extends DurableApp {
  readonly wire: Wire;
  /** Maps ids and tokens of the recorded host to those of this one. */
  readonly ids: Map<string, string>;
  /** Sends a recorded request. Replaces keys and host-made ids in the request and in the reply. */
  send(exchange: Pick<Exchange, "method" | "path" | "requestHeaders" | "requestBody">): Promise<Reply>;
  /** A text of this host with the recorded names of keys and host-made ids. */
  asRecorded(text: string): string;
  /** The calls so far, in the form of the fixtures. */
  invocations(): Invocation[];
  /** Repeats what the driver did between requests. */
  wait(step: Step, instance: string): Promise<void>;
}

export interface GoldenAppOptions {
  readonly app?: "main" | "second";
  /** Host header of requests without one. */
  readonly host?: string;
  /** WEBSITE_HOSTNAME, as the origin of the binding's URLs. */
  readonly origin?: string;
  readonly shared?: DurableAppOptions["shared"];
  readonly clock?: VirtualClock;
  readonly settings?: Record<string, string>;
  /** Registers functions in addition to those of the recorded app. */
  readonly alsoRegister?: () => void;
}

const over = ["Completed", "Failed", "Terminated", "Canceled"];
const POLL_MS = 300;
/** Some recorded requests contain days around this one. */
export const RECORDED_AT = Date.parse("2026-11-23T08:54:00Z");

export async function startGoldenApp(options: GoldenAppOptions = {}): Promise<GoldenApp> {
  const directory = appDirectory(options.app ?? "main");
  const clock = options.clock ?? createVirtualClock(RECORDED_AT);
  let wire: Wire | undefined;
  const origin = options.origin ?? "https://127.0.0.1:7071";
  const app = await startDurableApp({
    appDirectory: directory,
    clock,
    ...(options.shared ? { shared: options.shared } : {}),
    origin,
    settings: { hubName: "GoldenHub" },
    isIndented: true,
    appSettings: { WEBSITE_HOSTNAME: new URL(origin).host, ...options.settings },
    register: () => {
      loadOn(clock, directory);
      options.alsoRegister?.();
      wire = tapWire();
    },
  });
  const port = Number(new URL(app.host.origin).port);
  const binding = JSON.parse(app.engine.inputBinding("durableClient") ?? "{}") as {
    requiredQueryStringParameters: string;
  };
  const keys: readonly (readonly [string, string])[] = [
    ["<SYSTEM_KEY>", binding.requiredQueryStringParameters.replace("code=", "")],
    ["<FUNCTION_KEY>", app.host.keys.function],
    ["<MASTER_KEY>", app.host.keys.master],
  ];
  const ids = new Map<string, string>();
  const mine = (text: string) =>
    [...keys, ...ids].reduce((t, [theirs, own]) => t.replaceAll(theirs, own), text);
  const theirs = (text: string) =>
    [...keys, ...ids].reduce((t, [their, own]) => t.replaceAll(own, their), text);
  const golden: GoldenApp = {
    ...app,
    wire: wire as unknown as Wire,
    ids,
    asRecorded: theirs,
    async stop() {
      await app.stop();
      golden.wire.end();
    },
    send: (exchange) =>
      passingTime(
        golden,
        exchange.path,
        call({ port, host: options.host ?? "127.0.0.1:7071" }, exchange, mine, theirs),
      ),
    invocations: () =>
      golden.wire.calls.map((each) => JSON.parse(theirs(JSON.stringify(asInvocation(each)))) as Invocation),
    wait: (step, instance) => wait(golden, step, ids.get(step.instance ?? "") ?? step.instance ?? instance),
  };
  return golden;
}

/** The unchanged recorded app with a `setTimeout` on the virtual clock. */
function loadOn(clock: VirtualClock, directory: string): void {
  const source = readFileSync(join(directory, "index.js"), "utf8");
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- each host loads a new copy of the module
  const run = new Function("require", "setTimeout", source) as (
    load: NodeJS.Require,
    later: (fire: () => void, ms: number) => void,
  ) => void;
  run(require, (fire, ms) => void clock.sleep(ms).then(fire));
}

async function wait(app: GoldenApp, step: Step, id: string): Promise<void> {
  await app.settle();
  if (step.do === "sleep") await app.advance(step.ms ?? 0);
  if (step.do !== "waitUntilFinished") return;
  for (let waited = 0; waited < (step.timeoutMs ?? 60_000); waited += POLL_MS) {
    const { body } = await app.call("GET", `instances/${encodeURIComponent(id)}`);
    if (over.includes((body as { runtimeStatus?: string } | undefined)?.runtimeStatus ?? "")) return;
    await app.advance(POLL_MS);
  }
}

/** Moves the clock while a request waits for an orchestration. */
async function passingTime(app: GoldenApp, path: string, reply: Promise<Reply>): Promise<Reply> {
  if (!path.includes("timeout=")) return reply;
  let replied = false;
  const noticed = reply.finally(() => {
    replied = true;
  });
  while (!replied) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    await app.advance(POLL_MS);
  }
  return noticed;
}

const unrecorded = ["date", "server", "connection", "content-length", "transfer-encoding", "keep-alive"];

function call(
  { port, host }: { port: number; host: string },
  {
    method,
    path,
    requestHeaders = {},
    requestBody,
  }: Pick<Exchange, "method" | "path" | "requestHeaders" | "requestBody">,
  mine: (text: string) => string,
  theirs: (text: string) => string,
): Promise<Reply> {
  const sized = requestBody !== undefined || !["GET", "HEAD", "OPTIONS", "DELETE"].includes(method);
  const own = Object.entries(requestHeaders).map(([name, value]) => [name, mine(value)] as const);
  const headers = {
    Connection: "keep-alive",
    Host: host,
    ...(sized ? { "Content-Length": String(Buffer.byteLength(requestBody ?? "")) } : {}),
    ...Object.fromEntries(own.filter(([name]) => name !== "host")),
    ...(requestHeaders["host"] === undefined ? {} : { Host: requestHeaders["host"] }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = send({ host: "127.0.0.1", port, method, path: mine(path), headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const raw = Buffer.concat(chunks);
        const text = raw.toString("utf8");
        const isText = Buffer.compare(Buffer.from(text), raw) === 0;
        const kept = Object.entries(incoming.headers).filter(([name]) => !unrecorded.includes(name));
        resolve({
          status: incoming.statusCode ?? 0,
          headers: Object.fromEntries(
            kept.map(([name, value]) => [name, typeof value === "string" ? theirs(value) : value]),
          ),
          body: parsedBody(isText ? Buffer.from(theirs(text)) : raw, incoming.headers["content-type"]),
        });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(requestBody === undefined ? undefined : mine(requestBody));
  });
}
