import { resolve } from "node:path";
import { MemoryLevel } from "memory-level";
import { createDurableEngine, type DurableEngine, type TaskHub } from "../../local/durable-engine";
import { startFunctionsHost, type FunctionsHost } from "../../local/functions-host";
import { quickQueues } from "./quick-queues";
import { createVirtualClock, mustComeToRest, type VirtualClock } from "./virtual-clock";

export interface DurableApp {
  readonly clock: VirtualClock;
  readonly engine: DurableEngine;
  readonly host: FunctionsHost;
  readonly logged: string[];
  /** Calls the management API. */
  call(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown; headers: Record<string, string> }>;
  /** Runs everything that can run without time passing. */
  settle(): Promise<void>;
  /** Settles, then jumps from due time to due time until `ms` have passed. */
  advance(ms: number): Promise<void>;
  stop(): Promise<void>;
}

export interface DurableAppOptions {
  readonly register?: () => void;
  readonly clock?: VirtualClock;
  readonly database?: MemoryLevel;
  /** A hub that outlives the app, and the name of this host on it. By default the app has its own hub. */
  readonly shared?: { readonly hub: TaskHub; readonly host: string };
  readonly settings?: Record<string, unknown>;
  /** Settings of the function app, set as environment variables. */
  readonly appSettings?: Record<string, string>;
  /** Public origin of the function app in the URLs of the client binding. */
  readonly origin?: string;
  /** Folder of host.json; by default that of the project. */
  readonly appDirectory?: string;
  /** Uses the texts of the real host, for comparisons. */
  readonly isIndented?: boolean;
  /** Receives every orchestrator, entity and activity invocation. */
  readonly observe?: (call: ObservedInvocation) => void;
  /** Wraps every invocation: can delay, repeat or skip it. */
  readonly around?: Around;
}

type Invoke = Parameters<DurableEngine["start"]>[0]["invoke"];
export type Around = (
  name: string,
  invoke: () => ReturnType<Invoke>,
  input: string | undefined,
) => ReturnType<Invoke>;

export interface ObservedInvocation {
  readonly function: string;
  readonly input: string | undefined;
  readonly returned?: unknown;
  readonly failed?: string;
}

/** An app on the embedded host and engine, in memory and on a virtual clock. */
export async function startDurableApp(options: DurableAppOptions): Promise<DurableApp> {
  const clock = options.clock ?? createVirtualClock();
  const logged: string[] = [];
  const engine = createDurableEngine({
    clock,
    ...(options.shared ?? {
      database: options.database ?? new MemoryLevel(),
      settings: { hubName: "Test", ...quickQueues, ...options.settings },
    }),
    origin: options.origin ?? "http://127.0.0.1:7071",
    isIndented: options.isIndented,
    log: ({ level, message }) => logged.push(`${level}: ${message}`),
  });
  const around = options.around ? surrounded(engine, options.around) : engine;
  const observed = options.observe ? observing(around, options.observe) : around;
  const host = await startFunctionsHost({
    appDirectory: options.appDirectory ?? resolve(__dirname, "../.."),
    settings: options.appSettings ?? {},
    http: { host: "127.0.0.1", port: 0 },
    clock,
    extensions: [observed],
    load: options.register ?? (() => undefined),
    log: ({ level, category, message }) => logged.push(`${level}: ${category} ${message}`),
  });
  const binding = JSON.parse(engine.inputBinding("durableClient") ?? "{}") as {
    requiredQueryStringParameters: string;
  };
  const settle = async () => {
    const round = mustComeToRest();
    for (let quiet = 0; quiet < 3;) {
      round();
      await new Promise((done) => setImmediate(done));
      const quietNow = engine.load().ready === 0 && host.running() <= clock.sleepers;
      quiet = quietNow ? quiet + 1 : 0;
    }
  };
  return {
    clock,
    engine,
    host,
    logged,
    settle,
    async call(method, path, body) {
      const url = `/runtime/webhooks/durabletask/${path}${path.includes("?") ? "&" : "?"}${binding.requiredQueryStringParameters}`;
      const reply = await engine.handleHttp({
        method,
        url,
        headers: { host: "127.0.0.1:7071", "content-type": "application/json" },
        body: body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body)),
      });
      const text = reply?.body.toString() ?? "";
      return {
        status: reply?.status ?? 404,
        headers: reply?.headers ?? {},
        body: text ? (JSON.parse(text) as unknown) : undefined,
      };
    },
    async advance(ms) {
      const end = clock.now() + ms;
      await settle();
      for (let due = clock.nextDue; due !== undefined && due <= end; due = clock.nextDue) {
        clock.advanceTo(due);
        await settle();
      }
      clock.advanceTo(end);
      await settle();
    },
    stop: () => host.stop(),
  };
}

/** The engine with `around` as wrapper of every invocation. */
function surrounded(engine: DurableEngine, around: Around): DurableEngine {
  return {
    ...engine,
    start: (app) =>
      engine.start({
        functions: app.functions,
        invoke: (name, request) =>
          around(name, () => app.invoke(name, request), request.inputData[0]?.data.string),
      }),
  };
}

/** The engine that reports every invocation to `observe`. */
function observing(engine: DurableEngine, observe: (call: ObservedInvocation) => void): DurableEngine {
  return {
    ...engine,
    start: (app) =>
      engine.start({
        functions: app.functions,
        invoke: async (name, request) => {
          const input = request.inputData[0]?.data.string;
          try {
            const result = await app.invoke(name, request);
            observe({ function: name, input, returned: result.returnValue });
            return result;
          } catch (fault) {
            observe({
              function: name,
              input,
              failed: fault instanceof Error ? fault.message : String(fault),
            });
            throw fault;
          }
        },
      }),
  };
}
