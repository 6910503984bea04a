import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../..");
const page = readFileSync(join(root, "docs/test-rows.md"), "utf8");
const rows = [...page.matchAll(/^\| (\d+) +\|.*\|$/gm)].map(([line, number]) => ({
  number: Number(number),
  tests: [...line.matchAll(/`(test\/[^`]+\.ts)`: (.*?)(?=<br>| +\|$)/g)].map(([, file, title]) => ({
    file: file ?? "",
    title: (title ?? "").trim(),
  })),
}));
test("the page of the 23 tests has each row once, and each names a test", () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 23 }, (_, i) => i + 1));
  expect(rows.filter(({ tests }) => tests.length === 0).map(({ number }) => number)).toEqual([]);
});

test("every test that the page names is in the file it names", () => {
  const missing = rows
    .flatMap(({ tests }) => tests)
    .filter(({ file, title }) => !readFileSync(join(root, file), "utf8").includes(title));
  expect(missing).toEqual([]);
});
