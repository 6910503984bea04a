import { simulate } from "../support/simulate-command";

test("freshly seeded worlds, as many as fit into 15 s, break no invariant, and none draws a residual risk", async () => {
  const { code, lines, summary } = await simulate("--seconds", "15", "--runs", "1000000");
  const { runs, promotions, faults, firstSeed } = summary;
  process.stdout.write(
    `simulated ${String(runs)} worlds from seed ${String(firstSeed)}: ${String(promotions)} promotions, ${String(faults)} faults\n`,
  );

  // What broke and the command that replays it come first: a report may be cut.
  expect(code === 0 ? [] : lines.filter((line) => /^VIOLATION|^replay/.test(line))).toEqual([]);
  expect(summary).toMatchObject({ violations: 0, residual: 0 });
  expect(runs).toBeGreaterThan(0);
}, 300_000);
