import { simulate } from "../support/simulate-command";

// What broke and the command that replays it come first: a report may be cut.
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

test("a slot that only its own address tells counts as read, as it does for the product (small world 71000201)", async () => {
  const { code, lines } = await simulate("--small", "--replay", "71000201");
  const reads = lines.filter((line) => line.includes("activity=readTruth"));
  expect(reads.map((line) => /side=(\w+) {2}slot=(\w+)/.exec(line)?.slice(1).join(": "))).toEqual([
    ...["green: none", "blue: Staging", "green: Production"],
  ]);
  expect(code).toBe(0);
});
