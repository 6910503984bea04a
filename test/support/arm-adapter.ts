import { createHttpHeaders, type HttpClient, type PipelineRequest } from "@azure/core-rest-pipeline";
import { digest } from "../../src/adapters/digest";
import { createCloudServices } from "../../src/adapters/resource-manager/cloud-services";
import type { InProcess } from "./arm-transports";

/** The adapter's endpoint in tests. No socket is opened. */
export const endpoint = "http://127.0.0.1:1";

/** What Resource Manager answers in a test. */
export interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** The adapter with scripted answers. `asked` has the requests it sent. */
export function adapter(answer: (request: PipelineRequest) => Reply | Error | "hang") {
  const asked: PipelineRequest[] = [];
  const httpClient: HttpClient = {
    sendRequest: (request) => {
      asked.push(request);
      const reply = answer(request);
      if (reply instanceof Error) return Promise.reject(reply);
      if (reply === "hang") {
        return new Promise((_resolve, reject) => {
          request.abortSignal?.addEventListener("abort", () => {
            reject(Object.assign(new Error("aborted"), { name: "AbortError" }));
          });
        });
      }
      const { status, headers = {}, body } = reply;
      const text = typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body);
      return Promise.resolve({
        request,
        status,
        headers: createHttpHeaders({ "content-type": "application/json", ...headers }),
        bodyAsText: text,
      });
    },
  };
  const clock = { now: () => Date.parse("2026-11-24T12:00:00Z") };
  const services = createCloudServices({
    endpoint,
    credential: { getToken: () => Promise.resolve(null) },
    httpClient,
    clock,
    digest,
    readTimeoutMs: 50,
  });
  return { services, asked };
}

/** The adapter on an embedded Resource Manager in process. */
export function adapterOn({ endpoint, httpClient, clock }: InProcess, readTimeoutMs?: number) {
  const credential = { getToken: () => Promise.resolve(null) };
  return createCloudServices({ endpoint, credential, httpClient, clock, digest, readTimeoutMs });
}
