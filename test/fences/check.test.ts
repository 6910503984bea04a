import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What `npm run check` makes of a package whose scripts are these; the others pass at once. */
function check(scripts: Record<string, string>): { lines: string[]; status: number | null } {
  const folder = mkdtempSync(join(tmpdir(), "checked-"));
  try {
    const passing = ["check:format", "check:lint", "check:types", "check:dead"].map((name) => [
      name,
      "exit 0",
    ]);
    const manifest = { scripts: { ...Object.fromEntries(passing), test: "node tests.js", ...scripts } };
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
    writeFileSync(
      join(folder, "tests.js"),
      `const file = process.argv.find((argument) => argument.startsWith("--outputFile=")).slice(13);
       const counts = { numPassedTests: 7, numFailedTests: process.argv.includes("failing") ? 2 : 0 };
       require("node:fs").writeFileSync(file, JSON.stringify(counts));
       process.exit(counts.numFailedTests);`,
    );
    const { stdout, status } = spawnSync(process.execPath, [join(__dirname, "../check.mjs")], {
      cwd: folder,
      encoding: "utf8",
    });
    return { lines: stdout.trim().split("\n"), status };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("a package whose checks all pass counts its tests and exits with 0", () => {
  const { lines, status } = check({});
  expect(lines.at(-1)).toBe("7 passed, 0 failed");
  expect(status).toBe(0);
});

test("a check that fails shows its output, hides no later check and counts as failed", () => {
  const { lines, status } = check({
    "check:lint": "echo an unused variable && exit 1",
    "check:format": "echo one file is not formatted && exit 2",
    test: "node tests.js failing",
  });
  expect(lines).toEqual(expect.arrayContaining(["an unused variable", "one file is not formatted"]));
  expect(lines.filter((line) => /^ok {4} check:(?:types|dead)/.test(line)).length).toBe(4);
  expect(lines.at(-1)).toBe("7 passed, 4 failed");
  expect(status).toBe(1);
});

test("tests that end without a report count as one failure", () => {
  const { lines, status } = check({ test: "echo the build failed && exit 1" });
  expect(lines).toContain("the build failed");
  expect(lines.at(-1)).toBe("0 passed, 1 failed");
  expect(status).toBe(1);
});
