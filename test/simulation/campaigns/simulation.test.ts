import { simulate } from "../../support/simulate-command";

// The violation and the command to replay it come first, because a report may be cut.
test("250 worlds break no invariant, and none draws a residual risk", async () => {
  for (const options of [
    ["--seed", "1", "--small", "--runs", "235"],
    ["--seed", "1001", "--runs", "15"],
  ]) {
    const { code, lines, summary } = await simulate(...options);

    expect(code === 0 ? [] : lines.filter((line) => /^VIOLATION|^replay/.test(line))).toEqual([]);
    expect(summary).toMatchObject({ violations: 0, residual: 0 });
    expect(summary["runs"]).toBe(Number(options.at(-1)));
  }
}, 300_000);
