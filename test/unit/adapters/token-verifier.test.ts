import { createTokenVerifier } from "../../../src/adapters/token-verifier";
import { startIssuer, type LocalIssuer } from "../../../local/identity";

let issuer: LocalIssuer;
let other: LocalIssuer;
beforeAll(async () => {
  issuer = await startIssuer({ host: "127.0.0.1", port: 0, audience: "the-api" });
  other = await startIssuer({ host: "127.0.0.1", port: 0, audience: "the-api" });
});
afterAll(async () => {
  await issuer.stop();
  await other.stop();
});

async function verify(authorization: string | undefined, audience = "the-api") {
  return createTokenVerifier({ issuer: issuer.issuer, audience }).verify(authorization);
}

test("a good token says who calls and what they may do", async () => {
  expect(await verify(`Bearer ${await issuer.token("operator")}`)).toEqual({
    caller: {
      oid: "33333333-3333-4333-8333-333333333333",
      name: "Olga Operator",
      application: false,
      permissions: ["Swap.Read", "Swap.Request", "Swap.Operate"],
      roles: ["Swap.Read", "Swap.Request", "Swap.Operate"],
    },
  });
  expect(await verify(`bearer ${await issuer.applicationToken(["Swap.Request"])}`)).toMatchObject({
    caller: {
      application: true,
      name: "88888888-8888-4888-8888-888888888888",
      permissions: ["Swap.Request"],
    },
  });
});

test("an ID token is no access token, whatever roles it has", async () => {
  expect(await verify(`Bearer ${await issuer.idToken("operator")}`)).toEqual({
    rejected: expect.stringContaining("the token is an ID token"),
  });
});

test("an unsigned, foreign, expired or altered token is rejected, with the expectation", async () => {
  const token = await issuer.token("reader");
  const [header = "", payload = "", signature = ""] = token.split(".");
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
  const more = part({ ...claims, roles: ["Swap.Operate"] });
  const past = await issuer.token("reader", { exp: 1 });
  const described = async (sent: string | undefined, audience?: string) => {
    const verdict = await verify(sent, audience);
    const text = JSON.stringify(verdict);
    for (const secret of [header, payload, signature]) expect(text).not.toContain(secret);
    expect(text).not.toContain("eyJ");
    return "rejected" in verdict ? verdict.rejected : text;
  };
  expect(await described(undefined)).toContain("no token was sent");
  expect(await described("Basic abc")).toContain("a scheme other than Bearer");
  expect(await described("Bearer")).toContain("no token after Bearer");
  expect(await described("Bearer abc")).toBe("the bearer token is not a signed JSON Web Token");
  expect(await described(`Bearer ${part({ alg: "none" })}.${payload}.`)).toContain(
    'signed with "none", expected',
  );
  const foreign = await described(`Bearer ${await other.token("operator")}`);
  expect(foreign).toContain(`its issuer is "${other.issuer}", expected is "${issuer.issuer}"`);
  expect(await described(`Bearer ${token}`, "else")).toContain(
    'its audience is "the-api", expected is "else"',
  );
  expect(await described(`Bearer ${past}`)).toContain(
    "it expired at 1970-01-01T00:00:01.000Z, and now is 20",
  );
  expect(await described(`Bearer ${header}.${more}.${signature}`)).toContain("not signed by the issuer");
  expect(await described(`Bearer ${header}.${payload}.${signature.slice(2)}`)).toContain(
    "malformed or not signed",
  );
  const nobody = await issuer.token("reader", { oid: undefined });
  expect(await described(`Bearer ${nobody}`)).toContain('"oid" is nothing, expected is an object id');
});

test("an issuer that cannot be reached is a passing fault, not a rejection", async () => {
  const verifier = createTokenVerifier({ issuer: "http://127.0.0.1:1", audience: "the-api" });
  const token = await issuer.token("reader", { iss: "http://127.0.0.1:1" });
  expect(await verifier.verify(`Bearer ${token}`)).toMatchObject({
    unavailable: expect.stringContaining("cannot be reached"),
    cause: expect.anything(),
  });
});
