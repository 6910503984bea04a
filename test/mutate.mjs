// How many planted mistakes in src/domain its own tests notice, file by file; at least 85 % must be noticed.
// usage: npm run mutate [-- <file>…], such as `npm run mutate -- settlement`. Writes the table of docs/how-we-know-mutation.md.
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "prettier";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const page = join(root, "docs/how-we-know-mutation.md");
const survivors = join(root, "node_modules/.cache/stryker/survivors.txt");
const least = 85;

// A mistake is shown to the tests of its neighbourhood only: all tests for each of thousands would take hours.
const groups = [
  [
    ["pair-people", "pair-answers"],
    ["pair-people", "pair-line", "pair-operations", "pair-properties"],
  ],
  [
    ["pair-operations", "pair"],
    ["pair-line", "pair-operations", "pair-people", "pair-swap-back", "lost-attempts"],
  ],
  [["settlement"], ["settlement", "settlement-told", "decision-properties"]],
  [
    ["attempt-decision", "after-attempt", "attempt"],
    ["attempt-decision", "after-attempt", "settlement", "decision-properties", "rollback"],
  ],
  [
    ["acceptance", "outcome", "index-page", "reconciler"],
    ["promotion record-tables", "promotion", "promotion-properties", "reconcile action-properties"],
  ],
  [["readiness"], ["readiness", "readiness-told"]],
  [["instance-state"], ["instance-state"]],
  [["promotion"], ["promotion", "promotion-told", "promotion-kept", "gate-told"]],
  [
    ["verification", "observation"],
    ["verification", "verification-told"],
  ],
  [
    ["planning", "policy", "retirement", "plan", "swap-request", "waiting"],
    ["planning", "planning-told", "retirement", "promotion-kept", "plan"],
  ],
  [["prerequisites"], ["prerequisites", "prerequisites-told"]],
  [["prerequisites-network"], ["prerequisites-told", "prerequisites-network-told"]],
  [
    ["completion-event", "events", "promotion-view"],
    ["promotion-shown", "promotion-kept"],
  ],
  [["codes", "codes-gate", "codes-deployment window", "codes-soak", "codes-way-back"], ["codes"]],
  [
    ["gate", "vote"],
    ["gate", "gate-properties"],
  ],
  [["promotion-gate", "approval-view"], ["gate-told"]],
  [["deployment window-told"], ["window", "deployment window-told"]],
  [["hold"], ["pair-people", "pair-operations"]],
  [
    ["audit-chain", "audit-page", "audited-gate", "audited-pair", "audited-promotion"],
    ["audit-chain", "audited-*"],
  ],
  [["audit-verification", "audit-lines", "audit-export"], ["audit-findings"]],
  [
    ["shown-time", "watch-told", "alerts"],
    ["promotion-shown", "shown-time"],
  ],
  [["side-readiness"], ["side-readiness", "promotion-told"]],
  [["attempt-told"], ["attempt-told", "promotion-told"]],
  [["canonical-json"], ["canonical-json"]],
];

// A file in none of them has tests of its own, named after it.
const domain = readdirSync(join(root, "src/domain")).filter((name) => name.endsWith(".ts"));
const alone = domain
  .map((name) => name.replace(".ts", ""))
  .filter((name) => !groups.some(([files]) => files.includes(name)))
  .map((name) => [[name], [name, `${name}-*`]]);

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
  appendFileSync(survivors, stdout);
  try {
    const parsed = JSON.parse(readFileSync(report, "utf8"));
    return files.map((name) => {
      const { mutants } = parsed.files[`src/domain/${name}.ts`] ?? { mutants: [] };
      const count = (statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
      return { name: `${name}.ts`, noticed: count(noticed), missed: count(missed), when: head };
    });
  } catch (cause) {
    throw new Error(
      `mutating ${files.join(", ")} brought no report (exit ${status}, signal ${signal}):\n${stdout.slice(-2_000)}\n${stderr.slice(-2_000)}`,
      { cause },
    );
  }
}

const head = spawnSync("git", ["log", "-1", "--format=%cs, %h"], {
  cwd: root,
  encoding: "utf8",
}).stdout.trim();

const ran = ({ noticed, missed }) => noticed + missed;
const score = (row) => (ran(row) === 0 ? "–" : `${((100 * row.noticed) / ran(row)).toFixed(1)} %`);
const all = (list) => ({
  name: "all",
  noticed: list.reduce((sum, row) => sum + row.noticed, 0),
  missed: list.reduce((sum, row) => sum + row.missed, 0),
});

/** Writes the page: of files that were not measured now it keeps what is known. */
async function record(rows) {
  const text = readFileSync(page, "utf8");
  const known = [...text.matchAll(/^\| (\S+\.ts) +\| (\d+) +\| (\d+) +\|[^|]+\| (.*?) +\|$/gm)]
    .map(([, name, planted, found, when]) => ({
      name,
      noticed: Number(found),
      missed: planted - found,
      when,
    }))
    .filter(({ name }) => domain.includes(name) && !rows.some((row) => row.name === name))
    .concat(rows)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines = [...known, all(known)].map(
    (row) => `| ${row.name} | ${ran(row)} | ${row.noticed} | ${score(row)} | ${row.when ?? ""} |`,
  );
  const open = domain.filter((name) => !known.some((row) => row.name === name));
  const written = [
    text.split("\n| File")[0].trimEnd(),
    [
      "| File | Mistakes planted | Noticed | Score | Measured at |",
      "| --- | --- | --- | --- | --- |",
      ...lines,
    ].join("\n"),
    ...(open.length > 0 ? [`Not measured yet: ${open.join(", ")}.`] : []),
  ].join("\n\n");
  writeFileSync(page, await format(written, { parser: "markdown", printWidth: 110 }));
  return all(known);
}

rmSync(survivors, { force: true });
const asked = process.argv.slice(2);
const rows = [];
let total;
for (const [files, tests] of [...groups, ...alone]) {
  const wanted = asked.length === 0 ? files : files.filter((name) => asked.includes(name));
  if (wanted.length === 0) continue;
  for (const row of mutate(wanted, tests)) {
    rows.push(row);
    console.log(`${row.name}: ${row.noticed} of ${ran(row)} noticed, ${score(row)}`);
  }
  total = await record(rows);
}
if (!total) throw new Error(`src/domain has no file named ${asked.join(" or ")}`);
console.log(`all that is known: ${total.noticed} of ${ran(total)}, ${score(total)}`);
console.log("survivors: node_modules/.cache/stryker/survivors.txt");
process.exitCode = total.noticed >= (least / 100) * ran(total) ? 0 : 1;
