import { createRequire } from "node:module";
import type { VirtualClock } from "../../support/virtual-clock";

type RpcReply = { readonly status: number; readonly body: string };

/** Carries the durable client's calls to the simulated hosts, by host name. */
type Rpc = (host: string, method: string, path: string, body: string) => Promise<RpcReply>;

interface AxiosConfig {
  readonly url?: string;
  readonly method?: string;
  readonly data?: unknown;
}

const surroundings: { clock?: VirtualClock; rpc?: Rpc } = {};

/** Connects the process to one simulated world: its time for timeouts, its hosts for the durable client's calls. */
export function inhabit(clock: VirtualClock, rpc: Rpc): void {
  surroundings.clock = clock;
  surroundings.rpc = rpc;
}

/**
 * Call once per process, before the app is loaded. Timeouts then follow the virtual clock, and the durable client of
 * `durable-functions` (axios) calls the simulated hosts without sockets. Returns a function that restores real time.
 */
export function prepareProcess(): () => void {
  const real = AbortSignal.timeout.bind(AbortSignal);
  process.env["WEBSITE_HOSTNAME"] = "localhost:7071";
  AbortSignal.timeout = (ms) => {
    const { clock } = surroundings;
    const controller = new AbortController();
    clock?.setTimer(clock.now() + ms, () => {
      controller.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
    });
    return controller.signal;
  };
  const timersGoOn = timersFollowTheClock();
  const axios = createRequire(require.resolve("durable-functions"))("axios") as {
    defaults: { adapter: unknown };
  };
  axios.defaults.adapter = async (config: AxiosConfig) => {
    const { rpc } = surroundings;
    if (!rpc) throw new Error("no simulated world is under way");
    const url = new URL(config.url ?? "");
    const body = typeof config.data === "string" ? config.data : "";
    const reply = await rpc(
      url.hostname,
      (config.method ?? "get").toUpperCase(),
      url.pathname + url.search,
      body,
    );
    return { data: reply.body, status: reply.status, statusText: "", headers: {}, config, request: {} };
  };
  return () => {
    AbortSignal.timeout = real;
    timersGoOn();
    delete surroundings.clock;
    delete surroundings.rpc;
  };
}

/** The SDK's own waits (retries of its pipeline) also use virtual time; the run loop only needs setImmediate. */
function timersFollowTheClock(): () => void {
  const real = { set: globalThis.setTimeout, clear: globalThis.clearTimeout };
  const cancels = new WeakMap<object, () => void>();
  const set = (fire: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
    const { clock } = surroundings;
    if (!clock) return real.set(fire, ms, ...args);
    const timer = { ref: () => timer, unref: () => timer, hasRef: () => true };
    cancels.set(
      timer,
      clock.setTimer(clock.now() + ms, () => {
        fire(...args);
      }),
    );
    return timer;
  };
  const clear = (timer?: unknown) => {
    const cancel = typeof timer === "object" && timer !== null ? cancels.get(timer) : undefined;
    if (cancel) cancel();
    else real.clear(timer as NodeJS.Timeout);
  };
  Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  return () => Object.assign(globalThis, { setTimeout: real.set, clearTimeout: real.clear });
}
