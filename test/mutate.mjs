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

/** The files of the domain, such as `swap/settlement.ts`. */
const domain = readdirSync(join(root, "src/domain"), { recursive: true })
  .map((name) => name.replaceAll("\\", "/"))
  .filter((name) => name.endsWith(".ts"));

const noticed = ["Killed", "Timeout"];
const missed = ["Survived", "NoCoverage"];

/** Mutates one file before the tests of its module: all tests for each of thousands of mistakes would take hours. */
function mutate(name) {
  const report = join(root, "node_modules/.cache/stryker/report.json");
  mkdirSync(dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const env = { ...process.env, MUTATE_FILE: name };
  const bin = join(root, "node_modules/@stryker-mutator/core/bin/stryker.js");
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, [bin, "run"], {
    cwd: root,
    env,
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  appendFileSync(survivors, stdout);
  try {
    const { mutants } = JSON.parse(readFileSync(report, "utf8")).files[`src/domain/${name}`] ?? {
      mutants: [],
    };
    const count = (statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
    return { name, noticed: count(noticed), missed: count(missed), when: head };
  } catch (cause) {
    throw new Error(
      `mutating ${name} brought no report (exit ${status}, signal ${signal}):\n${stdout.slice(-2_000)}\n${stderr.slice(-2_000)}`,
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
for (const name of domain) {
  const isAsked = asked.some((each) => `/${name}`.endsWith(`/${each.replace(/\.ts$/, "")}.ts`));
  if (asked.length > 0 && !isAsked) continue;
  const row = mutate(name);
  rows.push(row);
  console.log(`${row.name}: ${row.noticed} of ${ran(row)} noticed, ${score(row)}`);
  total = await record(rows);
}
if (!total) throw new Error(`src/domain has no file named ${asked.join(" or ")}`);
console.log(`all that is known: ${total.noticed} of ${ran(total)}, ${score(total)}`);
console.log("survivors: node_modules/.cache/stryker/survivors.txt");
process.exitCode = total.noticed >= (least / 100) * ran(total) ? 0 : 1;
