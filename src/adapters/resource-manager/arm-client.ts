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
  /** ARM endpoint without a trailing slash; http only on loopback. */
  readonly endpoint: string;
  readonly credential: TokenCredential;
  /** A transport without sockets, for tests. */
  readonly httpClient?: HttpClient;
}

/**
 * One `@azure/arm-compute` client per subscription, loaded at first use as all its packages. Retries and redirects are off: the SDK would
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

  /** Sends one request for a resource through arm-compute's own pipeline. Rejects when no reply came. */
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
      ...(body ? { body: JSON.stringify(body) } : {}),
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
      ...(httpClient ? { httpClient } : {}),
    });
    client.pipeline.removePolicy({ name: "redirectPolicy" });
    // Bearer tokens are refused over plain HTTP, which only a loopback endpoint may use.
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
 * Bytes of a reply's headers that are read at most. Node reads 16 KB unless told otherwise, and what is longer counts as no
 * reply; a swap may be answered with two signed URLs of the longest that are followed.
 */
const HEAD_LIMIT = 64 * 1024;

/** A reply whose body is no JSON is a reply all the same: the pipeline throws for it, but status and headers count. */
function replyWithin(fault: unknown): RawReply {
  const { response } = fault as { response?: RawReply };
  if (response === undefined) throw fault;
  return response;
}

/** Takes a body in piece by piece, and gives it up once it is larger than any that is read. */
async function takeIn(response: PipelineResponse): Promise<PipelineResponse> {
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
  const { readableStreamBody: _taken, ...rest } = response;
  return { ...rest, bodyAsText: Buffer.concat(chunks).toString("utf8") };
}

/**
 * The last look before the wire. The SDK follows a `nextLink` to any host and would send the token there, and a sign-in
 * that took too long must not be followed by a PUT nobody waits for.
 */
function guardOf(origin: string): PipelinePolicy {
  return {
    name: "sameOriginInTime",
    sendRequest: async (request, next) => {
      if (request.abortSignal?.aborted) throw timedOut();
      if (new URL(request.url).origin !== origin) throw new Error("another host was named and is not asked");
      // Every body comes as a stream, so that its size can be watched.
      request.streamResponseStatusCodes = new Set([Infinity]);
      request.requestOverrides = { ...request.requestOverrides, maxHeaderSize: HEAD_LIMIT };
      return takeIn(await next(request));
    },
  };
}
