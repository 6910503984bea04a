import { RestError } from "@azure/core-rest-pipeline";
import { digest } from "../../../../src/adapters/digest";
import { createCloudServices } from "../../../../src/adapters/resource-manager/cloud-services";
import { createSimulator, httpClientOf } from "../../../../local/resource-manager";
import calm from "../../../../local/world/scenarios/calm.json";
import { adapter, endpoint, type Reply } from "../../../support/arm-adapter";

const green =
  "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop-rg/providers/Microsoft.Compute/cloudServices/shop-green";

const arm = (status: number, code: string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers,
  body: { error: { code, message: "m" } },
});

const swaps: readonly [string, Reply | Error, object][] = [
  [
    "202 with Azure-AsyncOperation",
    { status: 202, headers: { "azure-asyncoperation": `${endpoint}/op`, "retry-after": "3" } },
    {
      kind: "accepted",
      operation: { url: `${endpoint}/op`, style: "azure-async-operation" },
      retryAfterMs: 3_000,
    },
  ],
  [
    "202 with Location",
    { status: 202, headers: { location: `${endpoint}/res` } },
    { kind: "accepted", operation: { url: `${endpoint}/res`, style: "location" } },
  ],
  ["202 without headers", { status: 202 }, { kind: "accepted", status: 202 }],
  ["200", { status: 200 }, { kind: "accepted", status: 200 }],
  [
    "an operation URL on another host",
    { status: 202, headers: { "azure-asyncoperation": "https://evil.example/op" } },
    { kind: "accepted", detail: expect.stringContaining("another host") },
  ],
  [
    "400",
    arm(400, "SwappableCloudServicePropertyNotSet"),
    { kind: "declined", code: "SwappableCloudServicePropertyNotSet" },
  ],
  ["403", arm(403, "AuthorizationFailed"), { kind: "declined", status: 403 }],
  [
    "409",
    arm(409, "AnotherOperationInProgress", { "retry-after": "1" }),
    { kind: "busy", retryAfterMs: 1_000 },
  ],
  ["429 for a lock", arm(429, "RetryableErrorDueToAnotherOperation"), { kind: "busy" }],
  ["429", arm(429, "TooManyRequests", { "retry-after": "17" }), { kind: "throttled", retryAfterMs: 17_000 }],
  ["500", arm(500, "InternalServerError"), { kind: "unknown" }],
  ["503 with Retry-After", arm(503, "ServiceUnavailable", { "retry-after": "1" }), { kind: "unknown" }],
  ["408", arm(408, "RequestTimeout"), { kind: "unknown" }],
  ["a redirect", { status: 307, headers: { location: "https://evil.example/" } }, { kind: "unknown" }],
  ["a reset", new RestError("read ECONNRESET", { code: "ECONNRESET" }), { kind: "unknown" }],
];

test.each(swaps)(
  "the PUT is sent exactly once and its answer is a value: %s",
  async (_name, reply, expected) => {
    const { services, asked } = adapter(() => reply);
    expect(await services.requestSwap(green, "production", 1_000)).toMatchObject(expected);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ method: "PUT", body: '{"properties":{"slotType":"Production"}}' });
    expect(asked[0]?.url).toContain("/cloudServiceSlots/swap?api-version=2025-05-01");
  },
);

test("a PUT that hangs ends at its timeout as unknown", async () => {
  const { services } = adapter(() => "hang");
  expect(await services.requestSwap(green, "production", 20)).toEqual({
    kind: "unknown",
    detail: "no reply in time",
  });
});

test.each([
  ["404", arm(404, "ResourceNotFound"), { kind: "absent" }],
  ["403", arm(403, "AuthorizationFailed"), { kind: "denied" }],
  ["429", arm(429, "TooManyRequests", { "retry-after": "5" }), { kind: "throttled", retryAfterMs: 5_000 }],
  [
    "429 with an HTTP date",
    arm(429, "TooManyRequests", { "retry-after": "Tue, 24 Nov 2026 12:00:30 GMT" }),
    { kind: "throttled", retryAfterMs: 30_000 },
  ],
  ["503", arm(503, "ServiceUnavailable"), { kind: "unavailable" }],
  ["malformed JSON", { status: 200, body: "{" }, { kind: "unavailable" }],
  ["a reset", new RestError("reset", { code: "ECONNRESET" }), { kind: "unavailable" }],
])("a read that meets %s is a value after one request", async (_name, reply, expected) => {
  const { services, asked } = adapter(() => reply);
  expect(await services.readService(green, "version")).toMatchObject(expected);
  expect(asked).toHaveLength(1);
});

test("a read that hangs is unavailable after its timeout", async () => {
  const { services } = adapter(() => "hang");
  expect(await services.readInstances(green)).toMatchObject({
    kind: "unavailable",
    detail: "no reply in time",
  });
});

test("missing fields are named, never guessed and never a TypeError", async () => {
  for (const body of [
    {},
    { properties: null },
    {
      properties: {
        roleProfile: { roles: [null, {}] },
        networkProfile: { loadBalancerConfigurations: [null, {}] },
      },
    },
    [],
  ]) {
    const { services } = adapter(() => ({ status: 200, body }));
    const read = await services.readService(green, "version");
    if (read.kind !== "found") throw new Error(read.kind);
    expect(read.value.findings).toContain("the reply has no slot");
    expect(read.value.roles).toBeUndefined();
  }
});

test("both spellings of frontends and of the swappable service are understood", async () => {
  const frontend = { name: "fe", properties: { publicIPAddress: { id: "/ip" } } };
  for (const [list, partner] of [
    ["frontendIPConfigurations", "SwappableCloudService"],
    ["frontendIpConfigurations", "swappableCloudService"],
  ] as const) {
    const network = {
      slotType: "Staging",
      [partner]: { id: "/partner" },
      loadBalancerConfigurations: [{ name: "lb", properties: { [list]: [frontend] } }],
    };
    const { services } = adapter(() => ({ status: 200, body: { properties: { networkProfile: network } } }));
    const read = await services.readService(green, "version");
    expect(read).toMatchObject({
      kind: "found",
      value: { slot: "staging", swappableId: "/partner", frontends: [{ publicIpId: "/ip" }] },
    });
  }
});

test("a service model without a slot is completed from the slot resource", async () => {
  const { services, asked } = adapter((request) =>
    request.url.includes("cloudServiceSlots")
      ? { status: 200, body: { properties: { slotType: "Production" } } }
      : { status: 200, body: { properties: {} } },
  );
  expect(await services.readService(green, "version")).toMatchObject({ value: { slot: "production" } });
  expect(asked).toHaveLength(2);
});

test("reads every page of the instance list; instances without a view have no states", async () => {
  const { services } = adapter((request) =>
    request.url.includes("page2")
      ? { status: 200, body: { value: [{ name: "Web_IN_1" }] } }
      : {
          status: 200,
          headers: { "x-ms-ratelimit-remaining-subscription-reads": "42" },
          body: {
            value: [
              {
                name: "Web_IN_0",
                properties: { instanceView: { statuses: [{ code: "RoleState/RoleStateStarted" }] } },
              },
            ],
            nextLink: `${endpoint}/page2`,
          },
        },
  );
  expect(await services.readInstances(green)).toMatchObject({
    kind: "found",
    value: {
      remainingReads: 42,
      instances: [
        { name: "Web_IN_0", role: "Web", states: ["RoleState/RoleStateStarted"] },
        { name: "Web_IN_1" },
      ],
    },
  });
});

test("reads the simulator like Azure, and no service configuration leaves the adapter", async () => {
  const simulator = createSimulator({
    scenario: calm,
    clock: { now: () => 0, setTimer: () => () => undefined },
  });
  const services = createCloudServices({
    endpoint,
    credential: { getToken: () => Promise.resolve(null) },
    httpClient: httpClientOf(simulator),
    clock: { now: () => 0 },
    digest,
  });
  const service = await services.readService(green, "version");
  expect(service).toMatchObject({
    value: {
      slot: "staging",
      version: "v2",
      findings: [],
      roles: [
        { name: "WebRole", capacity: 2 },
        { name: "WorkerRole", capacity: 1 },
      ],
    },
  });
  const instances = await services.readInstances(green);
  expect(instances).toMatchObject({
    value: { instances: [{ states: ["RoleState/RoleStateStarted"] }, {}, {}] },
  });
  expect(JSON.stringify([service, instances])).not.toContain("canary-secret");
  simulator.close();
});
