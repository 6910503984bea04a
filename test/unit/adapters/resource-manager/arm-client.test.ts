import {
  createHttpHeaders,
  RestError,
  type HttpClient,
  type PipelineRequest,
} from "@azure/core-rest-pipeline";
import type { AccessToken } from "@azure/core-auth";
import { digest } from "../../../../src/adapters/digest";
import { createCloudServices } from "../../../../src/adapters/resource-manager/cloud-services";

const at = (url: string) => ({ url, style: "azure-async-operation" }) as const;

const endpoint = "https://management.azure.com";
const green =
  "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop-rg/providers/Microsoft.Compute/cloudServices/shop-green";

interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

const goodToken = () => Promise.resolve({ token: "secret-token", expiresOnTimestamp: Date.now() + 3.6e6 });

/** The adapter over TLS, as in earnest: the bearer policy is in the pipeline. */
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

const firstPage: Reply = {
  status: 200,
  body: { value: [{ name: "Web_IN_0" }], nextLink: `${endpoint}/page2` },
};

test.each([
  ["a reset", new RestError("reset", { code: "ECONNRESET" }), { kind: "unavailable" }],
  ["a hang", "hang", { kind: "unavailable", detail: "no reply in time" }],
  [
    "429",
    { status: 429, headers: { "retry-after": "5" }, body: {} },
    { kind: "throttled", retryAfterMs: 5_000 },
  ],
] as const)("an instance list whose second page meets %s is not found", async (_name, reply, expected) => {
  const { services } = adapter((request) => (request.url.includes("page2") ? reply : firstPage));
  expect(await services.readInstances(green)).toMatchObject(expected);
});

test("a next page on another host gets neither a request nor the token", async () => {
  const { services, asked } = adapter((request) =>
    request.url.startsWith(endpoint)
      ? { status: 200, body: { value: [], nextLink: "https://evil.example/page2" } }
      : { status: 200, body: { value: [] } },
  );
  expect(await services.readInstances(green)).toMatchObject({ kind: "unavailable" });
  expect(asked.map((request) => new URL(request.url).host)).toEqual(["management.azure.com"]);
});

test.each([
  [
    "throttled",
    { status: 429, headers: { "retry-after": "5" }, body: {} },
    { kind: "throttled", retryAfterMs: 5_000 },
  ],
  ["out of order", { status: 503, body: {} }, { kind: "unavailable" }],
] as const)(
  "a service whose slot resource is %s is unread, not without a slot",
  async (_name, reply, expected) => {
    const { services } = adapter((request) =>
      request.url.includes("cloudServiceSlots") ? reply : { status: 200, body: { properties: {} } },
    );
    expect(await services.readService(green, "version")).toMatchObject(expected);
  },
);

test.each([
  ["absent", { status: 404, body: {} }],
  ["denied", { status: 403, body: {} }],
  ["odd", { status: 200, body: { properties: { slotType: "Purple" } } }],
])("a service whose slot resource is %s is found without a slot, and that is named", async (_name, reply) => {
  const { services } = adapter((request) =>
    request.url.includes("cloudServiceSlots") ? reply : { status: 200, body: { properties: {} } },
  );
  const read = await services.readService(green, "version");
  if (read.kind !== "found") throw new Error(read.kind);
  expect(read.value.slot).toBeUndefined();
  expect(read.value.findings).toContain("the reply has no slot");
});

test("a slot that the slot resource shows is not named as missing", async () => {
  const { services } = adapter((request) =>
    request.url.includes("cloudServiceSlots")
      ? { status: 200, body: { properties: { slotType: "Staging" } } }
      : { status: 200, body: { properties: {} } },
  );
  const read = await services.readService(green, "version");
  if (read.kind !== "found") throw new Error(read.kind);
  expect(read.value.slot).toBe("staging");
  expect(read.value.findings).not.toContain("the reply has no slot");
});

test("a sign-in that hangs ends reads and the PUT at their timeout, and nothing is sent afterwards", async () => {
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

test("the PUT carries the token over TLS, exactly once, and an operation on another host gets nothing", async () => {
  const { services, asked } = adapter(() => ({ status: 202 }));
  await services.requestSwap(green, "staging", 1_000);
  await services.readOperation(at(`https://evil.example${green}/operations/1`));
  expect(asked).toHaveLength(1);
  expect(asked[0]?.headers.get("authorization")).toBe("Bearer secret-token");
  expect(asked[0]?.body).toBe('{"properties":{"slotType":"Staging"}}');
});

test("an operation URL that is none is unreadable, not an exception", async () => {
  const { services, asked } = adapter(() => ({ status: 200 }));
  for (const url of ["", "/operations/1", "https://", `${endpoint}/operations/1`])
    expect(await services.readOperation(at(url))).toMatchObject({ kind: "unreadable" });
  expect(asked).toHaveLength(0);
});

test("an operation URL without api-version gets one, and one that has it keeps it", async () => {
  const { services, asked } = adapter(() => ({ status: 200, body: { status: "InProgress" } }));
  await services.readOperation(at(`${endpoint}${green}/operations/1`));
  await services.readOperation(at(`${endpoint}${green}/operations/1?t=9&api-version=2020-01-01`));
  expect(asked.map((request) => new URL(request.url).search)).toEqual([
    "?api-version=2025-05-01",
    "?t=9&api-version=2020-01-01",
  ]);
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

test("nothing of a service configuration, a token or an unreadable body is in any answer", async () => {
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
