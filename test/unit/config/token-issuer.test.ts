import { parseConfig } from "../../../src/config/config";

const tenant = "11111111-1111-4111-8111-111111111111";
const client = "22222222-2222-4222-8222-222222222222";
const service = (name: string) =>
  `/subscriptions/${tenant}/resourceGroups/rg/providers/Microsoft.Compute/cloudServices/${name}`;

function issues(TOKEN_ISSUER: string, TOKEN_AUDIENCE = client) {
  const env = {
    ...{
      PAIRS_FILE: "pairs.json",
      ServiceBusConnection__fullyQualifiedNamespace: "shop.servicebus.windows.net",
    },
    ...{ TOKEN_ISSUER, TOKEN_AUDIENCE },
  };
  const file = JSON.stringify({ pairs: { shop: { blue: service("a"), green: service("b") } } });
  const parsed = parseConfig(env, () => file);
  return parsed.ok ? [] : parsed.issues;
}

test.each([
  `https://login.microsoftonline.com/${tenant}/v2.0`,
  `https://login.microsoftonline.us/${tenant}/v2.0`,
  `https://login.partner.microsoftonline.cn/${tenant}/v2.0`,
  "https://issuer.example",
  "https://issuer.example/",
])("the issuer %s may stand in tokens", (issuer) => {
  expect(issues(issuer)).toEqual([]);
});

// What Entra ID never writes into a token of version 2.0: each would refuse everybody for ever.
test.each([
  [
    "a tenant by its name",
    "https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0",
    "a GUID, not a name",
  ],
  ["every tenant", "https://login.microsoftonline.com/common/v2.0", "no token is issued by all tenants"],
  ["every organisation", "https://login.microsoftonline.com/organizations/v2.0", "no token is issued by all"],
  ["a slash at the end", `https://login.microsoftonline.com/${tenant}/v2.0/`, "no slash at its end"],
  ["version 1.0", `https://sts.windows.net/${tenant}/`, "requestedAccessTokenVersion"],
  ["no version", `https://login.microsoftonline.com/${tenant}`, "/v2.0"],
  [
    "another name of the host",
    `https://login.windows.net/${tenant}/v2.0`,
    "https://login.microsoftonline.com/",
  ],
  ["capitals in the host", `https://Login.MicrosoftOnline.com/${tenant}/v2.0`, "to the letter"],
  [
    "capitals in the tenant",
    "https://login.microsoftonline.com/AAAAAAAA-1111-4111-8111-111111111111/v2.0",
    "letter",
  ],
  ["a port", `https://login.microsoftonline.com:443/${tenant}/v2.0`, "to the letter"],
  [
    "a tenant of another cloud",
    "https://login.microsoftonline.us/contoso/v2.0",
    "https://login.microsoftonline.us/",
  ],
  ["its discovery document", "https://issuer.example/.well-known/openid-configuration", "without the path"],
  ["a blank", "https://issuer.example ", "without blanks"],
])("an issuer with %s is reported at start", (_what, issuer, described) => {
  const found = issues(issuer);
  expect(found.map(({ path }) => path)).toEqual(["TOKEN_ISSUER"]);
  expect(found[0]?.expectation).toContain(described);
});

test.each(["api://swap", `api://${client}`, client.replaceAll("2", "A")])(
  "the audience %s is in no token of version 2.0, and is reported at start",
  (audience) => {
    const found = issues(`https://login.microsoftonline.com/${tenant}/v2.0`, audience);
    expect(found.map(({ path, expectation }) => [path, /client id/.test(expectation)])).toEqual([
      ["TOKEN_AUDIENCE", true],
    ]);
    expect(issues("https://issuer.example", audience)).toEqual([]);
  },
);
