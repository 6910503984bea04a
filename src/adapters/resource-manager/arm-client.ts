import type { TokenCredential } from "@azure/core-auth";
import type { HttpClient, PipelinePolicy, PipelineResponse } from "@azure/core-rest-pipeline" with {
  "resolution-mode": "import",
};
import type { ComputeManagementClient } from "@azure/arm-compute" with { "resolution-mode": "import" };
import { isLoopback } from "../../contracts/address-kind";
import { subscriptionOf } from "../../contracts/arm-id";
import { timedOut, withinSignal } from "../within-signal";
import { BODY_LIMIT, type RawReply } from "./replies";

export interface ArmClientOptions {
  /** The ARM endpoint without a trailing slash; http only on loopback. */
  readonly endpoint: string;
  readonly credential: TokenCredential;
  /** A transport without sockets, for tests. */
  readonly httpClient?: HttpClient;
}

/**
 * One `@azure/arm-compute` client per subscription, loaded on first use. Retries and redirects are off: the SDK would
 * re-send a PUT on 5xx and connection errors, and a redirect would carry the token elsewhere.
 */
export class ArmClient {
  readonly #options: ArmClientOptions;
  readonly #clients = new Map<string, Promise<ComputeManagementClient>>();

  constructor(options: ArmClientOptions) {
    this.#options = options;
  }

  get origin(): string {
    return new URL(this.#options.endpoint).origin;
  }

  compute(subscription: string): Promise<ComputeManagementClient> {
    const key = subscription.toLowerCase();
    const client = this.#clients.get(key) ?? this.#create(subscription);
    this.#clients.set(key, client);
    client.catch(() => this.#clients.delete(key));
    return client;
  }

  /** Sends one request for a resource through arm-compute's pipeline. Rejects if no reply arrives. */
  async send(
    method: "GET" | "PUT",
    path: string,
    apiVersion: string,
    timeoutMs: number,
    body?: object,
  ): Promise<RawReply> {
    const url = `${this.#options.endpoint}${path}?api-version=${apiVersion}`;
    return this.sendTo(method, url, subscriptionOf(path), timeoutMs, body);
  }

  async sendTo(
    method: "GET" | "PUT",
    url: string,
    subscription: string,
    timeoutMs: number,
    body?: object,
  ): Promise<RawReply> {
    const client = await this.compute(subscription);
    const { createPipelineRequest } = await import("@azure/core-rest-pipeline");
    const signal = AbortSignal.timeout(timeoutMs);
    const request = createPipelineRequest({
      url,
      method,
      allowInsecureConnection: this.#isLocal(),
      abortSignal: signal,
      body: body && JSON.stringify(body),
    });
    request.headers.set("accept", "application/json");
    if (body) request.headers.set("content-type", "application/json");
    return withinSignal(signal, client.sendRequest(request).catch(replyWithin));
  }

  async #create(subscription: string): Promise<ComputeManagementClient> {
    const { ComputeManagementClient: Client } = await import("@azure/arm-compute");
    const { endpoint, credential, httpClient } = this.#options;
    const client = new Client(credential, subscription, {
      endpoint,
      retryOptions: { maxRetries: 0 },
      allowInsecureConnection: this.#isLocal(),
      httpClient,
    });
    client.pipeline.removePolicy({ name: "redirectPolicy" });
    // The SDK refuses to send bearer tokens over plain HTTP, which only loopback endpoints use.
    if (this.#isLocal()) client.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
    client.pipeline.addPolicy(guardOf(this.origin), { afterPhase: "Sign" });
    return client;
  }

  #isLocal(): boolean {
    const { protocol, hostname } = new URL(this.#options.endpoint);
    return protocol === "http:" && isLoopback(hostname);
  }
}

/**
 * Most bytes of a reply's headers. Node's default is 16 KB, and longer headers would count as no reply. A swap reply may
 * have two signed URLs of the greatest length that is followed.
 */
const HEAD_LIMIT = 64 * 1024;

/** The pipeline throws if a body is not JSON, but the reply's status and headers are still needed. */
function replyWithin(fault: unknown): RawReply {
  const { response } = fault as { response?: RawReply };
  if (response === undefined) throw fault;
  return response;
}

/** Reads a body in chunks, up to the size limit. */
async function readBody(response: PipelineResponse): Promise<PipelineResponse> {
  const stream = response.readableStreamBody;
  if (!stream) return response;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT)
      throw Object.assign(new Error("the reply is too large"), { code: "REPLY_TOO_LARGE" });
    chunks.push(chunk);
  }
  const { readableStreamBody: _stream, ...rest } = response;
  return { ...rest, bodyAsText: Buffer.concat(chunks).toString("utf8") };
}

/**
 * The last check before a request is sent. The SDK would follow a `nextLink` to any host with the token, and a PUT must
 * not be sent after a sign-in that exceeded the timeout.
 */
function guardOf(origin: string): PipelinePolicy {
  return {
    name: "sameOriginInTime",
    sendRequest: async (request, next) => {
      if (request.abortSignal?.aborted) throw timedOut();
      if (new URL(request.url).origin !== origin)
        throw new Error("the request is for another host and was not sent");
      // Every body is a stream, so that its size can be limited.
      request.streamResponseStatusCodes = new Set([Infinity]);
      request.requestOverrides = { ...request.requestOverrides, maxHeaderSize: HEAD_LIMIT };
      return readBody(await next(request));
    },
  };
}
