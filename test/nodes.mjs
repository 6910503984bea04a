// Builds and tests with every supported Node version, each installed from the npm package `node`.
// usage: npm run test:nodes [-- <arguments for jest>]
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const versions = ["20.20.2", "22.23.3", "24.21.0"];

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const windows = process.platform === "win32";

/** Installs one version below node_modules/.cache, once, and returns its binary. */
function install(version) {
  const folder = join(root, "node_modules/.cache/nodes", version);
  const binary = join(folder, "node_modules/node/bin", windows ? "node.exe" : "node");
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    const flags = ["--no-save", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts=false"];
    const args = ["install", "--prefix", folder, ...flags, `node@${version}`];
    const { status } = spawnSync(windows ? "npm.cmd" : "npm", args, {
      stdio: ["ignore", "ignore", "inherit"],
      shell: windows,
    });
    if (status !== 0 || !existsSync(binary))
      throw new Error(`node ${version} could not be installed from the registry`);
  }
  return binary;
}

function run(binary, args, stdio) {
  const env = { ...process.env, PATH: `${dirname(binary)}${delimiter}${process.env["PATH"] ?? ""}` };
  return spawnSync(binary, args, { cwd: root, env, stdio, encoding: "utf8", maxBuffer: 256 * 1024 * 1024 });
}

/** One text per failed test: its name and the first lines of its message. */
function failuresOf({ testResults }) {
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const failed = assertionResults.filter(({ status }) => status === "failed");
    if (failed.length === 0 && assertionResults.length === 0 && message) return [`${name}: ${message}`];
    return failed.map(
      ({ fullName, failureMessages }) =>
        `${fullName}\n    ${failureMessages[0]?.split("\n").slice(0, 6).join("\n    ")}`,
    );
  });
}

/** Builds and tests with one version. Returns the number of failures. */
function judge(version) {
  const binary = install(version);
  const reported = run(binary, ["-v"]).stdout.trim();
  if (reported !== `v${version}`) throw new Error(`${binary} says it is ${reported}`);
  const folder = mkdtempSync(join(tmpdir(), "nodes-"));
  try {
    const build = run(binary, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"]);
    if (build.status !== 0) {
      console.log(`node ${reported}: the build failed\n${build.stdout}`);
      return 1;
    }
    const report = join(folder, "report.json");
    const jest = [
      join(root, "node_modules/jest/bin/jest.js"),
      "--silent",
      "--json",
      `--outputFile=${report}`,
    ];
    const { status, signal, stderr } = run(
      binary,
      [...jest, ...process.argv.slice(2)],
      ["ignore", "ignore", "pipe"],
    );
    const result = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : undefined;
    const passed = result?.numPassedTests ?? 0;
    const failed = result ? result.numFailedTests + result.numRuntimeErrorTestSuites : 1;
    for (const failure of result
      ? failuresOf(result)
      : [`jest ended without a report (${signal ?? status})\n${stderr.slice(-2_000)}`])
      console.log(`  ${failure}`);
    console.log(`node ${reported}: ${passed} passed, ${failed} failed`);
    return failed + (failed === 0 && status !== 0 ? 1 : 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const failed = versions.map(judge).reduce((sum, count) => sum + count, 0);
process.exitCode = failed === 0 ? 0 : 1;
