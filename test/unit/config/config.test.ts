import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig, settingNames } from "../../../src/config/config";
import { defaultPolicy } from "../../../src/domain/policy/policy";

const root = join(__dirname, "../../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const id = (name: string) =>
  `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/cloudServices/${name}`;
const env = {
  PAIRS_FILE: "pairs.json",
  ServiceBusConnection:
    "Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=n;SharedAccessKey=canary-key;UseDevelopmentEmulator=true;",
  ARM_ENDPOINT: "http://127.0.0.1:7072",
  TOKEN_ISSUER: "http://127.0.0.1:7073",
  TOKEN_AUDIENCE: "api://swap",
};
const pairs = { pairs: { shop: { blue: id("a"), green: id("b") } } };

function parse(over: Record<string, string | undefined> = {}, file: unknown = pairs) {
  return parseConfig({ ...env, ...over }, () => (typeof file === "string" ? file : JSON.stringify(file)));
}

test("a correct configuration has the product's defaults", () => {
  const parsed = parse();
  expect(parsed).toMatchObject({
    ok: true,
    config: {
      pairs: [{ ...defaultPolicy, name: "shop" }],
      serviceBus: { requestQueue: "swap-requests", eventTopic: "swap-events" },
    },
  });
});

test("a pair's settings replace the file's defaults, and those the product's", () => {
  const parsed = parse(
    {},
    {
      defaults: { readiness: { poll: "10s", stableFor: "1m" } },
      pairs: { shop: { blue: id("a"), green: id("b"), readiness: { poll: "5s" } } },
    },
  );
  expect(parsed).toMatchObject({
    ok: true,
    config: { pairs: [{ readiness: { pollMs: 5_000, stableForMs: 60_000, deadlineMs: 1_800_000 } }] },
  });
});

test("the horizon of requests is the pair's, the file's or 90 days", () => {
  const horizons = (shop: object, defaults: object) => {
    const file = { defaults, pairs: { shop: { blue: id("a"), green: id("b"), ...shop } } };
    const parsed = parse({}, file);
    return parsed.ok ? parsed.config.pairs[0]?.queue : parsed.issues.map(({ path }) => path);
  };
  const day = 86_400_000;
  const standard = { maxQueued: 20, whenBusy: "wait", deadlineMs: 2 * 3_600_000 };
  expect(horizons({}, {})).toEqual({ ...standard, horizonMs: 90 * day });
  expect(horizons({}, { queue: { horizon: "7d" } })).toEqual({ ...standard, horizonMs: 7 * day });
  expect(horizons({ queue: { horizon: "1h" } }, { queue: { horizon: "7d", maxQueued: 3 } })).toEqual({
    ...{ ...standard, maxQueued: 3, horizonMs: 3_600_000 },
  });
  expect(horizons({ queue: { horizon: "59m" } }, {})).toEqual(["pairs.json.pairs.shop.queue.horizon"]);
  expect(horizons({ queue: { horizon: "367d" } }, {})).toEqual(["pairs.json.pairs.shop.queue.horizon"]);
});

test("a pair or field that is repeated in the file is a mistake", () => {
  const pair = `{"blue":"${id("a")}","green":"${id("b")}"`;
  const file = `{"pairs":{"shop":${pair},"window":{},"window":{}},"shop":${pair}}}}`;
  const parsed = parse({}, file);
  expect(parsed.ok ? [] : parsed.issues.map(({ path }) => path)).toEqual([
    "pairs.json.pairs.shop.window",
    "pairs.json.pairs.shop",
  ]);
});

test("every mistake is reported at once, and without secrets", () => {
  const parsed = parse(
    {
      TOKEN_ISSUER: "http://example.test",
      TOKEN_AUDIENCE: undefined,
      ARM_ENDPOINT: "https://evil.example",
      ServiceBusConnection__fullyQualifiedNamespace: "x",
    },
    {
      pairs: {
        SHOP: { blue: "x", green: id("b"), colour: 1, timeZone: "Mars/Olympus", readiness: { poll: "10m" } },
      },
    },
  );
  if (parsed.ok) throw new Error("accepted");
  const text = JSON.stringify(parsed.issues);
  for (const part of [
    "TOKEN_ISSUER",
    "TOKEN_AUDIENCE",
    "ARM_ENDPOINT",
    "ServiceBusConnection",
    "blue",
    "colour",
    "timeZone",
    "poll",
  ])
    expect(text).toContain(part);
  expect(text).not.toContain("canary-key");
});

test("loopback addresses and the emulator are refused in Azure", () => {
  const parsed = parse({ WEBSITE_INSTANCE_ID: "1" });
  if (parsed.ok) throw new Error("accepted");
  expect(parsed.issues.map((c) => c.path).sort()).toEqual([
    "ARM_ENDPOINT",
    "ServiceBusConnection",
    "TOKEN_ISSUER",
  ]);
});

test.each([
  [
    "a service in two pairs",
    { pairs: { a: { blue: id("x"), green: id("y") }, b: { blue: id("Y"), green: id("z") } } },
  ],
  ["a service paired with itself", { pairs: { a: { blue: id("x"), green: id("X") } } }],
  ["no pair", { pairs: {} }],
  ["a file that is no JSON", "{"],
  [
    "a stableFor beyond the deadline",
    { pairs: { a: { blue: id("x"), green: id("y"), readiness: { stableFor: "2h", deadline: "1h" } } } },
  ],
])("%s is refused", (_what, file) => {
  expect(parse({}, file).ok).toBe(false);
});

test("the sample settings are exactly those that the app and its host read", () => {
  const { Values } = JSON.parse(read("local.settings.sample.json")) as { Values: Record<string, string> };
  const host = [
    "AzureWebJobsStorage",
    "FUNCTIONS_WORKER_RUNTIME",
    "FUNCTIONS_NODE_BLOCK_ON_ENTRY_POINT_ERROR",
  ];
  expect(Object.keys(Values).sort()).toEqual([...settingNames, ...host].sort());
  const seen = new Set<string>();
  const spy = new Proxy(
    {},
    {
      get: (_target, name) => {
        seen.add(String(name));
        return undefined;
      },
    },
  );
  parseConfig(spy, () => "{}");
  const signsOfAzure = ["WEBSITE_INSTANCE_ID", "LEGION_SERVICE_HOST", "WEBSITE_POD_NAME"];
  expect([...seen].sort()).toEqual([...settingNames, ...signsOfAzure].sort());
});

test("the sample settings start the app with the sample pairs", () => {
  const { Values } = JSON.parse(read("local.settings.sample.json")) as { Values: Record<string, string> };
  expect(parseConfig(Values, read)).toMatchObject({ ok: true });
});

test("host.json has what durable state and recovery need", () => {
  const host = JSON.parse(read("host.json"));
  expect(host.extensionBundle.version).toBe("[4.*, 5.0.0)");
  // Another hub name is another promotion record; these two bound crash recovery on Azure Storage to 30 and 60 s.
  expect(host.extensions.durableTask).toMatchObject({
    hubName: "CloudServiceSwap",
    defaultVersion: "1.0",
    versionMatchStrategy: "CurrentOrOlder",
    versionFailureStrategy: "Reject",
    storageProvider: {
      workItemQueueVisibilityTimeout: "00:00:30",
      controlQueueVisibilityTimeout: "00:01:00",
    },
  });
  expect(host.extensions.serviceBus.maxConcurrentCalls).toBe(4);
  expect(JSON.parse(read("package.json")).main).toBe("dist/src/app/main.js");
});
