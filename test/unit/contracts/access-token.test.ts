import fc from "fast-check";
import { holderOf, misfitOf } from "../../../src/contracts/access-token";
import { runs } from "../../support/runs";

const now = Date.parse("2026-11-24T12:00:00Z");
const seconds = now / 1000;
const expected = { issuer: "https://issuer.example", audience: "the-api" };
const good = { iss: expected.issuer, aud: expected.audience, exp: seconds + 600, nbf: seconds - 600 };

function misfit(claims: object, header: object = { alg: "RS256" }) {
  return misfitOf({ ...header }, { ...good, ...claims }, expected, now);
}

test("valid claims have no mistake, and an audience may be one of several", () => {
  expect([misfit({}), misfit({ aud: ["other", "the-api"] }), misfit({}, { alg: "ES256" })]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test.each([
  [
    "another issuer",
    { iss: "https://other.example" },
    'its issuer is "https://other.example", expected is "https://issuer.example"',
  ],
  ["no issuer", { iss: undefined }, "its issuer is nothing"],
  ["another audience", { aud: "api://swap" }, 'its audience is "api://swap", expected is "the-api"'],
  ["an audience that only begins like it", { aud: "the-api-2" }, 'its audience is "the-api-2"'],
  [
    "an expiry that is over",
    { exp: seconds - 60 },
    "it expired at 2026-11-24T11:59:00.000Z, and now is 2026-11-24T12:00:00.000Z",
  ],
  ["no expiry", { exp: undefined }, "it has no expiry"],
  ["an expiry that is no number", { exp: "2030-01-01" }, "it has no expiry"],
  ["an expiry before all time", { exp: -1e300 }, "it expired at"],
  ["a start in the future", { nbf: seconds + 61 }, "it is not valid before 2026-11-24T12:01:01.000Z"],
])("%s: the mistake has what was expected and found", (_what, claims, described) => {
  expect(misfit(claims)).toContain(described);
});

test.each([
  [{ alg: "none" }, '"none"'],
  [{ alg: "HS256" }, '"HS256"'],
  [{}, "nothing"],
])("the algorithm %j is reported, with the expected ones", (header, described) => {
  expect(misfit({}, header)).toContain(`it is signed with ${described}, expected is one of RS256, RS384`);
});

test("a difference of a minute between the clocks is allowed", () => {
  expect([misfit({ exp: seconds - 59 }), misfit({ nbf: seconds + 60 })]).toEqual([undefined, undefined]);
});

test("every mistake is reported at once, and a version 1.0 token with its remedy", () => {
  const described = misfit(
    { iss: "https://sts.windows.net/t/", aud: "api://x", exp: 1, ver: "1.0" },
    { alg: "none" },
  );
  expect(
    described?.match(/signed with|its issuer|its audience|it expired|requestedAccessTokenVersion/g),
  ).toHaveLength(5);
});

test.each([
  ["a person", { scp: "access_as_user" }, false],
  ["an application that says so", { idtyp: "app" }, true],
  ["an application that says so, whatever else it holds", { idtyp: "app", scp: "x", name: "Robot" }, true],
  ["a person that is said to be one", { idtyp: "user" }, false],
  ["what is of a kind that nobody knows", { idtyp: "device" }, true],
])("%s is the holder of a token", (_what, claims, application) => {
  expect(holderOf({ oid: "o", ...claims })).toMatchObject({ oid: "o", application });
});

// An ID token is for the client that asked for it; it never had to name this API's scopes or roles.
test.each([
  [{}],
  [{ name: "Rita", nonce: "n" }],
  [{ scp: "" }],
  [{ scp: ["a"] }],
  [{ idtyp: "" }],
  [{ azp: "x" }],
])("a token without scp and idtyp is not an access token: %j", (claims) => {
  expect(holderOf({ oid: "o", roles: ["Swap.Operate"], ...claims })).toEqual({
    refused: expect.stringMatching(/ID token.*scp.*idtyp.*app registration/),
  });
});

test.each([[undefined], [""], [7], [{ $ne: null }], ["a b"], ["a\u202eb"], ["x".repeat(101)]])(
  "the object id %j is not valid",
  (oid) => {
    expect(holderOf({ oid, scp: "a" })).toEqual({ refused: expect.stringContaining('"oid"') });
  },
);

test("names are cleaned, short and never empty, whatever a token has", () => {
  const name = (text: unknown) => holderOf({ oid: "o-1", scp: "a", name: text });
  expect(name("Rita\r\n\u001b[31m\u202eRequester")).toMatchObject({ name: "Rita [31m\ufffdRequester" });
  expect(name("x".repeat(3_000))).toMatchObject({ name: `${"x".repeat(59)}…` });
  for (const none of ["", " ", "\u200b", { first: "x" }, undefined])
    expect(name(none)).toMatchObject({ name: "o-1" });
});

test("any token is judged without throwing, in one plain line", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.dictionary(fc.string(), fc.jsonValue()),
      (header, claims) => {
        const described = misfitOf(header, { ...claims }, expected, now);
        expect(described).toMatch(/^the token does not fit: [^\p{Cc}]+$/u);
        expect(described!.length).toBeLessThan(1_500);
        holderOf(claims);
      },
    ),
    { numRuns: runs(300) },
  );
});
