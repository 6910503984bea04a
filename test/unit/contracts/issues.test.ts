import fc from "fast-check";
import { maskCredentials } from "../../../src/contracts/issues";
import { parsePlanRequest, parseSwapRequest } from "../../../src/contracts/swap-request";

const good = { requestId: "r-1", pair: "shop", promote: "green", reason: "release", requestedBy: "Rita" };
const envelope = {
  specversion: "1.0",
  id: "1",
  source: "pipeline",
  type: "cloud-service-swap.promotion.requested",
  data: good,
};
const canary = "hunter2-canary";

function complain(body: unknown) {
  const parsed = parseSwapRequest(body);
  return parsed.ok ? [] : parsed.issues;
}

test("several mistakes of one field are one issue, in our own words", () => {
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

test("an issue about an unknown field lists the known fields of its object", () => {
  const [first, second] = complain({ ...good, at: "x", readiness: { poll: "1s" } });
  const described = [first, second].map((issue) => issue?.expectation).join("\n");
  expect(described).toContain(
    "requestId, pair, promote, reason, requestedBy, expect, notBefore, expiresAt, approval, readiness",
  );
  expect(described).toContain("stableFor, deadline");
});

test("a name that reaches prototypes does not hide other issues", () => {
  const body: unknown = JSON.parse(
    '{"constructor": 1, "pair": 5, "expect": {"__proto__": {"version": "1"}}}',
  );
  const paths = complain(body).map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(["$.constructor", "$.pair", "$.expect.__proto__"]));
});

test("issues of a CloudEvent name the place in envelope or data", () => {
  const body = { ...envelope, specversion: "0.3", source: "", data: { ...good, pair: 4 } };
  expect(complain(body).map(({ path }) => path)).toEqual(["$.specversion", "$.source", "$.data.pair"]);
  expect(complain({ ...envelope, data: [] }).map(({ path }) => path)).toEqual(["$.data"]);
});

test("the request id of a malformed CloudEvent is the one in its data", () => {
  const body = { ...envelope, requestId: "of-the-envelope", data: { ...good, pair: 4 } };
  expect(parseSwapRequest(body)).toMatchObject({ ok: false, requestId: "r-1" });
});

test("a request with a deadline before stableFor is malformed", () => {
  expect(complain({ ...good, readiness: { stableFor: "1h", deadline: "60m" } })).toMatchObject([
    { path: "$.readiness" },
  ]);
  expect(complain({ ...good, readiness: { stableFor: "59m", deadline: "1h" } })).toEqual([]);
});

test.each(["   ", "\u00a0\u2003"])("a blank reason %j is malformed", (blank) => {
  expect(complain({ ...good, reason: blank })).toMatchObject([{ path: "$.reason" }]);
});

test("the value of a field with a secret's name is never shown", () => {
  const bodies = [
    { ...good, password: canary },
    { ...good, clientSecret: { value: canary } },
  ];
  for (const body of bodies) expect(JSON.stringify(complain(body))).not.toContain(canary);
});

test("names of unknown fields are quoted, masked and shortened in paths", () => {
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

test("masking takes time in proportion to the text", () => {
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

test("every wrong field is named, and an unknown one is never accepted", () => {
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

test("a plan request may be a CloudEvent, and its own fields replace the defaults", () => {
  const parsed = parsePlanRequest({ ...envelope, data: { pair: "shop", promote: "green", reason: "why" } });
  expect(parsed).toMatchObject({ ok: true, value: { request: { reason: "why", requestId: "plan" } } });
});
