import type { InvocationContext } from "@azure/functions";
import { createPolicies } from "../../../src/adapters/policies";
import { reason } from "../../../src/domain/kernel/reason-codes";
import type { NotAcceptedEvent } from "../../../src/domain/promotion/events";
import { createQueueHandler } from "../../../src/triggers/queue";
import { createFakePorts, type FakePorts } from "../../support/fake-ports";
import { aPolicy } from "../../support/observations";
import { createHash } from "node:crypto";

const request = { requestId: "r-1", pair: "shop", promote: "green", reason: "x", requestedBy: "y" };

function deliver(ports: FakePorts, body: unknown) {
  const context = { triggerMetadata: { messageId: 42, sequenceNumber: 7 } } as unknown as InvocationContext;
  return createQueueHandler(() => ports, "swap-requests")(body, context);
}

const described = (ports: FakePorts) =>
  ports.published
    .map((event) => JSON.parse(event) as NotAcceptedEvent)
    .filter(({ type }) => type === "cloud-service-swap.request.not-accepted");

const completions = (ports: FakePorts) =>
  ports.published.filter((event) => event.includes("promotion.completed"));

/** As the broker does: until the handler returns. */
async function deliverUntilCompleted(ports: FakePorts, body: unknown): Promise<void> {
  for (let delivery = 1; delivery <= 10; delivery++) {
    try {
      await deliver(ports, body);
      return;
    } catch {
      continue;
    }
  }
  throw new Error("dead-lettered");
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (ports: FakePorts, ms: number) => new Date(ports.clock.now() + ms).toISOString();
const refused: readonly [what: string, code: string, over: (ports: FakePorts) => object][] = [
  ["a pair that is not configured", "unknown-pair", () => ({ pair: "nowhere" })],
  ["an expiresAt that has passed", "request-expired", (ports) => ({ expiresAt: at(ports, -1) })],
  ["an expiresAt of this very moment", "request-expired", (ports) => ({ expiresAt: at(ports, 0) })],
  ["a notBefore beyond 90 days", "too-far-ahead", (ports) => ({ notBefore: at(ports, 90 * DAY + 1) })],
  ["an expiresAt beyond 90 days", "too-far-ahead", (ports) => ({ expiresAt: at(ports, 90 * DAY + 1) })],
  ["the year 9999", "too-far-ahead", () => ({ notBefore: "9999-12-31T23:59:59Z" })],
  ["an id of a schedule's shape", "reserved-id", () => ({ requestId: "schedule-shop-20261124T010000Z" })],
  ["that of a pair that is yet to come", "reserved-id", () => ({ requestId: "schedule-x-20991124T010000Z" })],
  ["that in other letters", "reserved-id", () => ({ requestId: "SCHEDULE-shop-20261124T010000z" })],
];

test.each(refused)(
  "%s: not accepted as %s, with one event id after any crash, and nothing is kept",
  async (_what, code, over) => {
    for (const crashAt of [undefined, 0.5, 1]) {
      const ports = createFakePorts();
      const body = { ...request, ...over(ports) };
      ports.crashAt = crashAt;
      await deliverUntilCompleted(ports, body);
      await deliver(ports, body);
      const events = described(ports);
      expect(new Set(events.map(({ id }) => id)).size).toBe(1);
      expect(events[0]?.data).toMatchObject({ requestId: body.requestId, reason: { code } });
      expect([ports.record.size, ports.runs.size, ports.pairStates.size]).toEqual([0, 0, 0]);
      expect(completions(ports)).toEqual([]);
    }
  },
);

test("accepts times up to the horizon, and ids that only resemble a schedule's", async () => {
  const ports = createFakePorts();
  const far = { notBefore: at(ports, 90 * DAY - 1), expiresAt: at(ports, 90 * DAY) };
  const ids = [
    "schedule-1",
    "shop-20261124T010000Z",
    "my-schedule-shop-20261124T010000Z",
    "schedule-20261124",
  ];
  for (const requestId of ids) await deliver(ports, { ...request, ...far, requestId });
  expect([...ports.record.keys()]).toEqual(ids);
});

test("the pairs file says how far ahead a request may lie", async () => {
  const ports = createFakePorts([aPolicy({ queue: { ...aPolicy().queue, horizonMs: DAY } })]);
  await deliver(ports, { ...request, requestId: "near", notBefore: at(ports, DAY) });
  await deliver(ports, { ...request, requestId: "far", notBefore: at(ports, DAY + 1) });
  expect([...ports.record.keys()]).toEqual(["near"]);
  expect(described(ports)).toMatchObject([{ data: { reason: { code: "too-far-ahead" } } }]);
});

test("a known request gets its promotion's answer, however late, without its pair too", async () => {
  const ports = createFakePorts();
  const timed = { ...request, expiresAt: at(ports, HOUR) };
  await deliver(ports, timed);
  Object.assign(ports.clock, { now: () => Date.parse(timed.expiresAt) + DAY });
  const elsewhere = { ...ports, policies: createPolicies([]) };
  await deliver(elsewhere, timed);
  const ending = { outcome: "expired", reason: reason("request-expired", "d") } as const;
  await ports.promotions.change("r-1", { kind: "conclude", ending, at: 1 });
  await deliver(elsewhere, timed);
  await deliver(ports, timed);
  expect(described(ports)).toEqual([]);
  expect([completions(ports).length, new Set(completions(ports)).size]).toEqual([2, 1]);
});

test("an expired request that another delivery has started is not refused", async () => {
  const ports = createFakePorts();
  ports.runsGet = "nowhere";
  const timed = { ...request, expiresAt: at(ports, HOUR) };
  await expect(deliver(ports, timed)).rejects.toThrow("not seen to be stored in time");
  ports.clock.sleep(HOUR).catch(() => undefined);
  ports.runsGet = "with-its-pair";
  const later = deliver(ports, timed);
  ports.takeOver();
  await later;
  expect([described(ports), ports.record.size]).toEqual([[], 1]);
});

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

test.each(doubled)("%s that occurs twice is refused, with its path", async (_what, body, path, named) => {
  const ports = createFakePorts();
  await deliver(ports, body);
  expect(described(ports)).toMatchObject([
    { data: { requestId: named, reason: { code: "malformed-request" }, issues: [{ path }] } },
  ]);
  expect(described(ports)[0]?.data.issues).toHaveLength(1);
  expect([ports.record.size, ports.runs.size]).toEqual([0, 0]);
});

test("bytes that are not UTF-8 are refused, with the digest of exactly these bytes", async () => {
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

test("a message in bytes equals one that the host parsed, with or without a BOM", async () => {
  const ports = createFakePorts();
  await deliver(ports, request);
  await deliver(ports, bytes(asText));
  await deliver(ports, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes(asText)]));
  expect([described(ports), ports.record.size]).toEqual([[], 1]);
});
