import { createHttpHeaders, RestError, type HttpClient } from "@azure/core-rest-pipeline";
import { parseScenario } from "./scenario";
import { Simulator, type ResourceManagerClock } from "./simulator";

export interface ResourceManagerOptions {
  /** Parsed scenario JSON. */
  readonly scenario: unknown;
  /** Folder of journal and state; absent: memory only. */
  readonly dataDirectory?: string | undefined;
  readonly clock?: ResourceManagerClock | undefined;
  /** Divides the durations of the scenario's scripts. */
  readonly speed?: number | undefined;
}

export const realClock: ResourceManagerClock = {
  now: () => Date.now(),
  setTimer: (at, fire) => {
    const timer = setTimeout(fire, Math.max(0, at - Date.now()));
    return () => {
      clearTimeout(timer);
    };
  },
};

export function createSimulator(options: ResourceManagerOptions): Simulator {
  const scenario = parseScenario(options.scenario);
  return new Simulator(scenario, options.clock ?? realClock, options.speed ?? 1, options.dataDirectory);
}

/** An HTTP client for the SDK's pipeline that answers without sockets. */
export function httpClientOf(simulator: Simulator): HttpClient {
  return {
    sendRequest: (request) => {
      const { origin, pathname, search } = new URL(request.url);
      const body = typeof request.body === "string" ? request.body : "";
      const outcome = simulator.handle({ method: request.method, url: `${pathname}${search}`, body, origin });
      if (outcome.kind === "reset") {
        return Promise.reject(new RestError("read ECONNRESET", { code: "ECONNRESET", request }));
      }
      if (outcome.kind === "hang") {
        return new Promise((_resolve, reject) => {
          request.abortSignal?.addEventListener("abort", () => {
            reject(Object.assign(new Error("The operation was aborted."), { name: "AbortError" }));
          });
        });
      }
      const { status, headers, body: reply } = outcome.reply;
      return Promise.resolve({
        request,
        status,
        headers: createHttpHeaders({ "content-type": "application/json", ...headers }),
        bodyAsText: reply === undefined ? "" : JSON.stringify(reply),
      });
    },
  };
}
