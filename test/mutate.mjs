// How many planted mistakes in src/domain its own tests notice, file by file; at least 85 % must be noticed.
// usage: npm run mutate [-- <file>…], such as `npm run mutate -- settlement`. Writes the table of docs/how-we-know-mutation.md.
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "prettier";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const least = 85;

// A mistake is shown to the tests of its neighbourhood only: all tests for each of thousands would take hours.
const groups = [
  [
    ["pair-people", "pair-answers"],
    ["pair-people", "pair-line", "pair-operations", "pair-properties"],
  ],
  [
    ["pair-operations", "pair"],
    ["pair-line", "pair-operations", "pair-people", "pair-properties"],
  ],
  [["settlement"], ["settlement", "settlement-told", "decision-properties"]],
  [
    ["attempt-decision", "after-attempt", "attempt"],
    ["attempt-decision", "after-attempt", "settlement", "decision-properties"],
  ],
  [
    ["acceptance", "outcome", "index-page", "janitor"],
    ["ledger-tables", "promotion", "promotion-properties", "chore-properties"],
  ],
  [
    ["readiness", "instance-state"],
    ["readiness", "instance-state", "decision-properties"],
  ],
  [["promotion"], ["promotion", "promotion-properties"]],
  [
    ["verification", "observation"],
    ["verification", "settlement", "decision-properties"],
  ],
  [
    ["planning", "policy", "retirement"],
    ["planning", "prerequisites", "retirement", "decision-properties"],
  ],
  [
    ["prerequisites", "prerequisites-network"],
    ["prerequisites", "planning"],
  ],
  [
    ["completion-event", "events", "promotion-view", "swap-request"],
    ["promotion", "promotion-properties", "planning"],
  ],
  [["codes"], ["codes"]],
  [["canonical-json"], ["canonical-json"]],
];

const noticed = ["Killed", "Timeout"];
const missed = ["Survived", "NoCoverage"];

/** Mutates the files of one group; what became of every mutant, by file. */
function mutate(files, tests) {
  const report = join(root, "node_modules/.cache/stryker/report.json");
  mkdirSync(dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const env = { ...process.env, MUTATE_FILES: files.join(","), MUTATE_TESTS: tests.join(",") };
  const bin = join(root, "node_modules/@stryker-mutator/core/bin/stryker.js");
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, [bin, "run"], {
    cwd: root,
    env,
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  appendFileSync(join(dirname(report), "survivors.txt"), stdout);
  try {
    const parsed = JSON.parse(readFileSync(report, "utf8"));
    return Object.entries(parsed.files).map(([path, { mutants }]) => {
      const count = (statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
      return { name: path.replace("src/domain/", ""), noticed: count(noticed), missed: count(missed) };
    });
  } catch (cause) {
    throw new Error(
      `mutating ${files.join(", ")} brought no report (exit ${status}, signal ${signal}):\n${stdout.slice(-2_000)}\n${stderr.slice(-2_000)}`,
      { cause },
    );
  }
}

const score = (row) => (100 * row.noticed) / Math.max(1, row.noticed + row.missed);

const asked = process.argv.slice(2);
const survivors = join(root, "node_modules/.cache/stryker/survivors.txt");
rmSync(survivors, { force: true });
const rows = [];
for (const [files, tests] of groups) {
  const wanted = asked.length === 0 ? files : files.filter((name) => asked.includes(name));
  if (wanted.length === 0) continue;
  for (const row of mutate(wanted, tests)) {
    if (row.noticed + row.missed === 0) continue;
    rows.push(row);
    console.log(
      `${row.name}: ${row.noticed} of ${row.noticed + row.missed} noticed, ${score(row).toFixed(1)} %`,
    );
  }
}

// The page keeps what was measured before of the files that were not asked for.
const page = join(root, "docs/how-we-know-mutation.md");
const [head] = readFileSync(page, "utf8").split("\n| File");
const earlier = [...readFileSync(page, "utf8").matchAll(/^\| (\S+\.ts) +\| (\d+) +\| (\d+) +\|/gm)]
  .map(([, name, planted, found]) => ({ name, noticed: Number(found), missed: planted - found }))
  .filter(({ name }) => !rows.some((row) => row.name === name));
const known = [...rows, ...earlier].sort((a, b) => (a.name < b.name ? -1 : 1));
const sum = (part) => known.reduce((total, row) => total + row[part], 0);
const total = { name: "all", noticed: sum("noticed"), missed: sum("missed") };
const lines = [...known, total].map(
  (row) => `| ${row.name} | ${row.noticed + row.missed} | ${row.noticed} | ${score(row).toFixed(1)} % |`,
);
const table = ["| File | Mistakes planted | Noticed | Score |", "| --- | --- | --- | --- |", ...lines].join(
  "\n",
);
writeFileSync(page, await format(`${head.trimEnd()}\n\n${table}\n`, { parser: "markdown", printWidth: 110 }));
console.log(
  `all that is known: ${total.noticed} of ${total.noticed + total.missed}, ${score(total).toFixed(1)} %`,
);
console.log("survivors: node_modules/.cache/stryker/survivors.txt");
process.exitCode = score(total) >= least ? 0 : 1;
