import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../../../src/config/config";

const id = (name: string) =>
  `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/cloudServices/${name}`;
const env = {
  PAIRS_FILE: "pairs.json",
  ServiceBusConnection__fullyQualifiedNamespace: "shop.servicebus.windows.net",
  TOKEN_ISSUER: "https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555/v2.0",
  TOKEN_AUDIENCE: "66666666-7777-4888-8999-000000000000",
};
const abbreviated = JSON.parse(
  readFileSync(join(__dirname, "../../fixtures/abbreviated-zone-in-pairs-file/pair.json"), "utf8"),
) as Record<string, unknown>;

function issuesOf(pair: Record<string, unknown>, defaults = {}): readonly string[] {
  const shop = { blue: id("a"), green: id("b"), ...pair };
  const parsed = parseConfig(env, () => JSON.stringify({ defaults, pairs: { shop } }));
  return parsed.ok ? [] : parsed.issues.map(({ path }) => path.replace("pairs.json.", ""));
}

test("a pair with an abbreviation as its zone is refused at start", () => {
  expect(issuesOf(abbreviated)).toEqual(["pairs.shop.timeZone"]);
});

test.each(["BST", "IST", "EST", "+01:00", "europe/berlin"])(
  "%s is refused wherever a zone is set, with its path",
  (zone) => {
    const night = { cron: "0 2 * * *", zone };
    const schedule = { ...night, name: "nightly", promote: "green", reason: "nightly" };
    const window = { ...night, duration: "1h" };
    const issues = issuesOf(
      { timeZone: zone, window: { allow: [window], deny: [window] }, schedules: [schedule] },
      { timeZone: zone },
    );
    expect([...issues].sort()).toEqual(
      [
        "defaults.timeZone",
        "pairs.shop.window.deny[0].zone",
        "pairs.shop.window.allow[0].zone",
        "pairs.shop.schedules[0].zone",
        "pairs.shop.timeZone",
      ].sort(),
    );
  },
);

test.each(["UTC", "Asia/Kolkata", "US/Eastern", "Etc/GMT-3"])("%s is a valid zone of a pair", (zone) => {
  expect(issuesOf({ ...abbreviated, timeZone: zone })).toEqual([]);
});
