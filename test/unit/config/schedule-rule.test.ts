import { parsePairsFile } from "../../../src/config/pairs-file";

const id = (name: string) =>
  `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/cloudServices/${name}`;
const parse = (...schedules: readonly unknown[]) =>
  parsePairsFile({
    pairs: { shop: { blue: id("a"), green: id("b"), timeZone: "Europe/Berlin", schedules } },
  });
const weekly = { name: "weekly", cron: "0 2 * * TUE", promote: "green", reason: "the weekly release" };

test("a schedule is in its pair's zone and expires after 30 minutes by default", () => {
  const { schedules, issues } = parse(weekly, {
    ...{ ...weekly, name: "other", zone: "UTC", expiresAfter: "1h", expect: { version: "2" } },
  });
  expect(issues).toEqual([]);
  expect(schedules).toEqual([
    { ...weekly, pair: "shop", zone: "Europe/Berlin", expiresAfterMs: 1_800_000 },
    {
      ...weekly,
      name: "other",
      pair: "shop",
      zone: "UTC",
      expiresAfterMs: 3_600_000,
      expect: { version: "2" },
    },
  ]);
});

test("schedules are no part of a plan", () => {
  expect(parse(weekly).policies[0]).not.toHaveProperty("schedules");
});

test("names and times are unique in a pair, and staging needs a version", () => {
  const mistakes = parse(weekly, weekly, { ...weekly, name: "x", cron: "0 3 * * *", promote: "staging" });
  const place = "$.pairs.shop.schedules";
  expect(mistakes.issues.map(({ path, expectation }) => `${path}: ${expectation}`)).toEqual([
    `${place}[1].name: a name that no other schedule of the pair has`,
    `${place}[1].cron: other times than weekly has`,
    `${place}[2].promote: blue, green, or an expected version`,
  ]);
});

test("every mistake of a schedule is reported at once", () => {
  const wrong = {
    name: "Weekly!",
    cron: "0 2 * *",
    promote: "red",
    reason: " ",
    expiresAfter: "2d",
    zone: "x",
    y: 1,
  };
  expect(
    parse(wrong)
      .issues.map(({ path }) => path.replace("$.pairs.shop.schedules[0].", ""))
      .sort(),
  ).toEqual(["cron", "expiresAfter", "name", "promote", "reason", "y", "zone"]);
});
