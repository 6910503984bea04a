import { createHttpHeaders, type HttpClient, type PipelineRequest } from "@azure/core-rest-pipeline";
import type { AccessToken } from "@azure/core-auth";
import { digest } from "../../../../src/adapters/digest";
import { createCloudServices } from "../../../../src/adapters/resource-manager/cloud-services";
import { createLog } from "../../../../src/adapters/console-log";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { LONGEST_OPERATION_URL } from "../../../../src/domain/swap/attempt";
import { green, SUBSCRIPTION } from "../../../support/arm-transports";

const at = (url: string) => ({ url, style: "azure-async-operation" }) as const;

const endpoint = "https://management.azure.com";
interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

const goodToken = () => Promise.resolve({ token: "secret-token", expiresOnTimestamp: Date.now() + 3.6e6 });

/** The adapter over TLS, with the bearer policy in the pipeline as on Azure. */
function adapter(
  answer: (request: PipelineRequest) => Reply | Error | "hang",
  getToken: () => Promise<AccessToken> = goodToken,
) {
  const asked: PipelineRequest[] = [];
  const httpClient: HttpClient = {
    sendRequest: (request) => {
      // As the client for Node does it: what was aborted before it was sent is never sent.
      if (request.abortSignal?.aborted) return Promise.reject(abortError());
      asked.push(request);
      const reply = answer(request);
      if (reply instanceof Error) return Promise.reject(reply);
      if (reply === "hang") {
        return new Promise((_resolve, reject) => {
          request.abortSignal?.addEventListener("abort", () => {
            reject(abortError());
          });
        });
      }
      const { status, headers = {}, body } = reply;
      return Promise.resolve({
        request,
        status,
        headers: createHttpHeaders({ "content-type": "application/json", ...headers }),
        bodyAsText: body === undefined ? "" : JSON.stringify(body),
      });
    },
  };
  const services = createCloudServices({
    endpoint,
    credential: { getToken },
    httpClient,
    clock: { now: () => Date.parse("2026-11-24T12:00:00Z") },
    digest,
    readTimeoutMs: 50,
  });
  return { services, asked };
}

function abortError(): Error {
  return Object.assign(new Error("aborted"), { name: "AbortError" });
}

test("a sign-in that hangs ends every call at its timeout, and nothing is sent later", async () => {
  let release: (token: AccessToken) => void = () => undefined;
  const late = new Promise<AccessToken>((resolve) => (release = resolve));
  const { services, asked } = adapter(
    () => ({ status: 202 }),
    () => late,
  );
  const [swap, service, ip] = await Promise.all([
    services.requestSwap(green, "production", 30),
    services.readService(green, "version"),
    services.readPublicIp(`${green}/publicIPAddresses/ip`),
  ]);
  expect(swap).toEqual({ kind: "unknown", detail: "no reply in time" });
  expect(service).toMatchObject({ kind: "unavailable", detail: "no reply in time" });
  expect(ip).toMatchObject({ kind: "unavailable", detail: "no reply in time" });
  release(await goodToken());
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toHaveLength(0);
});

test("the PUT carries the token over TLS once; another host gets no request", async () => {
  const { services, asked } = adapter(() => ({ status: 202 }));
  await services.requestSwap(green, "staging", 1_000);
  await services.readOperation(at(`https://evil.example${green}/operations/1`));
  expect(asked).toHaveLength(1);
  expect(asked[0]?.headers.get("authorization")).toBe("Bearer secret-token");
  expect(asked[0]?.body).toBe('{"properties":{"slotType":"Staging"}}');
});

test("a wait without end that Resource Manager asks for is not obeyed to the letter", async () => {
  const { services } = adapter(() => ({
    status: 429,
    headers: { "retry-after": "9".repeat(400) },
    body: {},
  }));
  const read = await services.readService(green, "version");
  if (read.kind !== "throttled") throw new Error(read.kind);
  expect(Number.isSafeInteger(read.retryAfterMs)).toBe(true);
  expect(read.retryAfterMs).toBeLessThanOrEqual(3_600_000);
});

test("no answer contains a service configuration, a token or an unreadable body", async () => {
  const canary = "canary-secret-of-cscfg";
  const replies: readonly Reply[] = [
    { status: 200, body: { properties: { configuration: `<x>${canary}</x>`, networkProfile: canary } } },
    { status: 500, body: { properties: { configuration: canary } } },
    { status: 200, body: `"${canary}` },
    { status: 200, body: [canary] },
  ];
  for (const reply of replies) {
    const { services } = adapter(() => reply);
    const answers = await Promise.all([
      services.readService(green, "version"),
      services.readInstances(green),
      services.requestSwap(green, "production", 100),
    ]);
    expect(JSON.stringify(answers)).not.toMatch(/canary|secret-token/);
  }
});

function failing() {
  const lines: string[] = [];
  const cause = new Error(
    "AADSTS700016: application 11 was not found; Bearer eyJhbGciOiJub25lIn0.e30.c4n4ry",
  );
  const services = createCloudServices({
    endpoint: "https://management.azure.com",
    credential: {
      getToken: () =>
        Promise.reject(
          Object.assign(new Error("no identity"), { name: "CredentialUnavailableError", cause }),
        ),
    },
    clock: { now: () => 0 },
    digest,
  }).loggingTo(createLog((level, line) => lines.push(`${level} ${line}`)));
  return { services, lines };
}

test("a sign-in that fails says why in the log, whatever was asked, and in no verdict", async () => {
  const { services, lines } = failing();
  const verdicts = [
    await services.readService(green, "version"),
    await services.readInstances(green),
    await services.readPublicIp(green),
    await services.requestSwap(green, "production", 1_000),
  ];
  expect(JSON.stringify(verdicts)).not.toMatch(/AADSTS|c4n4ry/);
  expect(lines).toHaveLength(verdicts.length);
  for (const line of lines) {
    expect(line).toMatch(/^warn a call of Resource Manager got no reply .*caused by Error: AADSTS700016/);
    expect(line).not.toContain("c4n4ry");
  }
});

/** Headers as long as Azure's over a real socket. By default Node reads only 16 KB, and a PUT's reply would be lost. */
let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** The adapter's own HTTP client on a server that answers so. */
async function served(answer: (request: IncomingMessage, response: ServerResponse, origin: string) => void) {
  const listening = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
    answer(request, response, origin);
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  const credential = { getToken: () => Promise.resolve(null) };
  return createCloudServices({ endpoint: origin, credential, clock: { now: () => 0 }, digest });
}

const long = (origin: string, type: string, length: number) => {
  const bare = `${origin}/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/locations/westeurope/${type}/1?api-version=2025-05-01&c=`;
  return bare + "c".repeat(length - bare.length);
};

test.each([6 * 1024, 8 * 1024, LONGEST_OPERATION_URL])(
  "two addresses of %i characters each come through, with the PUT and with a poll",
  async (length) => {
    const asked: number[] = [];
    const services = await served(({ method, url: path = "" }, response, origin) => {
      asked.push(path.length);
      const headers = {
        "azure-asyncoperation": long(origin, "operations", length),
        location: long(origin, "operationResults", length),
        "x-filler": "x".repeat(2_000),
      };
      response.writeHead(method === "PUT" ? 202 : 200, headers).end('{"status":"InProgress"}');
    });
    const reply = await services.requestSwap(green, "production", 5_000);
    if (reply.kind !== "accepted" || !reply.operation) throw new Error(JSON.stringify(reply));
    expect(reply.operation.url).toHaveLength(length);
    expect(await services.readOperation(reply.operation)).toEqual({ kind: "running" });
    expect(asked[1]).toBeGreaterThan(length - 40);
  },
);

test("a reply with headers beyond every limit leaves the swap unknown, not failed", async () => {
  const services = await served((_request, response) => {
    response.writeHead(202, { location: "x".repeat(200_000) }).end();
  });
  expect(await services.requestSwap(green, "production", 5_000)).toEqual({
    kind: "unknown",
    detail: "the connection failed (HPE_HEADER_OVERFLOW)",
  });
  expect(await services.readService(green, "version")).toMatchObject({ kind: "unavailable" });
});
