import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** Folders of test/unit that mirror src file by file. */
const folders = ["domain", "contracts", "config"];

/** Folders whose tests have the names of source files; scenarios cover the rest of these files. */
const named = [...folders, "adapters", "app", "triggers"];

/** Files whose functions only build schemas: the tests of the schemas that use them cover them. */
const covered: Readonly<Record<string, string>> = {
  "contracts/described": "contracts/events",
};

const root = join(__dirname, "../..");
const filesIn = (folder: string, ending: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    // Another test plants such files while it runs.
    .filter((name) => name.endsWith(ending) && !/probe-\w\.ts$/.test(name))
    .map((name) => name.slice(0, -ending.length));

/** The source file that a test file mirrors: `pair/pair.properties.test.ts` tests `pair/pair.ts`. */
const mirrored = (test: string) => test.replace(/\.[a-z-]+$/, "");

function hasLogic(text: string): boolean {
  const isLogic = (node: ts.Node): boolean =>
    ((ts.isFunctionDeclaration(node) || ts.isArrowFunction(node) || ts.isMethodDeclaration(node)) &&
      node.body !== undefined) ||
    (ts.forEachChild(node, isLogic) ?? false);
  return isLogic(ts.createSourceFile("a.ts", text, ts.ScriptTarget.ES2022, true));
}

test.each(named)("every test of test/unit/%s has the name of a source file", (folder) => {
  const tests = filesIn(`test/unit/${folder}`, ".test.ts");
  expect(tests.length).toBeGreaterThan(0);
  const lost = tests.filter((name) => !existsSync(join(root, "src", folder, `${mirrored(name)}.ts`)));
  expect(lost).toEqual([]);
});

test.each(folders)("every source file of src/%s with logic has a test of its name", (folder) => {
  const tests = filesIn(`test/unit/${folder}`, ".test.ts");
  const untested = filesIn(`src/${folder}`, ".ts").filter(
    (name) =>
      hasLogic(readFileSync(join(root, "src", folder, `${name}.ts`), "utf8")) &&
      !(`${folder}/${name}` in covered) &&
      !tests.includes(name),
  );
  expect(untested).toEqual([]);
});

test.each(Object.entries(covered))("%s is covered by the test of %s", (file, by) => {
  expect(hasLogic(readFileSync(join(root, "src", `${file}.ts`), "utf8"))).toBe(true);
  expect(existsSync(join(root, "test/unit", `${by}.test.ts`))).toBe(true);
});

test.each([
  ["export function f(): number { return 1; }", true],
  ["export const f = (n: number) => n + 1;", true],
  ["export interface A { f(): void }\nexport const b = { c: 1 } as const;", false],
])("whether %j has logic: %s", (text, expected) => {
  expect(hasLogic(text)).toBe(expected);
});
