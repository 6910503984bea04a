import { parsePairsFile } from "../../../src/config/pairs-file";
import { defaultPolicy } from "../../../src/domain/policy/policy";

const id = (name: string) =>
  `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/cloudServices/${name}`;

function parse(pair: object, defaults?: object) {
  const file = {
    ...(defaults ? { defaults } : {}),
    pairs: { shop: { blue: id("a"), green: id("b"), ...pair } },
  };
  const { policies, issues } = parsePairsFile(file);
  return { policy: policies[0], issues: issues.map(({ path }) => path) };
}

const probe = { name: "home", url: "https://shop.example/health" };

test("a pair without settings has the product's soak, no probes and a rollback", () => {
  const { policy } = parse({});
  expect(policy?.soak).toEqual(defaultPolicy.soak);
  expect(policy && "probes" in policy).toBe(false);
  expect(policy?.rollback).toBe("automatic");
});

test("each setting of the pair replaces the file's", () => {
  const { policy } = parse(
    { soak: { for: "10m", consecutiveErrors: 0 } },
    { soak: { for: "1m", every: "5s", failures: 2 }, rollback: "never", probes: [probe] },
  );
  expect(policy?.soak).toEqual({ forMs: 600_000, everyMs: 5_000, failures: 2, consecutiveErrors: 0 });
  expect(policy?.rollback).toBe("never");
  expect(policy?.probes).toEqual([{ ...probe, expect: {}, timeoutMs: 5_000 }]);
  expect(parse({ probes: [] }, { probes: [probe] }).policy).not.toHaveProperty("probes");
});

test("a probe keeps all its expectations", () => {
  const expect_ = {
    status: 204,
    header: { name: "X-Version", matches: "^v2" },
    json: { path: "$.checks[0].ok", equals: true },
    maxLatencyMs: 800,
  };
  const whole = { ...probe, incomingUrl: "https://staging.shop.example/", expect: expect_, timeout: "3s" };
  const { timeout: _text, ...rest } = whole;
  expect(parse({ probes: [whole] }).policy?.probes).toEqual([{ ...rest, timeoutMs: 3_000 }]);
});

test("a soak of 0s is off", () => {
  expect(parse({ soak: { for: "0s" } })).toMatchObject({ policy: { soak: { forMs: 0 } }, issues: [] });
});

test.each<[string, object, string]>([
  ["a look outside the soak", { soak: { for: "5s", every: "10s" } }, "$.pairs.shop.soak"],
  ["a budget that is no number", { soak: { failures: "none" } }, "$.pairs.shop.soak.failures"],
  ["another word", { rollback: "maybe" }, "$.pairs.shop.rollback"],
  ["two probes of one name", { probes: [probe, probe] }, "$.pairs.shop.probes[1].name"],
  [
    "six probes",
    { probes: Array.from({ length: 6 }, (_, i) => ({ ...probe, name: `p${i}` })) },
    "$.pairs.shop.probes",
  ],
  ["an address of another kind", { probes: [{ ...probe, url: "ftp://x/" }] }, "$.pairs.shop.probes[0].url"],
  [
    "credentials in an address",
    { probes: [{ ...probe, url: "https://u:p@x/" }] },
    "$.pairs.shop.probes[0].url",
  ],
  ["a fragment in an address", { probes: [{ ...probe, url: "https://x/#a" }] }, "$.pairs.shop.probes[0].url"],
  ["a wrong name", { probes: [{ ...probe, name: "Home Page" }] }, "$.pairs.shop.probes[0].name"],
  [
    "a pattern that is none",
    { probes: [{ ...probe, expect: { header: { name: "x", matches: "(" } } }] },
    "$.pairs.shop.probes[0].expect.header.matches",
  ],
  [
    "a path that is none",
    { probes: [{ ...probe, expect: { json: { path: "status", equals: 1 } } }] },
    "$.pairs.shop.probes[0].expect.json.path",
  ],
  [
    "a status that is none",
    { probes: [{ ...probe, expect: { status: 99 } }] },
    "$.pairs.shop.probes[0].expect.status",
  ],
])("%s is a mistake, reported with its place", (_what, pair, path) => {
  expect(parse(pair).issues).toEqual([path]);
});

test("every mistake is reported at once", () => {
  const pair = { soak: { for: "1w", failures: -1 }, probes: [{ name: "", url: "x" }], rollback: 1 };
  expect(parse(pair).issues).toEqual([
    "$.pairs.shop.soak.for",
    "$.pairs.shop.soak.failures",
    "$.pairs.shop.probes[0].name",
    "$.pairs.shop.probes[0].url",
    "$.pairs.shop.rollback",
  ]);
});
