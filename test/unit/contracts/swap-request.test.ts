import fc from "fast-check";
import { parsePlanRequest, parseSwapRequest } from "../../../src/contracts/swap-request";

const good = { requestId: "r-1", pair: "shop", promote: "green", reason: "release", requestedBy: "Rita" };

function issues(body: unknown): string[] {
  const parsed = parseSwapRequest(body);
  return parsed.ok ? [] : parsed.issues.map((c) => c.path);
}

test("a request is parsed into milliseconds, and its hash ignores the order of fields", () => {
  const parsed = parseSwapRequest({
    ...good,
    expiresAt: "2026-11-24T13:00:00+01:00",
    readiness: { stableFor: "5m" },
  });
  expect(parsed).toMatchObject({
    ok: true,
    value: {
      request: { expiresAt: Date.parse("2026-11-24T12:00:00Z"), readiness: { stableForMs: 300_000 } },
    },
  });
  const hash = (body: unknown) => {
    const result = parseSwapRequest(body);
    return result.ok ? result.value.contentHash : "";
  };
  expect(hash(Object.fromEntries(Object.entries(good).reverse()))).toBe(hash(good));
  expect(hash({ ...good, reason: "other" })).not.toBe(hash(good));
});

test("a CloudEvent with the same data is the same request", () => {
  const envelope = {
    specversion: "1.0",
    id: "1",
    source: "pipeline",
    type: "cloud-service-swap.promotion.requested",
    data: good,
  };
  const [a, b] = [parseSwapRequest(envelope), parseSwapRequest(good)];
  expect(a.ok && b.ok && a.value.contentHash === b.value.contentHash).toBe(true);
});

test("every issue is reported at once, with path, value and expectation", () => {
  const body = {
    requestId: 123,
    pair: "SHOP",
    promote: "red",
    reason: "",
    requestedBy: "a\u0000b",
    expiresAt: "2026-02-30T00:00:00Z",
    notBefore: "x",
    readiness: { stableFor: "0s" },
  };
  expect(issues(body).sort()).toEqual([
    "$.expiresAt",
    "$.notBefore",
    "$.pair",
    "$.promote",
    "$.readiness.stableFor",
    "$.reason",
    "$.requestId",
    "$.requestedBy",
  ]);
});

test.each([0, 6, 1.5, "2", null])("a quorum of %p is refused", (quorum) => {
  expect(issues({ ...good, approval: { quorum } })).toEqual(["$.approval.quorum"]);
});

test("JSON within a JSON string is refused, with the id of its request", () => {
  const envelope = {
    specversion: "1.0",
    id: "1",
    source: "pipeline",
    type: "cloud-service-swap.promotion.requested",
    data: JSON.stringify(good),
  };
  const described = expect.stringMatching(/JSON inside a JSON string; send the object itself/) as string;
  for (const [body, path] of [
    [JSON.stringify(good), "$"],
    [JSON.stringify(JSON.stringify(good)), "$"],
    [`\ufeff${JSON.stringify(JSON.stringify(good))}`, "$"],
    [envelope, "$.data"],
    [JSON.stringify(envelope), "$"],
  ] as const) {
    expect(parseSwapRequest(body)).toMatchObject({
      ok: false,
      code: "malformed-request",
      requestId: "r-1",
      issues: [{ path, expectation: described }],
    });
  }
});

test("text without a JSON object is not reported as JSON within a string", () => {
  for (const body of ["hello", "{", "12", "null", '"hello"', "\ufeff", "\ufeff{", ""]) {
    expect(parseSwapRequest(body)).toMatchObject({
      requestId: null,
      issues: [{ path: "$", expectation: "a JSON object" }],
    });
  }
});

test("JSON after a byte order mark is the same request", () => {
  expect(parseSwapRequest(`\ufeff${JSON.stringify(good)}`)).toEqual(parseSwapRequest(good));
});

test("a request may ask for more approvals, and nothing else of the gate", () => {
  const parsed = parseSwapRequest({ ...good, approval: { quorum: 3 } });
  expect(parsed).toMatchObject({ ok: true, value: { request: { approval: { quorum: 3 } } } });
  expect(issues({ ...good, breakGlass: { reason: "x" }, approval: { quorum: 1, people: [] } })).toEqual([
    "$.approval.people",
    "$.breakGlass",
  ]);
});

test.each([
  ["text that is no JSON", "not json"],
  ["a number", 12],
  ["null", null],
  ["a list", [good]],
  ["nothing", undefined],
  ["a time without an offset", { ...good, expiresAt: "2026-11-24T13:00:00" }],
  ["a prototype", JSON.parse('{"__proto__": {"polluted": true}, "requestId": "r"}')],
  ["an unknown field", { ...good, loosen: true }],
])("%s is not a request", (_what, body) => {
  expect(parseSwapRequest(body).ok).toBe(false);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test("a body of 256 KiB, and one of a hundred thousand levels, are refused", () => {
  expect(parseSwapRequest({ ...good, reason: "x".repeat(256 * 1024) })).toMatchObject({
    ok: false,
    code: "body-too-large",
  });
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect(parseSwapRequest({ ...good, reason: deep })).toMatchObject({ ok: false, code: "malformed-request" });
});

test("parsing never throws, and never accepts unknown fields", () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.string(), fc.dictionary(fc.string(), fc.jsonValue())), (body) => {
      const parsed = parseSwapRequest(body);
      if (!parsed.ok) expect(parsed.issues.length).toBeGreaterThan(0);
    }),
  );
  fc.assert(
    fc.property(
      fc
        .string()
        .filter(
          (key) => !(key in good) && !["expect", "expiresAt", "readiness", "specversion"].includes(key),
        ),
      (key) => {
        expect(parseSwapRequest({ ...good, [key]: 1 }).ok).toBe(false);
      },
    ),
  );
});

test("a plan request needs no id, no reason and no name", () => {
  expect(parsePlanRequest({ pair: "shop", promote: "green" }).ok).toBe(true);
  expect(parsePlanRequest([]).ok).toBe(false);
});

test("a promotion may not start after its expiry", () => {
  const asked = { requestId: "r-1", pair: "shop", promote: "green", reason: "x", requestedBy: "y" };
  const at = (notBefore: string, expiresAt: string) => parseSwapRequest({ ...asked, notBefore, expiresAt });
  const noon = "2026-11-24T12:00:00Z";
  expect(at(noon, "2026-11-24T12:00:00.001Z")).toMatchObject({
    ok: true,
    value: { request: { notBefore: Date.parse(noon) } },
  });
  const wrong = { ok: false, issues: [{ path: "$.notBefore" }] };
  expect(at(noon, noon)).toMatchObject(wrong);
  expect(at(noon, "2026-11-24T12:30:00+01:00")).toMatchObject(wrong);
});

test("times have years of four digits, as written and in UTC", () => {
  const of = (expiresAt: string) => issues({ ...good, expiresAt });
  expect(of("9999-12-31T23:59:59Z")).toEqual([]);
  for (const time of [
    "9999-12-31T23:59:59-00:01",
    "0000-01-01T00:00:00+00:01",
    "+010000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z",
  ])
    expect(of(time)).toEqual(["$.expiresAt"]);
});

test("requests with the same meaning have one content hash", () => {
  const hash = (over: object) => {
    const parsed = parseSwapRequest({ ...good, ...over });
    return parsed.ok ? parsed.value.contentHash : "";
  };
  const same = [{}, { irreversible: false }, { soak: {} }, { readiness: {} }];
  expect(new Set(same.map(hash)).size).toBe(1);
  const timed = [
    { expiresAt: "2026-11-24T12:00:00Z", soak: { for: "60m" } },
    { expiresAt: "2026-11-24T13:00:00.000+01:00", soak: { for: "1h" } },
  ];
  expect(new Set(timed.map(hash)).size).toBe(1);
  const other = [{}, { irreversible: true }, { soak: { for: "1s" } }, { approval: { quorum: 1 } }, ...timed];
  expect(new Set(other.map(hash)).size).toBe(5);
});
