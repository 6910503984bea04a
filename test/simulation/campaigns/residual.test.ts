import { simulate } from "../../support/simulate-command";

interface Tally {
  readonly worlds: number;
  readonly consequences: Readonly<Record<string, number>>;
}

test("effects of a residual risk are counted separately, not as violations", async () => {
  const { code, summary } = await simulate("--residual", "--runs", "0");

  const worst = summary["worst"] as Record<string, Tally>;
  expect(code).toBe(0);
  expect(summary).toMatchObject({ runs: 0, violations: 0 });
  expect(worst["frozen before the write"]).toMatchObject({
    worlds: 1,
    consequences: { "swapped twice for one request": 1, "PUT after the outcome": 1 },
  });
  expect(worst["swapped by hand before the write"]).toMatchObject({
    worlds: 1,
    consequences: { "production given to what had not been asked for": 1 },
  });
  expect(worst["undone by hand before it was seen"]).toMatchObject({
    worlds: 1,
    consequences: { "swapped twice for one request": 1 },
  });
}, 60_000);
