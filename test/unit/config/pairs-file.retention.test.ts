import { parsePairsFile } from "../../../src/config/pairs-file";

const DAY = 86_400_000;
const id = (name: string) =>
  `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/cloudServices/${name}`;

function parse(retain?: unknown, defaults?: unknown) {
  const { retention, issues } = parsePairsFile({
    ...(defaults === undefined ? {} : { defaults: { retain: defaults } }),
    pairs: { shop: { blue: id("a"), green: id("b"), ...(retain === undefined ? {} : { retain }) } },
  });
  return { ms: retention.get("shop"), issues: issues.map(({ path }) => path) };
}

test("promotions are kept for 400 days, or as the file or the pair says", () => {
  expect(parse()).toEqual({ ms: 400 * DAY, issues: [] });
  expect(parse(undefined, "90d").ms).toBe(90 * DAY);
  expect(parse("30d", "90d").ms).toBe(30 * DAY);
  expect(parse("3650d").ms).toBe(3_650 * DAY);
});

test.each(["29d", "3651d", "1h", "", "for ever", 400, null])("a retention of %j is refused", (retain) => {
  expect(parse(retain).issues).toEqual(["$.pairs.shop.retain"]);
  expect(parse(undefined, retain).issues).toEqual(["$.defaults.retain"]);
});
