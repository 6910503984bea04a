import { resolve } from "node:path";
import {
  createDurableEngine,
  openTaskHub,
  type DurableEngine,
  type SharedHubOptions,
  type TaskHub,
  type TaskHubOptions,
} from "../../local/durable-engine";
import { startFunctionsHost } from "../../local/functions-host";
import { atOnce, quickQueues } from "./quick-queues";
import { createVirtualClock, mustComeToRest, type VirtualClock } from "./virtual-clock";

export type EngineApp = Parameters<DurableEngine["start"]>[0];

/** A task hub on a virtual clock, shared by hosts that can be killed. */
export interface HostileHub {
  readonly clock: VirtualClock;
  readonly hub: TaskHub;
  readonly logged: string[];
  /** Starts another host, with the shared app or with `ownApp`. */
  host(name: string, own?: Partial<SharedHubOptions>, ownApp?: EngineApp): Promise<DurableEngine>;
  /** Calls the management API of the host started last. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  statusOf(id: string): Promise<{ runtimeStatus: string; output: unknown; input: unknown }>;
  settle(): Promise<void>;
  advance(ms: number): Promise<void>;
  stop(): Promise<void>;
}

/** Registers functions with the unmodified SDK. Any number of engines can run the app. */
export async function loadApp(register: () => void): Promise<{ app: EngineApp; stop: () => Promise<void> }> {
  let app: EngineApp | undefined;
  const types = ["orchestrationTrigger", "activityTrigger", "entityTrigger"];
  const host = await startFunctionsHost({
    appDirectory: resolve(__dirname, "../.."),
    settings: {},
    http: { host: "127.0.0.1", port: 0 },
    clock: createVirtualClock(),
    extensions: [
      {
        bindingTypes: types,
        inputBinding: () => undefined,
        handleHttp: () => Promise.resolve(undefined),
        start: (given) => {
          app = given;
          return Promise.resolve();
        },
        stop: () => Promise.resolve(),
      },
    ],
    load: register,
    log: () => undefined,
  });
  if (!app) throw new Error("the functions host gave no app");
  return { app, stop: () => host.stop() };
}

/** Opens a hub, by default in memory, and starts the named hosts. */
export async function openHostileHub(
  app: EngineApp,
  options: Partial<TaskHubOptions> & { readonly hosts?: readonly string[] } = {},
): Promise<HostileHub> {
  const clock = createVirtualClock();
  const logged: string[] = [];
  const log = ({ level, message }: { level: string; message: string }) => logged.push(`${level}: ${message}`);
  const hub = await openTaskHub({
    settings: { hubName: "Test", ...quickQueues },
    recovery: atOnce,
    clock,
    log,
    ...options,
  });
  const engines: DurableEngine[] = [];
  const settle = async () => {
    const round = mustComeToRest();
    for (let quiet = 0, before = ""; quiet < 6;) {
      round();
      await new Promise((done) => setImmediate(done));
      const loads = engines.map((engine) => engine.load());
      const now = JSON.stringify(loads);
      quiet = now === before && loads.every(({ ready }) => ready === 0) ? quiet + 1 : 0;
      before = now;
    }
  };
  const world: HostileHub = {
    clock,
    hub,
    logged,
    settle,
    async host(name, own = {}, ownApp = app) {
      const engine = createDurableEngine({
        hub,
        host: name,
        clock,
        origin: "http://127.0.0.1:1",
        rpc: "none",
        ...own,
      });
      engines.push(engine);
      await engine.start(ownApp);
      return engine;
    },
    async call(method, path, body) {
      const engine = engines.at(-1);
      if (!engine) throw new Error("there is no host");
      const reply = await engine.rpc({
        method,
        url: `/durabletask/${path}`,
        headers: { host: "127.0.0.1:1", "content-type": "application/json" },
        body: body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body)),
      });
      const text = reply.body.toString();
      return { status: reply.status, body: text ? (JSON.parse(text) as unknown) : undefined };
    },
    statusOf: async (id) =>
      (await world.call("GET", `instances/${id}`)).body as Awaited<ReturnType<HostileHub["statusOf"]>>,
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
    async stop() {
      for (const engine of engines) engine.kill();
      await hub.close();
    },
  };
  for (const name of options.hosts ?? ["a"]) await world.host(name);
  return world;
}
