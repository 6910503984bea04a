import fc from "fast-check";
import { parseListQuery, parseNote } from "../../../src/contracts/commands";
import { maskCredentials } from "../../../src/contracts/issues";
import { notAcceptedEvent } from "../../../src/contracts/not-accepted-event";
import { parsePlanRequest, parseSwapRequest } from "../../../src/contracts/swap-request";
import { reason } from "../../../src/domain/kernel/reason-codes";

const good = { requestId: "r-1", pair: "shop", promote: "green", reason: "release", requestedBy: "Rita" };
const envelope = {
  specversion: "1.0",
  id: "1",
  source: "pipeline",
  type: "cloud-service-swap.promotion.requested",
  data: good,
};
const message = { queue: "swap-requests", messageId: "42", sequenceNumber: "7" };
const canary = "hunter2-canary";

function complain(body: unknown) {
  const parsed = parseSwapRequest(body);
  return parsed.ok ? [] : parsed.issues;
}

test("several broken rules of one field are one issue, and none speaks the schema library's language", () => {
  const issues = complain({
    ...good,
    reason: "\u0000".repeat(600),
    expect: 5,
    expiresAt: "x",
    readiness: { stableFor: "x", deadline: 5 },
  });
  expect(issues.map(({ path }) => path)).toEqual([
    "$.reason",
    "$.expect",
    "$.expiresAt",
    "$.readiness.stableFor",
    "$.readiness.deadline",
  ]);
  const all = [...issues, ...complain({ specversion: 1 })];
  expect(JSON.stringify(all)).not.toMatch(/Invalid input|Too (?:small|big)|Unrecognized/);
});

test("an issue about an unknown field lists the known ones of its object", () => {
  const [first, second] = complain({ ...good, at: "x", readiness: { poll: "1s" } });
  const described = [first, second].map((issue) => issue?.expectation).join("\n");
  expect(described).toContain(
    "requestId, pair, promote, reason, requestedBy, expect, notBefore, expiresAt, approval, readiness",
  );
  expect(described).toContain("stableFor, deadline");
});

test("a name that reaches prototypes hides no other issue", () => {
  const body: unknown = JSON.parse(
    '{"constructor": 1, "pair": 5, "expect": {"__proto__": {"version": "1"}}}',
  );
  const paths = complain(body).map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(["$.constructor", "$.pair", "$.expect.__proto__"]));
});

test("issues of a CloudEvent name places in what was sent, envelope and data at once", () => {
  const body = { ...envelope, specversion: "0.3", source: "", data: { ...good, pair: 4 } };
  expect(complain(body).map(({ path }) => path)).toEqual(["$.specversion", "$.source", "$.data.pair"]);
  expect(complain({ ...envelope, data: [] }).map(({ path }) => path)).toEqual(["$.data"]);
});

test("the request id of a malformed CloudEvent is the one in its data", () => {
  const body = { ...envelope, requestId: "of-the-envelope", data: { ...good, pair: 4 } };
  expect(parseSwapRequest(body)).toMatchObject({ ok: false, requestId: "r-1" });
});

test("a request whose deadline passes before anything can be ready is malformed", () => {
  expect(complain({ ...good, readiness: { stableFor: "1h", deadline: "60m" } })).toMatchObject([
    { path: "$.readiness" },
  ]);
  expect(complain({ ...good, readiness: { stableFor: "59m", deadline: "1h" } })).toEqual([]);
});

test.each(["   ", "\u00a0\u2003"])("a blank reason %j says nothing and is malformed", (blank) => {
  expect(complain({ ...good, reason: blank })).toMatchObject([{ path: "$.reason" }]);
});

test("the value of a field named like a secret is never shown", () => {
  const bodies = [
    { ...good, password: canary },
    { ...good, clientSecret: { value: canary } },
  ];
  for (const body of bodies) expect(JSON.stringify(complain(body))).not.toContain(canary);
});

test("names of fields are strangers' text: quoted, masked and shortened in paths", () => {
  const issues = complain({
    ...good,
    [`SharedAccessKey=${canary}`]: 1,
    ["a\u0000b"]: 1,
    ["k".repeat(9_000)]: 1,
  });
  const text = JSON.stringify(issues);
  expect(text).not.toContain(canary);
  expect(issues.every(({ path }) => path.length <= 200 && !/\p{Cc}/u.test(path))).toBe(true);
  expect(issues).toHaveLength(3);
});

test.each([
  ["a quoted value with spaces and commas", `{"password":"a b,c;d ${canary}"}`],
  ["JSON inside JSON", JSON.stringify(JSON.stringify({ password: `x"y\\z ${canary}` }))],
  ["a connection string", `Endpoint=sb://x;SharedAccessKeyName=n;SharedAccessKey=${canary}/+=;EntityPath=q`],
  ["a storage connection string", `AccountName=a;AccountKey=${canary}==`],
  ["a shared access signature", `SharedAccessSignature sig=${canary}&se=1`],
  ["the address of a workflow", `https://x.test/a?sp=1&sig=${canary}`],
  ["a token cut short", `eyJhbGciOi${canary}.eyJ`],
  ["a bearer token", `Bearer ${canary}`],
  ["an authorization header", `authorization: Basic ${canary}`],
  ["a function key", `x-functions-key: ${canary}`],
  ["an address with a password", `amqps://user:${canary}@x.test`],
  ["a domain password", `pwd=CORP\\${canary}`],
  ["a private key", `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----`],
])("%s is masked", (_what, text) => {
  expect(maskCredentials(text)).not.toContain(canary);
  expect(maskCredentials(text)).toContain("***");
});

test("ordinary text is not masked", () => {
  const text = '{"reason":"release 2.14: tokens, keys and SharedAccessKeyName=listen","pair":"shop"}';
  expect(maskCredentials(text)).toBe(text);
});

test("masking takes time in proportion, whatever the text repeats", () => {
  const started = performance.now();
  for (const part of [
    "eyJ-",
    "token",
    "password=",
    'token"',
    "://a:",
    "-----BEGIN PRIVATE KEY-----",
    "token\\",
    "sig=",
  ])
    maskCredentials(part.repeat(Math.ceil(8_192 / part.length)));
  expect(performance.now() - started).toBeLessThan(2_000);
});

test("an event about a hostile body stays publishable: below 256 KiB, well-formed, without the secret", () => {
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

test("what is said of a body nested too deeply is said of that body", () => {
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

test("whatever JSON comes, every wrong field is named and an unknown one, at any level, is never accepted", () => {
  const wrong = {
    requestId: fc.oneof(fc.integer(), fc.constant("a/b"), fc.constant(null)),
    pair: fc.oneof(fc.boolean(), fc.constant("UP"), fc.array(fc.string())),
    promote: fc.constantFrom("red", 1, {}, []),
    reason: fc.constantFrom("", "\ud800", "a\nb", 7),
    requestedBy: fc.constantFrom("", "\u007f", null),
    expect: fc.constantFrom({}, { version: 1 }, "1", []),
    expiresAt: fc.constantFrom("2026-02-30T00:00:00Z", "2026-11-24T00:00:00", 0, "tomorrow"),
    readiness: fc.constantFrom({ stableFor: "500ms" }, { deadline: "8d" }, { poll: "1s" }, 3),
    unknown: fc.jsonValue(),
  };
  fc.assert(
    fc.property(fc.record(wrong, { requiredKeys: [] }), fc.boolean(), (mistakes, wrapped) => {
      const data = { ...good, ...mistakes };
      const parsed = parseSwapRequest(wrapped ? { ...envelope, data } : data);
      const names = Object.keys(mistakes);
      expect(parsed.ok).toBe(names.length === 0);
      const depth = wrapped ? 2 : 1;
      const described = parsed.ok ? [] : parsed.issues.map(({ path }) => path.split(/[.[]/)[depth]);
      expect([...new Set(described)].sort()).toEqual(names.sort());
    }),
    // What an unknown field holds may be named as well.
    { examples: [[{ unknown: [{ prototype: false }] }, false]] },
  );
});

test("notes and list queries complain in the same way", () => {
  expect(parseNote(JSON.parse('{"__proto__": 1, "note": "x"}'), true)).toMatchObject({
    ok: false,
    issues: [{ path: "$.__proto__", expectation: "no such field; known fields: note" }],
  });
  expect(parseNote(undefined, true)).toMatchObject({ ok: false, issues: [{ path: "$.note" }] });
  expect(parseNote(undefined, false)).toEqual({ ok: true, value: { note: "" } });
  for (const top of ["", "0", "101", "0x10", "1e1", "1.5", " 5"])
    expect(parseListQuery({ top }, [])).toMatchObject({ ok: false, issues: [{ path: "$.top" }] });
  expect(parseListQuery({ top: "100" }, [])).toEqual({ ok: true, value: { top: 100 } });
  expect(parseListQuery({}, [])).toEqual({ ok: true, value: { top: 20 } });
});

test("a plan request may be a CloudEvent too, and what it says wins over the stand-ins", () => {
  const parsed = parsePlanRequest({ ...envelope, data: { pair: "shop", promote: "green", reason: "why" } });
  expect(parsed).toMatchObject({ ok: true, value: { request: { reason: "why", requestId: "plan" } } });
});
