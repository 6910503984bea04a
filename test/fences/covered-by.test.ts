import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../..");
const folders = ["activities", "orchestrations", "entities"] as const;

/** The rows of a folder's README: source file to named tests. */
function rowsOf(folder: string): ReadonlyMap<string, readonly string[]> {
  const page = readFileSync(join(root, "test/unit", folder, "README.md"), "utf8");
  const rows = page.matchAll(/^\| `([^`]+\.ts)` +\|([^|]*)\|/gm);
  return new Map(
    [...rows].map(([, file = "", cell = ""]) => [
      file,
      [...cell.matchAll(/`([^`]+)`/g)].map(([, test = ""]) => test),
    ]),
  );
}

/** Files that git tracks: another test plants files in src while it runs. */
const sourcesOf = (folder: string) =>
  execFileSync("git", ["ls-files", `src/${folder}`], { cwd: root, encoding: "utf8" })
    .trim()
    .split("\n")
    .map((name) => name.slice(`src/${folder}/`.length));

test.each(folders)("test/unit/%s/README.md has a row for every source file, and no other", (folder) => {
  expect([...rowsOf(folder).keys()].sort()).toEqual(sourcesOf(folder).sort());
});

test.each(folders)("every row of test/unit/%s/README.md names tests that exist", (folder) => {
  const rows = [...rowsOf(folder)];
  const wrong = rows.filter(([, tests]) => tests.length === 0 || !tests.every(isTest));
  expect(wrong).toEqual([]);
});

function isTest(path: string): boolean {
  return /^test\/.+\.test\.ts$/.test(path) && existsSync(join(root, path));
}

test.each(folders)("every unit test of src/%s is in the row of its source file", (folder) => {
  const rows = rowsOf(folder);
  const units = readdirSync(join(root, "test/unit", folder), { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".test.ts"));
  const lost = units.filter((name) => {
    const source = name.replace(/(\.[a-z-]+)?\.test\.ts$/, ".ts");
    return !rows.get(source)?.includes(`test/unit/${folder}/${name}`);
  });
  expect(lost).toEqual([]);
});
