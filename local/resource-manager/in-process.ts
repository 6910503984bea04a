import {
  createHttpHeaders,
  RestError,
  type HttpClient,
  type PipelineRequest,
} from "@azure/core-rest-pipeline";
import { wireText, type ArmOutcome, type ResourceManagerClock } from "./contract";
import type { Disk } from "./disk";
import { parseScenario } from "./scenario";
import { Simulator, type FaultPolicy } from "./simulator";

export interface ResourceManagerOptions {
  /** Parsed scenario JSON. */
  readonly scenario: unknown;
  /** Folder of journal and state; in memory when absent. */
  readonly dataDirectory?: string;
  readonly clock?: ResourceManagerClock;
  /** Divides the durations of scripts and service faults. */
  readonly speed?: number;
  /** Faults of each call, before those that were added. */
  readonly strike?: FaultPolicy;
  /** The disk under the data directory, for tests of disk faults. */
  readonly disk?: Disk;
}

const realClock: ResourceManagerClock = {
  now: () => Date.now(),
  setTimer: (at, fire) => {
    const timer = setTimeout(fire, Math.max(0, at - Date.now()));
    return () => {
      clearTimeout(timer);
    };
  },
};

export function createSimulator(options: ResourceManagerOptions): Simulator {
  const { scenario, clock = realClock, speed = 1, ...rest } = options;
  return new Simulator({ scenario: parseScenario(scenario), clock, speed, ...rest });
}

interface InProcessOptions {
  /**
   * How long the caller waits on the simulator's clock, in ms; until it aborts when absent. A caller's own timeout
   * uses real time, which stands still in a simulation.
   */
  readonly timeoutMs?: (request: PipelineRequest) => number;
}

/** An HTTP client for the SDK's pipeline, without sockets. */
export function httpClientOf(simulator: Simulator, { timeoutMs }: InProcessOptions = {}): HttpClient {
  return {
    sendRequest: (request) => {
      if (request.abortSignal?.aborted) return Promise.reject(aborted());
      const start = request.url.indexOf("/", request.url.indexOf("//") + 2);
      const origin = start < 0 ? request.url : request.url.slice(0, start);
      const url = start < 0 ? "/" : request.url.slice(start);
      const body = typeof request.body === "string" ? request.body : "";
      const outcome = simulator.handle({ method: request.method, url, body, origin });
      const patience = timeoutMs?.(request) ?? Infinity;
      if (outcome.kind === "hang") return unanswered(simulator, request, patience);
      if (outcome.delayMs > 0) return later(simulator, request, outcome, patience);
      return delivered(request, outcome);
    },
  };
}

type Answer = ReturnType<HttpClient["sendRequest"]>;
type Delivered = Exclude<ArmOutcome, { kind: "hang" }>;

function delivered(request: PipelineRequest, outcome: Delivered): Answer {
  if (outcome.kind === "reset")
    return Promise.reject(new RestError("read ECONNRESET", { code: "ECONNRESET", request }));
  const { reply } = outcome;
  return Promise.resolve({
    request,
    status: reply.status,
    headers: createHttpHeaders({ "content-type": "application/json", ...reply.headers }),
    bodyAsText: wireText(reply),
  });
}

function later(simulator: Simulator, request: PipelineRequest, outcome: Delivered, patience: number): Answer {
  if (outcome.delayMs > patience) return unanswered(simulator, request, patience);
  return waiting(simulator, request, outcome.delayMs, () => delivered(request, outcome));
}

function unanswered(simulator: Simulator, request: PipelineRequest, patience: number): Answer {
  return waiting(simulator, request, patience, () => Promise.reject(aborted()));
}

/** Waits on the simulator's clock until the caller aborts. */
function waiting(simulator: Simulator, request: PipelineRequest, ms: number, then: () => Answer): Answer {
  return new Promise((resolve, reject) => {
    const cancel =
      ms === Infinity
        ? () => undefined
        : simulator.after(ms, () => {
            request.abortSignal?.removeEventListener("abort", giveUp);
            then().then(resolve, reject);
          });
    const giveUp = () => {
      cancel();
      reject(aborted());
    };
    request.abortSignal?.addEventListener("abort", giveUp);
  });
}

function aborted(): Error {
  return Object.assign(new Error("The operation was aborted."), { name: "AbortError" });
}
