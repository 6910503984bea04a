import { request as httpRequest } from "node:http";
import { createHttpHeaders, createPipelineRequest, type HttpClient } from "@azure/core-rest-pipeline";
import {
  createSimulator,
  httpClientOf,
  startResourceManager,
  type FaultPolicy,
  type Simulator,
} from "../../local/resource-manager";
import calm from "../../local/world/scenarios/calm.json";
import { createVirtualClock, type VirtualClock } from "./virtual-clock";

export const SUBSCRIPTION = calm.subscription;
export const blue = `/subscriptions/${SUBSCRIPTION}/resourceGroups/shop-rg/providers/Microsoft.Compute/cloudServices/shop-blue`;
export const green = blue.replace("shop-blue", "shop-green");
export const network = `/subscriptions/${SUBSCRIPTION}/resourceGroups/shop-rg/providers/Microsoft.Network`;
export const slotOf = (service: string) =>
  `${service}/providers/Microsoft.Network/cloudServiceSlots/swap?api-version=2025-05-01`;

/** The calm scenario with some top-level members replaced. */
export const world = (over: object = {}) => ({ ...calm, ...over });

export interface Answer {
  readonly status: number;
  readonly headers: { get(name: string): string | null | undefined };
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a wire body has any shape
  readonly body: any;
}

/** A Resource Manager client on a virtual clock. */
export interface Arm {
  readonly endpoint: string;
  readonly clock: VirtualClock;
  /** The SDK's HTTP client. Without it the SDK opens a socket. */
  readonly httpClient: HttpClient | undefined;
  call(method: string, url: string, body?: unknown): Promise<Answer>;
  pass(seconds: number): void;
  close(): Promise<void>;
}

export const read = (arm: Arm, path: string) =>
  arm.call("GET", path.includes("api-version") ? path : `${path}?api-version=2024-11-04`);
export const swap = (arm: Arm, service: string, slotType = "Production") =>
  arm.call("PUT", slotOf(service), { properties: { slotType } });

export const names = ({ body }: Answer): string[] =>
  (body as { value: { name: string }[] }).value.map((each) => each.name);
export const nextLink = ({ body }: Answer) => (body as { nextLink: string }).nextLink;
export const monitorOf = ({ headers }: Answer) => headers.get("azure-asyncoperation") ?? "";

function answerOf(status: number, headers: Answer["headers"], text: string): Answer {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return { status, headers, text, body };
}

function passing(clock: VirtualClock) {
  return (seconds: number) => {
    clock.advanceTo(clock.now() + seconds * 1000);
  };
}

export type InProcess = Arm & { readonly simulator: Simulator };

export function openInProcess(scenario: unknown = world(), strike?: FaultPolicy, speed?: number): InProcess {
  const clock = createVirtualClock();
  const simulator = createSimulator({ scenario, clock, strike, speed });
  const endpoint = "http://127.0.0.1:1";
  const httpClient = httpClientOf(simulator);
  return {
    endpoint,
    clock,
    httpClient,
    simulator,
    call: async (method, url, body) => {
      const request = createPipelineRequest({
        url: url.startsWith("/") ? `${endpoint}${url}` : url,
        method: method as "GET",
        headers: createHttpHeaders(),
        allowInsecureConnection: true,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const { status, headers, bodyAsText } = await httpClient.sendRequest(request);
      return answerOf(status, headers, bodyAsText ?? "");
    },
    pass: passing(clock),
    close: () => {
      simulator.close();
      return Promise.resolve();
    },
  };
}

/** Not `fetch`, which accepts 16 KB of headers: two long operation addresses need more. */
function callOverHttp(method: string, url: string, body: string | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, maxHeaderSize: 64 * 1024 }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on("data", (chunk: Buffer) => chunks.push(chunk));
      reply.once("error", reject).once("end", () => {
        const headers = { get: (name: string) => reply.headers[name.toLowerCase()] as string | undefined };
        resolve(answerOf(reply.statusCode ?? 0, headers, Buffer.concat(chunks).toString("utf8")));
      });
    });
    sent.once("error", reject).end(body);
  });
}

export async function openOverHttp(scenario: unknown = world()): Promise<Arm> {
  const clock = createVirtualClock();
  const server = await startResourceManager({ scenario, clock });
  return {
    endpoint: server.endpoint,
    clock,
    httpClient: undefined,
    call: (method, url, body) => {
      const target = url.startsWith("/") ? `${server.endpoint}${url}` : url;
      return callOverHttp(method, target, body === undefined ? undefined : JSON.stringify(body));
    },
    pass: passing(clock),
    close: () => server.stop(),
  };
}

/** Suites run on each of these, with and without sockets. */
export const transports: readonly [string, (scenario?: unknown) => Promise<Arm>][] = [
  ["in process", (scenario) => Promise.resolve(openInProcess(scenario))],
  ["over HTTP", openOverHttp],
];
