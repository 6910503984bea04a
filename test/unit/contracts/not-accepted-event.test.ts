import fc from "fast-check";
import { notAcceptedEventSchema } from "../../../src/contracts/events";
import { formatText, maskCredentials } from "../../../src/contracts/issues";
import { notAcceptedEvent } from "../../../src/contracts/not-accepted-event";
import { parseSwapRequest } from "../../../src/contracts/swap-request";
import { reason } from "../../../src/domain/kernel/reason-codes";

const good = { requestId: "r-1", pair: "shop", promote: "green", reason: "release", requestedBy: "Rita" };
const message = { queue: "swap-requests", messageId: "42", sequenceNumber: "7" };
const canary = "hunter2-canary";

test("an event about a hostile body is short, well formed and without secrets", () => {
  const deep = (levels: number) => JSON.parse(`${"[".repeat(levels)}1${"]".repeat(levels)}`) as unknown;
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`ключ-${i}-\u{1f600}`, "\u0001"]));
  const bodies: unknown[] = [
    { ["k".repeat(250_000)]: JSON.parse('{"__proto__": 1}') as unknown },
    many,
    "\u{1f600}".repeat(60_000),
    "\u0000".repeat(250_000),
    deep(100_000),
    { ...good, promote: `${"x".repeat(78)}\u{1f600}` },
  ];
  for (const body of bodies) {
    const parsed = parseSwapRequest(body);
    if (parsed.ok) throw new Error("accepted");
    const why = `it said SharedAccessKey=${canary} `.repeat(2_000);
    const text = JSON.stringify(
      notAcceptedEvent({
        ...parsed,
        reason: reason("dead-lettered", why),
        message: { ...message, deadLetterReason: why },
        body,
        at: 0,
      }),
    );
    expect(Buffer.byteLength(text)).toBeLessThan(128 * 1024);
    expect(text).not.toMatch(/\\ud[89a-f]/i);
    expect(text).not.toContain(canary);
  }
});

test("a body that is nested too deeply has its own length and event id", () => {
  const say = (levels: number) => {
    const body = JSON.parse(`${"[".repeat(levels)}1${"]".repeat(levels)}`) as unknown;
    return notAcceptedEvent({
      reason: reason("malformed-request", "x"),
      issues: [],
      requestId: null,
      message,
      body,
      at: 0,
    });
  };
  expect(say(100_000).data.body.length).toBe(200_001);
  expect(say(100_000).id).not.toBe(say(100_001).id);
});

test("a bad body has its length, hash and masked excerpt, and a stable event id", () => {
  const body = `SharedAccessKey=abcdef1234 ${"x".repeat(9_000)}`;
  const event = () =>
    notAcceptedEvent({
      reason: reason("malformed-request", "d"),
      issues: [],
      requestId: null,
      message: { queue: "q", messageId: "42", sequenceNumber: "7" },
      body,
      at: 0,
    });
  expect(event().id).toBe(event().id);
  const parsed = notAcceptedEventSchema.parse(event());
  expect(parsed.data.body).toMatchObject({ length: body.length });
  expect(parsed.data.body.excerpt.length).toBeLessThanOrEqual(4 * 1024);
  expect(JSON.stringify(parsed)).not.toContain("abcdef1234");
});

test("an event about a foreign body is short, well formed and without secrets", () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9]{20,40}$/);
  const about = { queue: "q", messageId: "m", sequenceNumber: "1" };
  fc.assert(
    fc.property(
      secret,
      fc.constantFrom("password", "SharedAccessKey", "api_key", "client-secret"),
      (value, name) => {
        const body = { [name]: value, more: `Endpoint=sb://x/;SharedAccessKey=${value}` };
        const event = notAcceptedEvent({
          ...{
            reason: reason("malformed-request", "d"),
            issues: [],
            requestId: null,
            message: about,
            at: 0,
          },
          body,
        });
        expect(JSON.stringify(event)).not.toContain(value);
        const parsed = parseSwapRequest(body);
        expect(JSON.stringify(parsed)).not.toContain(value);
      },
    ),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 500 }), (text) => {
      const described = formatText(text);
      expect(described.length).toBeLessThanOrEqual(81);
      expect(described).not.toMatch(/\p{Cs}|\p{Cc}|\p{Bidi_C}|[\u200b-\u200d\u2028\u2029\ufeff]/u);
      expect(maskCredentials(maskCredentials(text))).toBe(maskCredentials(text));
    }),
    { numRuns: 500 },
  );
});
