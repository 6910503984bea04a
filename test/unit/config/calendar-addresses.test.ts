import { parseConfig } from "../../../src/config/config";

const id = (name: string) =>
  `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/cloudServices/${name}`;
const env = {
  PAIRS_FILE: "pairs.json",
  ServiceBusConnection__fullyQualifiedNamespace: "shop.servicebus.windows.net",
  TOKEN_ISSUER: "https://login.example/v2.0",
  TOKEN_AUDIENCE: "api://swap",
};

function parse(window: unknown, more: Record<string, string> = {}, defaults: unknown = {}) {
  const shop = { blue: id("a"), green: id("b"), timeZone: "Europe/Berlin", window };
  return parseConfig({ ...env, ...more }, () => JSON.stringify({ defaults, pairs: { shop } }));
}

function issuesOf(window: unknown, more: Record<string, string> = {}) {
  const parsed = parse(window, more);
  return parsed.ok ? [] : parsed.issues.map(({ path, expectation }) => `${path}: ${expectation}`);
}

test("a calendar's setting must have an https address, which is never shown", () => {
  const window = { freezes: [{ calendarSetting: "FREEZES" }] };
  expect(issuesOf(window)).toEqual(["FREEZES: the https address of a calendar"]);
  for (const address of ["http://canary.example/", "canary", "https://canary:pw@calendar.example/"]) {
    const parsed = parse(window, { FREEZES: address });
    expect(parsed).toMatchObject({ ok: false, issues: [{ path: "FREEZES", value: "(not shown)" }] });
    expect(JSON.stringify(parsed)).not.toContain("canary");
  }
});

test("a calendar on a loopback address is a mistake in Azure only", () => {
  const window = { freezes: [{ calendar: "http://127.0.0.1:8080/f.ics" }, { calendarSetting: "FREEZES" }] };
  const settings = { FREEZES: "http://localhost/f.ics" };
  expect(issuesOf(window, settings)).toEqual([]);
  expect(issuesOf(window, { ...settings, WEBSITE_INSTANCE_ID: "1" })).toEqual([
    "FREEZES: no calendar on a loopback address in Azure",
    "PAIRS_FILE: no calendar on a loopback address in Azure",
  ]);
});
