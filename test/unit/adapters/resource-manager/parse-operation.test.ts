import { LONGEST_OPERATION_URL, type OperationAddress } from "../../../../src/domain/swap/attempt";
import { adapter, endpoint, type Reply } from "../../../support/arm-adapter";
import { green, SUBSCRIPTION } from "../../../support/arm-transports";

/** Operations on the wire: both styles, an address that changes with every reply, and errors of both shapes. */
const base = `${endpoint}/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/locations/westeurope`;
const SECRET = "signature-canary";
const url = (n: number, type = "operations", length = 0) => {
  const bare = `${base}/${type}/1?api-version=2025-05-01&t=${n}&s=${SECRET}&c=`;
  return bare + "c".repeat(Math.max(0, length - bare.length));
};
const own = (n = 1): OperationAddress => ({ url: url(n), style: "azure-async-operation" });
const result = (n = 1): OperationAddress => ({ url: url(n, "operationResults"), style: "location" });
const elsewhere = `https://evil.example/operations/1?s=${SECRET}`;

const reading = (address: OperationAddress, reply: Reply) =>
  adapter(() => reply).services.readOperation(address);
const swapping = (headers: Record<string, string>) =>
  adapter(() => ({ status: 202, headers })).services.requestSwap(green, "production", 1_000);

describe("the address that an accepted swap names", () => {
  test.each<[string, Record<string, string>, OperationAddress]>([
    ["Azure-AsyncOperation", { "azure-asyncoperation": own().url }, own()],
    ["Operation-Location", { "operation-location": own().url }, own()],
    ["Location", { location: result().url }, result()],
    [
      "Azure-AsyncOperation before Location",
      { location: result().url, "azure-asyncoperation": own().url },
      own(),
    ],
    [
      "Location when the other is elsewhere",
      { "azure-asyncoperation": elsewhere, location: result().url },
      result(),
    ],
    [
      "Location when the other is too long",
      { "azure-asyncoperation": url(1, "operations", 13_000), location: result().url },
      result(),
    ],
    [
      "one of just the length that is followed",
      { "azure-asyncoperation": url(1, "operations", LONGEST_OPERATION_URL) },
      { ...own(), url: url(1, "operations", LONGEST_OPERATION_URL) },
    ],
  ])("is %s", async (_name, headers, operation) => {
    const reply = await swapping(headers);
    expect(reply).toMatchObject({ kind: "accepted", operation });
    expect(reply).not.toHaveProperty("detail");
  });

  test.each([
    [
      "on another host",
      { location: elsewhere },
      "the operation's URL is on another host and is not followed",
    ],
    ["no URL", { location: "operations/1" }, "the operation's URL is not valid and is not followed"],
    [
      "too long",
      { "azure-asyncoperation": url(1, "operations", 13_000) },
      "the operation's URL has 13,000 characters, more than 12,288, and is not followed",
    ],
  ])("is named in words alone when it is %s", async (_name, headers, detail) => {
    const reply = await swapping(headers);
    expect(reply).toMatchObject({ kind: "accepted", detail });
    expect(reply).not.toHaveProperty("operation");
  });
});

const running: Reply = { status: 200, body: { status: "InProgress" } };
const named = (headers: Record<string, string>, reply = running): Reply => ({ ...reply, headers });

describe("the address that a poll names", () => {
  test.each<[string, OperationAddress, Reply, OperationAddress | undefined]>([
    ["a new one of its own style", own(), named({ "azure-asyncoperation": url(2) }), own(2)],
    ["a new one by the other name", own(), named({ "operation-location": url(2) }), own(2)],
    ["a new Location", result(), named({ location: result(2).url }, { status: 202 }), result(2)],
    ["none", own(), running, undefined],
    ["the same again", own(), named({ "azure-asyncoperation": url(1) }), undefined],
    ["its result's, which is not its own", own(), named({ location: result(2).url }), undefined],
    [
      "its status's, which is not its own",
      result(),
      named({ "azure-asyncoperation": url(2) }, { status: 202 }),
      undefined,
    ],
  ])("can be %s", async (_name, address, reply, newest) => {
    const read = await reading(address, reply);
    expect(read.kind).toBe("running");
    expect(read).not.toHaveProperty("detail");
    expect("newest" in read ? read.newest : undefined).toEqual(newest);
  });

  test.each([
    ["on another host", elsewhere, "the operation's new URL is on another host and the previous one is kept"],
    [
      "too long",
      url(2, "operations", 12_289),
      "the operation's new URL has 12,289 characters, more than 12,288, and the previous one is kept",
    ],
  ])("is not followed when it is %s, and the poll says so", async (_name, next, detail) => {
    const read = await reading(own(), named({ "azure-asyncoperation": next }));
    expect(read).toEqual({ kind: "running", detail });
  });
});

const nested = { error: { code: "VipSwapX", message: "boom" } };
const top = { Code: "VipSwapX", Message: "boom", Target: null, Details: [], Innererror: null };
const failed = { kind: "failed", code: "VipSwapX", detail: "boom" };

describe("what an operation says", () => {
  test.each<[string, OperationAddress, Reply, object]>([
    ["Succeeded", own(), { status: 200, body: { status: "Succeeded" } }, { kind: "succeeded" }],
    ["Failed with its error", own(), { status: 200, body: { status: "Failed", ...nested } }, failed],
    ["Failed with an error at the top", own(), { status: 200, body: { status: "Failed", ...top } }, failed],
    [
      "Failed, in lower case",
      own(),
      { status: 200, body: { status: "failed", code: "VipSwapX", message: "boom" } },
      failed,
    ],
    [
      "Canceled without an error",
      own(),
      { status: 200, body: { status: "Canceled" } },
      { kind: "failed", code: "canceled", detail: "no message" },
    ],
    [
      "InProgress, and when to ask again",
      own(),
      { ...running, headers: { "retry-after": "2" } },
      { kind: "running", retryAfterMs: 2_000 },
    ],
    ["202", own(), { status: 202 }, { kind: "running" }],
    [
      "no status",
      own(),
      { status: 200, body: {} },
      { kind: "unreadable", detail: "the operation has no status" },
    ],
    ["404", own(), { status: 404, body: nested }, { kind: "unreadable", detail: "HTTP 404: VipSwapX" }],
    ["nothing", own(), { status: 204 }, { kind: "unreadable", detail: "HTTP 204" }],
    [
      "403 with a code",
      own(),
      { status: 403, body: top },
      { kind: "unreadable", detail: "HTTP 403: VipSwapX" },
    ],
    ["409", own(), { status: 409, body: nested }, { kind: "unreadable", detail: "HTTP 409: VipSwapX" }],
    [
      "202",
      result(),
      { status: 202, headers: { "retry-after": "7" } },
      { kind: "running", retryAfterMs: 7_000 },
    ],
    ...[200, 201, 204].map(
      (status) =>
        [`${status}`, result(), { status }, { kind: "succeeded" }] satisfies [
          string,
          OperationAddress,
          Reply,
          object,
        ],
    ),
    ["200 with the resource", result(), { status: 200, body: { properties: {} } }, { kind: "succeeded" }],
    ["409", result(), { status: 409, body: nested }, failed],
    ["417 with an error at the top", result(), { status: 417, body: top }, failed],
    [
      "400 without a body",
      result(),
      { status: 400 },
      { kind: "failed", code: "HTTP 400", detail: "no message" },
    ],
    ...[401, 403, 404, 408, 429, 500, 503, 302].map(
      (status) =>
        [
          `${status}`,
          result(),
          { status, headers: { "retry-after": "5" }, body: nested },
          { kind: "unreadable", detail: `HTTP ${status}: VipSwapX`, retryAfterMs: 5_000 },
        ] satisfies [string, OperationAddress, Reply, object],
    ),
  ])("by %s (%#)", async (_name, address, reply, expected) => {
    expect(await reading(address, reply)).toEqual(expected);
  });
});

test.each([
  [
    "409",
    { status: 409, body: { Code: "Conflict", Message: "m" } },
    { kind: "busy", code: "Conflict", detail: "m" },
  ],
  [
    "400",
    { status: 400, body: { code: "BadRequest", message: "m" } },
    { kind: "declined", code: "BadRequest", detail: "m" },
  ],
  [
    "429 for a lock",
    { status: 429, body: { Code: "RetryableErrorDueToAnotherOperation", Message: "m" } },
    { kind: "busy" },
  ],
  ["500", { status: 500, body: { Code: "Oops", Message: "m" } }, { kind: "unknown", detail: "500 Oops: m" }],
])("a swap that is refused with %s and an error at the top of its body", async (_name, reply, expected) => {
  const { services } = adapter(() => reply);
  expect(await services.requestSwap(green, "production", 1_000)).toMatchObject(expected);
});

test("a read that fails with an error at the top of its body has its code and message", async () => {
  const { services } = adapter(() => ({ status: 404, body: { Code: "ResourceNotFound", Message: "gone" } }));
  expect(await services.readService(green, "version")).toEqual({
    kind: "absent",
    detail: "ResourceNotFound: gone",
  });
});

test("an address goes out as it was named, to the letter", async () => {
  const exact = `${base}/operations/1?api-version=2025-05-01&t=1&c=a%2Bb+c/d==&s=~!*'()&h=%7e`;
  const { services, asked } = adapter(() => running);
  await services.readOperation({ url: exact, style: "azure-async-operation" });
  expect(asked.map((request) => request.url)).toEqual([exact]);
  const bare = `${base}/operations/1?c=a%2Bb+c`;
  await services.readOperation({ url: bare, style: "location" });
  expect(asked.at(-1)?.url).toBe(`${bare}&api-version=2025-05-01`);
});

test("no result contains the signature of an address, even when an error repeats it", async () => {
  const message = `The signature of ${url(1)} has expired ("/x?s=${SECRET}")`;
  const replies: readonly Reply[] = [
    named({ "azure-asyncoperation": elsewhere }),
    named({ "azure-asyncoperation": url(2, "operations", 13_000) }),
    { status: 200, body: { status: "Failed", error: { code: message, message } } },
    { status: 200, body: { status: "Failed", Code: message, Message: message } },
    ...[400, 403, 409, 429, 500].map((status) => ({ status, body: { error: { code: message, message } } })),
  ];
  for (const reply of replies) {
    const { services } = adapter(() => reply);
    const { operation: _followed, ...swapped } = (await services.requestSwap(
      green,
      "production",
      100,
    )) as object & {
      operation?: unknown;
    };
    const described = [
      swapped,
      await services.readOperation(own()),
      await services.readOperation(result()),
      await services.readService(green, "version"),
    ];
    expect(JSON.stringify(described)).not.toContain(SECRET);
  }
});
