import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { FaultAnswer } from "../../../../local/resource-manager";
import { digest } from "../../../../src/adapters/digest";
import { createCloudServices } from "../../../../src/adapters/resource-manager/cloud-services";
import { checkRoles } from "../../../../src/domain/cloud-service/readiness";
import { adapter, adapterOn, endpoint, type Reply } from "../../../support/arm-adapter";
import { green, type InProcess, network, openInProcess, world } from "../../../support/arm-transports";
import { RestError } from "@azure/core-rest-pipeline";

const at = (url: string) => ({ url, style: "azure-async-operation" }) as const;

const ip = `${network}/publicIPAddresses/ip-shop-staging`;
let arm: InProcess | undefined;
let server: Server | undefined;
afterEach(async () => {
  await arm?.close();
  server?.closeAllConnections();
  server?.close();
  arm = server = undefined;
});

/** The adapter on the embedded Resource Manager, whose every call goes wrong in this way. */
function facing(answer?: FaultAnswer, over: object = {}) {
  const opened = openInProcess(world(over), () => answer);
  arm = opened;
  const services = adapterOn(opened, 50);
  const verdict = async () =>
    checkRoles("green", await services.readService(green, "version"), await services.readInstances(green));
  return { services, verdict, asked: () => opened.simulator.journal.entries.map(({ url }) => url) };
}

const edited = (edit: Omit<Extract<FaultAnswer, { kind: "edited" }>, "kind">): FaultAnswer => ({
  kind: "edited",
  ...edit,
});
const codes = (code: unknown) => edited({ replace: { "RoleState/RoleStateStarted": code } });

test("a healthy world is found and ready, in one page or several", async () => {
  expect(await facing().verdict()).toMatchObject({ verdict: "ready", total: 3 });
  expect(await facing(undefined, { wire: { pageSize: 1 } }).verdict()).toMatchObject({ verdict: "ready" });
});

test.each<[string, FaultAnswer]>([
  ["cut short", { kind: "damaged", how: "truncated" }],
  ["malformed", { kind: "damaged", how: "malformed" }],
  ["empty", { kind: "damaged", how: "empty" }],
  ["HTML", { kind: "damaged", how: "html" }],
  ["larger than 4 MiB", { kind: "damaged", how: "oversized", megabytes: 5 }],
  ["of an unknown success status", { kind: "status", status: 299 }],
  ["no content", { kind: "status", status: 204 }],
  ["a redirect", { kind: "status", status: 302 }],
  ["of an unknown error status", { kind: "status", status: 599 }],
  ["a broken connection", { kind: "reset-before" }],
  ["never there", { kind: "hang" }],
  ["there too late", { kind: "slow", delayMs: 60_000 }],
])("a reply that is %s is read as unavailable, never as found or absent", async (_what, answer) => {
  const { services } = facing(answer);
  for (const read of [
    services.readService(green, "version"),
    services.readInstances(green),
    services.readPublicIp(ip),
  ])
    expect(await read).toMatchObject({ kind: "unavailable" });
  expect(await services.readOperation(at(`http://127.0.0.1:1${green}/operations/1`))).toMatchObject({
    kind: "unreadable",
  });
});

test.each<[string, FaultAnswer]>([
  ["the list has no value", edited({ remove: ["value"] })],
  ["the list's value is no list", edited({ set: { value: {} } })],
  ["instances are no objects", edited({ set: { value: [null, 1, "x", []] } })],
  ["instances have no names", edited({ remove: ["name"] })],
  ["instances have no properties", edited({ remove: ["properties"] })],
  ["instances have no view", edited({ remove: ["instanceView"] })],
  ["instances have no statuses", edited({ remove: ["statuses"] })],
  ["statuses have no code", edited({ remove: ["code"] })],
  ["codes are no text", codes(7)],
  ["codes are unknown", codes("RoleState/RoleStateStartedX")],
  ["roles have no capacity", edited({ remove: ["capacity"] })],
  ["there is no role profile", edited({ remove: ["roleProfile"] })],
  ["there is no provisioning state", edited({ remove: ["provisioningState"] })],
  ["the provisioning state is unknown", edited({ replace: { Succeeded: "Succeeding" } })],
  ["the next page is on another host", edited({ set: { nextLink: "https://other.example/next" } })],
  ["the next page is no URL", edited({ set: { nextLink: "//" } })],
  [
    "a page names itself as the next",
    edited({
      set: {
        nextLink: `http://127.0.0.1:1${green}/roleInstances?api-version=2024-11-04&$expand=instanceView`,
      },
    }),
  ],
])("when %s, the service is not ready", async (_what, answer) => {
  const { verdict, asked } = facing(answer);
  expect((await verdict()).verdict).toBe("not-yet");
  expect(asked().every((url) => url.startsWith("/subscriptions/") || url.startsWith("//"))).toBe(true);
});

test("names and codes of another casing mean the same", async () => {
  const rename = Object.fromEntries(
    ["properties", "instanceView", "statuses", "code", "name", "provisioningState"].map((name) => [
      name,
      name.toUpperCase(),
    ]),
  );
  const replace = { "RoleState/RoleStateStarted": "rolestate/ROLESTATESTARTED", Succeeded: "SUCCEEDED" };
  expect((await facing(edited({ rename, replace })).verdict()).verdict).toBe("ready");
});

test.each([
  [
    "the PUT's 202 has a malformed body",
    { kind: "damaged", how: "malformed" },
    {
      kind: "accepted",
      status: 202,
      operation: { url: expect.stringContaining("/operations/"), style: "azure-async-operation" },
    },
  ],
  ["the PUT's 202 is HTML", { kind: "damaged", how: "html" }, { kind: "accepted", status: 202 }],
  ["the PUT is answered by an unknown success", { kind: "status", status: 299 }, { kind: "unknown" }],
  ["the PUT is redirected", { kind: "status", status: 302 }, { kind: "unknown" }],
  [
    "the operation is on another host",
    { kind: "operation", origin: "https://other.example" },
    { kind: "accepted", detail: expect.stringContaining("another host") },
  ],
] satisfies [string, FaultAnswer, object][])(
  "when %s, the swap's answer is a value",
  async (_what, answer, expected) => {
    expect(await facing(answer).services.requestSwap(green, "production", 50)).toMatchObject(expected);
  },
);

test.each(["SUCCEEDED", "succeeded"])("an operation that says %s has succeeded", async (word) => {
  const { services } = facing({ kind: "operation", word, seconds: 0 });
  const reply = await services.requestSwap(green, "production", 50);
  if (reply.kind !== "accepted") throw new Error(reply.kind);
  expect(await services.readOperation(reply.operation ?? at(""))).toEqual({ kind: "succeeded" });
});

test("an operation of an unknown status goes on", async () => {
  const { services } = facing({ kind: "operation", word: "Frobnicating", seconds: 0 });
  const reply = await services.requestSwap(green, "production", 50);
  if (reply.kind !== "accepted") throw new Error(reply.kind);
  expect(await services.readOperation(reply.operation ?? at(""))).toMatchObject({ kind: "running" });
});

/** The adapter on a server that answers every call this way. */
async function served(status: number, chunks: readonly string[], end: "whole" | "broken" = "whole") {
  const listening = createServer((_request, response) => {
    response.writeHead(status, { "content-type": "application/json" });
    for (const chunk of chunks) response.write(chunk);
    if (end === "whole") response.end();
    else setImmediate(() => response.destroy());
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return createCloudServices({
    endpoint: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    credential: { getToken: () => Promise.resolve(null) },
    clock: { now: () => 0 },
    digest,
  });
}

const huge = ["[", ...Array.from({ length: 16 }, () => `"${"x".repeat(1024 * 1024)}",`), "0]"];

test("a reply of more than 4 MiB is given up while it comes, and says so", async () => {
  const services = await served(200, huge);
  const tooLarge = { kind: "unavailable", detail: expect.stringContaining("REPLY_TOO_LARGE") };
  expect(await services.readService(green, "version")).toMatchObject(tooLarge);
  expect(await services.readInstances(green)).toMatchObject(tooLarge);
  expect(await services.readPublicIp(ip)).toMatchObject(tooLarge);
});

test.each([
  [409, { kind: "busy", code: "HTTP 409" }],
  [400, { kind: "declined", status: 400 }],
  [500, { kind: "unknown" }],
])("a PUT answered %i with a malformed body is judged by its status", async (status, expected) => {
  const services = await served(status, ["{"]);
  expect(await services.requestSwap(green, "production", 5_000)).toMatchObject(expected);
});

test("a PUT whose answer is too large is unknown", async () => {
  const services = await served(202, huge);
  expect(await services.requestSwap(green, "production", 5_000)).toMatchObject({ kind: "unknown" });
});

test("a connection that breaks in the middle of a body is a fault at once", async () => {
  const services = await served(200, ['{"value":['], "broken");
  expect(await services.readInstances(green)).toMatchObject({ kind: "unavailable" });
  expect(await services.requestSwap(green, "production", 30_000)).toMatchObject({ kind: "unknown" });
});

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
  expect(asked.map((request) => new URL(request.url).host)).toEqual(["127.0.0.1:1"]);
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
