import { parseConfig } from "../../../src/config/config";

const id = (name: string) =>
  `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/cloudServices/${name}`;
const cloud = {
  PAIRS_FILE: "pairs.json",
  ServiceBusConnection__fullyQualifiedNamespace: "shop.servicebus.windows.net",
  TOKEN_ISSUER: "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0",
  TOKEN_AUDIENCE: "22222222-2222-4222-8222-222222222222",
};
const pair = { blue: id("a"), green: id("b") };

function parse(over: Record<string, string | undefined> = {}, file: unknown = { pairs: { shop: pair } }) {
  return parseConfig({ ...cloud, ...over }, () => (typeof file === "string" ? file : JSON.stringify(file)));
}

function mistakes(over: Record<string, string | undefined> = {}, file?: unknown) {
  const parsed = parse(over, file);
  return parsed.ok ? [] : parsed.issues.map(({ path }) => path);
}

test.each([
  ["readiness", { poll: "30s", stableFor: "20s" }],
  ["readiness", { stableFor: "10m", deadline: "10m" }],
  ["swap", { poll: "30s", operationDeadline: "20s" }],
  ["verification", { poll: "30s", deadline: "20s" }],
])("durations of %s that do not fit (%j) are reported next to other mistakes", (group, durations) => {
  const file = { pairs: { shop: { ...pair, [group]: durations }, other: { blue: 1, green: id("c") } } };
  expect(mistakes({}, file)).toEqual(["pairs.json.pairs.other.blue", `pairs.json.pairs.shop.${group}`]);
  const shared = { defaults: { [group]: durations }, pairs: { shop: pair } };
  expect(mistakes({}, shared)).toEqual([`pairs.json.defaults.${group}`]);
});
