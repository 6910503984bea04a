// Runs every check, even after a failure. The last line is "N passed, N failed": tests, plus one for each other failed check.
// usage: npm run check [-- <arguments for jest>]
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Each lane needs about one core and a minute. Tests run later, since some plant files that lint would report. */
const lanes = [["check:lint"], ["check:format", "check:types", "check:dead"]];

const windows = process.platform === "win32";
const results = [];

/** Runs one npm script and prints its output at the end, so that parallel scripts do not mix theirs. */
async function run(script, args = [], shown = "after") {
  const started = performance.now();
  const child = spawn(windows ? "npm.cmd" : "npm", ["run", "--silent", script, ...args], {
    stdio: ["ignore", ...(shown === "live" ? ["inherit", "inherit"] : ["pipe", "pipe"])],
    shell: windows,
  });
  const chunks = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => chunks.push(chunk));
  const passed = await new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("close", (code) => resolve(code === 0));
  });
  const seconds = Math.round((performance.now() - started) / 1000);
  results.push({ script, passed, seconds });
  const output = Buffer.concat(chunks).toString().trimEnd();
  console.log(`${passed ? "ok    " : "FAILED"} ${script} (${seconds} s)${passed ? "" : `\n${output}`}`);
  return passed;
}

/** Runs jest. A missing report means a failed build or a killed jest and counts as one failure. */
async function runTests() {
  const folder = mkdtempSync(join(tmpdir(), "check-"));
  try {
    const file = join(folder, "report.json");
    const jest = ["--json", `--outputFile=${file}`, ...process.argv.slice(2)];
    const ok = await run("test", ["--", ...jest], "live");
    const report = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
    const { numPassedTests = 0, numFailedTests = 0, numRuntimeErrorTestSuites = 0 } = report;
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    return { passed: numPassedTests, failed: ok ? failed : Math.max(failed, 1) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await Promise.all(
  lanes.map(async (lane) => {
    for (const script of lane) await run(script);
  }),
);
const tests = await runTests();

console.log("");
for (const { script, passed, seconds } of results)
  console.log(`${passed ? "ok    " : "FAILED"} ${script} (${seconds} s)`);
const broken = results.filter(({ script, passed }) => script !== "test" && !passed).length;
console.log(`${tests.passed} passed, ${tests.failed + broken} failed`);
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
