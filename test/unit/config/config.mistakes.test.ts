import fc from "fast-check";
import { parseConfig } from "../../../src/config/config";
import { cloud, mistakes, pair, parse, serviceId } from "../../support/parsed-config";

const canary = "hunter2-canary";
const local = { ...cloud, ServiceBusConnection__fullyQualifiedNamespace: undefined };

test.each(["WEBSITE_INSTANCE_ID", "LEGION_SERVICE_HOST", "WEBSITE_POD_NAME"])(
  "with %s the app is in Azure, and refuses loopback addresses",
  (sign) => {
    const laptop = {
      ...local,
      ARM_ENDPOINT: "http://localhost:7072",
      TOKEN_ISSUER: "https://127.0.0.1:7073",
      ServiceBusConnection: "Endpoint=sb://localhost;SharedAccessKeyName=n;SharedAccessKey=k;",
    };
    expect(mistakes(laptop)).toEqual([]);
    expect(mistakes({ ...laptop, [sign]: "1" })).toEqual([
      "ServiceBusConnection",
      "ARM_ENDPOINT",
      "TOKEN_ISSUER",
    ]);
    expect(parse({ [sign]: "1" })).toMatchObject({ ok: true, config: { identity: { inAzure: true } } });
  },
);

test.each([
  "http://127.0.0.2",
  "http://127.1",
  "https://[::1]",
  "https://[::ffff:127.0.0.1]",
  "https://0.0.0.0",
  "https://issuer.localhost",
  "https://localhost.",
])("the issuer %s is a loopback address", (TOKEN_ISSUER) => {
  expect(mistakes({ TOKEN_ISSUER })).toEqual([]);
  expect(mistakes({ TOKEN_ISSUER, WEBSITE_INSTANCE_ID: "1" })).toEqual(["TOKEN_ISSUER"]);
});

test.each([
  "https://management.azure.com/subscriptions",
  "https://management.azure.com:8443",
  "https://management.azure.com.evil.test",
  "https://management.azure.com@evil.test",
  "http://management.azure.com",
  "https://management.azure.com?x=1",
  "ftp://management.azure.com",
  "management.azure.com",
])("the endpoint %s is refused", (ARM_ENDPOINT) => {
  expect(mistakes({ ARM_ENDPOINT })).toEqual(["ARM_ENDPOINT"]);
});

test("a wrong audience is reported beside settings that are missing", () => {
  expect(mistakes({ PAIRS_FILE: undefined, TOKEN_AUDIENCE: "api://swap" }).sort()).toEqual([
    "PAIRS_FILE",
    "TOKEN_AUDIENCE",
  ]);
});

test("an endpoint with a slash at its end is the same endpoint", () => {
  const parsed = parse({ ARM_ENDPOINT: "https://management.usgovcloudapi.net/" });
  expect(parsed).toMatchObject({
    config: { resourceManager: { endpoint: "https://management.usgovcloudapi.net" } },
  });
});

test("an issuer is kept exactly: tokens may name theirs with a slash at its end", () => {
  const TOKEN_ISSUER = "https://issuer.example/";
  expect(parse({ TOKEN_ISSUER })).toMatchObject({ ok: true, config: { identity: { issuer: TOKEN_ISSUER } } });
});

test.each([
  [
    "the emulator, written with spaces",
    "Endpoint=sb://sb.test;SharedAccessKey=k;UseDevelopmentEmulator = True",
    true,
  ],
  ["a broker on loopback", "Endpoint=sb://127.0.0.1:5672/;SharedAccessKey=k", true],
  [
    "a string of one queue",
    `Endpoint=sb://sb.test/;SharedAccessKey=${canary};EntityPath=swap-requests`,
    false,
  ],
  ["a string of something else", `AccountName=x;AccountKey=${canary}`, false],
])("the connection string of %s is refused and not shown", (_what, ServiceBusConnection, onlyInAzure) => {
  const given = { ...local, ServiceBusConnection };
  expect(mistakes(given)).toEqual(onlyInAzure ? [] : ["ServiceBusConnection"]);
  const parsed = parse({ ...given, WEBSITE_INSTANCE_ID: "1" });
  expect(parsed).toMatchObject({ ok: false, issues: [{ path: "ServiceBusConnection" }] });
  expect(JSON.stringify(parsed)).not.toContain(canary);
});

test.each(["sb://shop.servicebus.windows.net", "https://shop.servicebus.windows.net/", "shop"])(
  "the namespace %s is not a host name",
  (ServiceBusConnection__fullyQualifiedNamespace) => {
    expect(mistakes({ ServiceBusConnection__fullyQualifiedNamespace })).toEqual([
      "ServiceBusConnection__fullyQualifiedNamespace",
    ]);
  },
);

test("a secret in the wrong setting is reported without the secret", () => {
  const pasted = `Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=${canary}`;
  const over = Object.fromEntries(
    ["REQUEST_QUEUE", "EVENT_TOPIC", "TOKEN_AUDIENCE", "AZURE_CLIENT_ID", "PAIRS_FILE"].map((n) => [
      n,
      `${pasted} x`,
    ]),
  );
  const parsed = parseConfig(
    { ...cloud, ...over, TOKEN_ISSUER: `http://user:${canary}@x.test`, ARM_ENDPOINT: pasted },
    () => "{",
  );
  if (parsed.ok) throw new Error("accepted");
  expect(parsed.issues.map(({ path }) => path).sort()).toEqual(
    [...Object.keys(over), "TOKEN_ISSUER", "ARM_ENDPOINT"].sort(),
  );
  expect(JSON.stringify(parsed)).not.toContain(canary);
});

test("every mistake of a pairs file is reported at once", () => {
  const file = {
    colour: 1,
    defaults: { queue: { maxQueued: 31 } },
    pairs: {
      SHOP: { ...pair, timeZone: "Mars/Olympus" },
      again: {
        blue: serviceId("B"),
        green: serviceId("c"),
        swap: { poll: "61s", putTimeout: "121s", claimWindow: "61s" },
      },
      third: { blue: serviceId("d"), green: "d", queue: { deadline: "31d" }, readiness: { poll: "0s" } },
    },
  };
  const parsed = parse({}, file);
  const described = parsed.ok ? [] : parsed.issues;
  expect(described.map(({ path }) => path).sort()).toEqual(
    [
      "colour",
      "defaults.queue.maxQueued",
      "pairs.SHOP",
      "pairs.SHOP.timeZone",
      "pairs.again.blue",
      "pairs.again.swap.claimWindow",
      "pairs.again.swap.poll",
      "pairs.again.swap.putTimeout",
      "pairs.third.green",
      "pairs.third.queue.deadline",
      "pairs.third.readiness.poll",
    ].map((path) => `pairs.json.${path}`),
  );
  expect(JSON.stringify(described)).not.toMatch(/Invalid input|Too (?:small|big)|Unrecognized/);
});

test("a pairs file with a byte order mark is read", () => {
  expect(parse({}, `\u{feff}${JSON.stringify({ pairs: { shop: pair } })}`).ok).toBe(true);
});

test("a pairs file that cannot be read is an issue with its path and the reason", () => {
  const parsed = parseConfig(cloud, () => {
    throw new Error("ENOENT: no such file");
  });
  expect(parsed).toEqual({
    ok: false,
    issues: [{ path: "PAIRS_FILE", value: "pairs.json", expectation: expect.stringContaining("ENOENT") }],
  });
});

test("no pairs file makes the parser throw, and other content is never accepted", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.dictionary(fc.string(), fc.jsonValue()).map((pairs) => ({ pairs })),
      ),
      (file) => {
        const parsed = parse({}, file);
        expect(parsed.ok).toBe(false);
      },
    ),
  );
});

test("names from Object.prototype pollute nothing", () => {
  const text = `{"pairs": {"__proto__": {"polluted": true}, "shop": ${JSON.stringify(pair)}}}`;
  expect(mistakes({}, text)).toEqual(["pairs.json.pairs.__proto__"]);
  expect(({} as { polluted?: true }).polluted).toBeUndefined();
});

test("no pair may have the name all, which stands for every pair in the API", () => {
  expect(mistakes({}, { pairs: { all: pair } })).toEqual(["pairs.json.pairs.all"]);
});
