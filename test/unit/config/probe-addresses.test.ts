import { parsePairsFile } from "../../../src/config/pairs-file";
import { parseConfig } from "../../../src/config/config";
import { idOf } from "../../support/observations";

/** Probes that the outbound door would refuse are complained about before the app starts. */
const fileWith = (url: string, incomingUrl?: string) => ({
  pairs: {
    shop: { blue: idOf("blue"), green: idOf("green"), probes: [{ name: "home", url, incomingUrl }] },
  },
});
const mistakesIn = (file: object, inAzure: boolean) => parsePairsFile(file, inAzure).issues;

test.each([
  ...[
    "http://127.0.0.1:7071/",
    "http://localhost/",
    "https://shop.localhost/",
    "http://[::1]/",
    "http://2130706433/",
  ],
  ...["http://0.0.0.0/", "http://[::ffff:127.0.0.1]/"],
])("%s is refused in Azure, and allowed elsewhere", (url) => {
  expect(mistakesIn(fileWith(url), true)).toEqual([
    {
      path: "$.pairs.shop.probes[0].url",
      value: new URL(url).origin,
      expectation: "no probe at a loopback address in Azure",
    },
  ]);
  expect(mistakesIn(fileWith(url), false)).toEqual([]);
});

test.each([
  "http://169.254.169.254/",
  "http://168.63.129.16/",
  "http://[fe80::1]/",
  "http://[64:ff9b::a9fe:a9fe]/",
  "http://[64:ff9b::7f00:1]/",
  "http://[2002:7f00:1::]/",
  "http://[2002:5db8:d822::1]/",
])("%s is refused everywhere", (url) => {
  for (const inAzure of [true, false])
    expect(mistakesIn(fileWith(url), inAzure)).toMatchObject([
      { expectation: "no link-local, metadata, NAT64 or 6to4 address" },
    ]);
});

test("the incoming address is judged too, with its own path", () => {
  const found = mistakesIn(fileWith("https://shop.example/", "http://localhost/"), true);
  expect(found.map(({ path }) => path)).toEqual(["$.pairs.shop.probes[0].incomingUrl"]);
});

test("public names and named private addresses are left to the connection", () => {
  for (const url of ["https://shop.example/", "http://10.1.2.3/", "http://[fd12::1]/"])
    expect(mistakesIn(fileWith(url), true)).toEqual([]);
});

test("the app does not start with such an address, and the issue has its place", () => {
  const probes = [{ name: "home", url: "http://localhost:7071/?key=canary" }];
  const file = { pairs: { shop: { blue: idOf("blue"), green: idOf("green"), probes } } };
  const env = {
    ...{ PAIRS_FILE: "pairs.json", TOKEN_ISSUER: "https://login.example/v2.0", TOKEN_AUDIENCE: "api://swap" },
    ...{ ServiceBusConnection__fullyQualifiedNamespace: "shop.servicebus.windows.net" },
  };
  const parse = (more: Readonly<Record<string, string>>) =>
    parseConfig({ ...env, ...more }, () => JSON.stringify(file));
  expect(parse({})).toMatchObject({ ok: true });
  const refused = parse({ WEBSITE_INSTANCE_ID: "1" });
  expect(refused).toMatchObject({ ok: false, issues: [{ path: "pairs.json.pairs.shop.probes[0].url" }] });
  expect(JSON.stringify(refused)).not.toContain("canary");
});
