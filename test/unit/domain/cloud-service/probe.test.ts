import {
  judgeProbe,
  type ProbeAnswer,
  type ProbeExpectation,
  type ProbeResult,
  probesIncoming,
  describeTrouble,
  withProbes,
} from "../../../../src/domain/cloud-service/probe";
import { checkRoles } from "../../../../src/domain/cloud-service/readiness";
import { aService, found, someInstances } from "../../../support/observations";

function answer(over: Partial<Extract<ProbeAnswer, { kind: "answered" }>> = {}): ProbeAnswer {
  return { kind: "answered", status: 200, headers: {}, body: "{}", latencyMs: 12.4, ...over };
}

function judge(expect: ProbeExpectation, given: ProbeAnswer): ProbeResult {
  return judgeProbe({ name: "home", expect }, given);
}

test.each<[string, ProbeExpectation, ProbeAnswer]>([
  ["any 2xx where no status is named", {}, answer({ status: 204 })],
  ["the status that is named, whatever it is", { status: 418 }, answer({ status: 418 })],
  ["a header that is there", { header: { name: "X-Version" } }, answer({ headers: { "x-version": "" } })],
  [
    "a header by value",
    { header: { name: "x-version", equals: "v2" } },
    answer({ headers: { server: "v1", "x-version": "v2" } }),
  ],
  [
    "a header by pattern",
    { header: { name: "x-version", matches: "^v\\d+$" } },
    answer({ headers: { "x-version": "v21" } }),
  ],
  [
    "a JSON field",
    { json: { path: "$.checks[1].ok", equals: true } },
    answer({ body: '{"checks":[0,{"ok":true}]}' }),
  ],
  ["a JSON null", { json: { path: "$.fault", equals: null } }, answer({ body: '{"fault":null}' })],
  ["a whole JSON body", { json: { path: "$", equals: 5 } }, answer({ body: "5" })],
  [
    "a header whose first 1,000 characters match",
    { header: { name: "x", matches: "^v+$" } },
    answer({ headers: { x: `${"v".repeat(1_000)}x` } }),
  ],
  ["latency at its bound", { maxLatencyMs: 50 }, answer({ latencyMs: 50 })],
])("a probe passes with %s", (_what, expectation, given) => {
  expect(judge(expectation, given).verdict).toBe("pass");
});

test.each<[string, ProbeExpectation, ProbeAnswer, string]>([
  ["a status after 2xx", {}, answer({ status: 300 }), "status is 300, not 2xx"],
  ["a status before 2xx", {}, answer({ status: 199 }), "status is 199, not 2xx"],
  ["another status", { status: 204 }, answer(), "status is 200, not 204"],
  ["a header that is missing", { header: { name: "X-Version" } }, answer(), "header X-Version is missing"],
  [
    "a header named like a member of every object",
    { header: { name: "constructor" } },
    answer(),
    "header constructor is missing",
  ],
  [
    "another header",
    { header: { name: "x-version", equals: "v2" } },
    answer({ headers: { "x-version": "v1" } }),
    'header x-version is "v1", not "v2"',
  ],
  [
    "a header that does not match",
    { header: { name: "x", matches: "^v2" } },
    answer({ headers: { x: "v1" } }),
    'header x is "v1" and does not match',
  ],
  [
    "a body that is not JSON",
    { json: { path: "$.a", equals: 1 } },
    answer({ body: "<p>" }),
    "the body is not JSON",
  ],
  [
    "a JSON field that is missing",
    { json: { path: "$.a.b", equals: 1 } },
    answer(),
    "$.a.b is missing, not 1",
  ],
  [
    "a JSON field of every object",
    { json: { path: "$.constructor", equals: 1 } },
    answer(),
    "$.constructor is missing, not 1",
  ],
  [
    "a text where a number is meant",
    { json: { path: "$.a", equals: 1 } },
    answer({ body: '{"a":"1"}' }),
    '$.a is "1", not 1',
  ],
  [
    "a list where a scalar is meant",
    { json: { path: "$.a", equals: 1 } },
    answer({ body: '{"a":[1]}' }),
    "$.a is a list, not 1",
  ],
  [
    "a null where a scalar is meant",
    { json: { path: "$.a", equals: 1 } },
    answer({ body: '{"a":null}' }),
    "$.a is null, not 1",
  ],
  [
    "a field of a null",
    { json: { path: "$.a.b", equals: 1 } },
    answer({ body: '{"a":null}' }),
    "$.a.b is missing, not 1",
  ],
  [
    "an object where a scalar is meant, without its content",
    { json: { path: "$.a", equals: 1 } },
    answer({ body: '{"a":{"password":"x"}}' }),
    "$.a is an object, not 1",
  ],
  [
    "latency over its bound",
    { maxLatencyMs: 50 },
    answer({ latencyMs: 50.6 }),
    "it took 51 ms, more than 50 ms",
  ],
])("a probe that is answered fails for %s", (_what, expectation, given, detail) => {
  expect(judge(expectation, given)).toEqual({ name: "home", verdict: "failure", detail });
});

test("every mismatch is reported, in at most 160 characters", () => {
  const expectation = { status: 204, header: { name: "x".repeat(60) }, json: { path: "$.a", equals: 1 } };
  const { detail } = judge(expectation, answer({ body: "no" }));
  expect(detail).toMatch(/^status is 200, not 204; header x+ is missing; the body is not JSON$/);
  const long = { ...expectation, header: { name: "h", equals: "e".repeat(200) } };
  expect(
    judge(long, answer({ headers: { h: "v".repeat(5_000) }, body: "no" })).detail.length,
  ).toBeLessThanOrEqual(160);
});

test("a value is shown up to 40 characters of its JSON, a reason up to 160", () => {
  const described = (length: number) =>
    judge({ header: { name: "h", equals: "v2" } }, answer({ headers: { h: "v".repeat(length) } })).detail;
  expect([described(32), described(33)]).toEqual([
    `header h is "${"v".repeat(32)}", not "v2"`,
    `header h is "${"v".repeat(33)}…, not "v2"`,
  ]);
  const why = (length: number) => judge({}, { kind: "none", detail: "y".repeat(length) }).detail;
  expect([why(160), why(161)]).toEqual(["y".repeat(160), `${"y".repeat(159)}…`]);
});

test("a pass has its status and its latency", () => {
  expect(judge({}, answer())).toEqual({ name: "home", verdict: "pass", detail: "status 200 in 12 ms" });
});

test("a probe asks the incoming side where it has an address there", () => {
  const probe = { name: "home", url: "https://www.example", expect: {}, timeoutMs: 1 };
  expect([probe, { ...probe, incomingUrl: "https://staging.example" }].map(probesIncoming)).toEqual([
    false,
    true,
  ]);
});

test("a probe that could not be measured is an error, not a failure", () => {
  expect(judge({ status: 200 }, { kind: "none", detail: "refused\u0007" })).toEqual({
    name: "home",
    verdict: "error",
    detail: "refused ",
  });
});

const check = checkRoles("green", found(aService("green")), found(someInstances("green")));
const pass: ProbeResult = { name: "a", verdict: "pass", detail: "status 200 in 1 ms" };
const failure: ProbeResult = { name: "b", verdict: "failure", detail: "status is 500, not 2xx" };
const error: ProbeResult = { name: "c", verdict: "error", detail: "refused" };

test("the incoming side is ready only when its probes pass too", () => {
  expect(withProbes(check, [])).toBe(check);
  expect(withProbes(check, [pass])).toBe(check);
  expect(withProbes(check, [pass, failure, error])).toMatchObject({
    verdict: "not-yet",
    summary: expect.stringContaining(
      "probe b: status is 500, not 2xx; probe c could not be measured: refused, Web_IN_0",
    ),
  });
  expect(describeTrouble([pass, error])).toBe("probe c could not be measured: refused");
});

test("the trouble of probes and instances is truncated together", () => {
  const long = withProbes({ ...check, summary: "s".repeat(700) }, [failure]).summary;
  expect([long.length, long.startsWith("probe b: status is 500, not 2xx, sss")]).toEqual([700, true]);
});

test("a deleted service stays deleted whatever its probes say", () => {
  expect(withProbes({ ...check, verdict: "never" }, [failure]).verdict).toBe("never");
});
