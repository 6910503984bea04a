import type { InvocationContext } from "@azure/functions";
import { createHash } from "node:crypto";
import type { NotAcceptedEvent } from "../../../src/domain/promotion/events";
import { createQueueHandler } from "../../../src/triggers/queue";
import { createFakePorts, type FakePorts } from "../../support/fake-ports";

const request = { requestId: "r-1", pair: "shop", promote: "green", reason: "x", requestedBy: "y" };

function deliver(ports: FakePorts, body: unknown) {
  const context = { triggerMetadata: { messageId: 42, sequenceNumber: 7 } } as unknown as InvocationContext;
  return createQueueHandler(() => ports, "swap-requests")(body, context);
}

const described = (ports: FakePorts) =>
  ports.published
    .map((event) => JSON.parse(event) as NotAcceptedEvent)
    .filter(({ type }) => type === "cloud-service-swap.request.not-accepted");

test("what goes without saying, and how a time is written, makes no conflict", async () => {
  const ports = createFakePorts();
  await deliver(ports, { ...request, expiresAt: "2026-01-02T00:00:00Z", readiness: { stableFor: "120s" } });
  const same = [
    { expiresAt: "2026-01-02T01:00:00.000+01:00", readiness: { stableFor: "2m" }, irreversible: false },
    { expiresAt: "2026-01-02T00:00:00Z", readiness: { stableFor: "2m" }, soak: {} },
  ];
  for (const over of same) await deliver(ports, { ...request, ...over });
  expect(described(ports)).toEqual([]);
  await deliver(ports, { ...request, expiresAt: "2026-01-02T00:00:00Z", irreversible: true });
  expect(described(ports)[0]?.data.issues.map(({ path }) => path)).toEqual(["$.readiness", "$.irreversible"]);
});

const bytes = (text: string, encoding: BufferEncoding = "utf8") => Buffer.from(text, encoding);
const asText = JSON.stringify(request);
const doubled: readonly [what: string, body: Buffer, path: string, named: string | null][] = [
  ["a field", bytes(asText.replace('"promote"', '"promote":"blue","promote"')), "$.promote", "r-1"],
  [
    "one written with escapes",
    bytes(asText.replace('"promote"', '"promo\\u0074e":1,"promote"')),
    "$.promote",
    "r-1",
  ],
  ["the id", bytes(asText.replace("{", '{"requestId":"r-2",')), "$.requestId", null],
  [
    "a field within",
    bytes(asText.replace("{", '{"expect":{"version":"1","version":"2"},')),
    "$.expect.version",
    "r-1",
  ],
  ["a prototype", bytes(asText.replace("{", '{"__proto__":{},"__proto__":{},')), "$.__proto__", "r-1"],
];

test.each(doubled)(
  "%s that stands twice is refused and told by its path",
  async (_what, body, path, named) => {
    const ports = createFakePorts();
    await deliver(ports, body);
    expect(described(ports)).toMatchObject([
      { data: { requestId: named, reason: { code: "malformed-request" }, issues: [{ path }] } },
    ]);
    expect(described(ports)[0]?.data.issues).toHaveLength(1);
    expect([ports.record.size, ports.runs.size]).toEqual([0, 0]);
  },
);

test("bytes that are not UTF-8 are refused as such, with the digest of exactly these bytes", async () => {
  const ports = createFakePorts();
  const body = bytes(JSON.stringify({ ...request, reason: "größer" }), "latin1");
  await deliver(ports, body);
  expect(described(ports)).toMatchObject([
    {
      data: {
        issues: [{ path: "$", value: `${body.length} bytes that are not UTF-8` }],
        body: { length: body.length, sha256: createHash("sha256").update(body).digest("hex") },
      },
    },
  ]);
  expect(ports.record.size).toBe(0);
});

test("a message in bytes is the same request as one that a host has parsed, with a byte order mark or without", async () => {
  const ports = createFakePorts();
  await deliver(ports, request);
  await deliver(ports, bytes(asText));
  await deliver(ports, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes(asText)]));
  expect([described(ports), ports.record.size]).toEqual([[], 1]);
});
