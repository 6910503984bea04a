import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const longest = 80;

/** The first name of a chain of calls: `test` of `test.each(rows)("title", run)`. */
function nameOf(node: ts.Expression): string {
  if (ts.isCallExpression(node) || ts.isPropertyAccessExpression(node)) return nameOf(node.expression);
  if (ts.isTaggedTemplateExpression(node)) return nameOf(node.tag);
  return node.getText();
}

/** Titles as written: placeholders and expressions of a template are not replaced. */
function titlesOf(source: ts.SourceFile): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isCallExpression(node) || !/^(?:test|it|describe)$/.test(nameOf(node.expression))) return;
    const [title] = node.arguments;
    if (title && ts.isStringLiteralLike(title)) titles.push(title.text);
    if (title && ts.isTemplateExpression(title)) titles.push(title.getText().slice(1, -1));
  };
  visit(source);
  return titles;
}

const parse = (text: string) => titlesOf(ts.createSourceFile("a.ts", text, ts.ScriptTarget.ES2022, true));

const tests = join(__dirname, "..");
const files = readdirSync(tests, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".test.ts"),
);

test("a test title has at most 80 characters", () => {
  const titles = files.flatMap((file) =>
    parse(readFileSync(join(tests, file), "utf8")).map((title) => ({ file, title })),
  );
  expect(titles.length).toBeGreaterThan(400);
  expect(titles.filter(({ title }) => title.length > longest)).toEqual([]);
});

test.each([
  'test("x", run);',
  'it.only("x", run);',
  'describe.each(["a", "b"])("x", run);',
  "test.each([[1, 2]])(`x`, run);",
  "test.each`\n a | b \n ${1} | ${2} \n`('x', run);",
])("%j has one title", (text) => {
  expect(parse(text)).toEqual(["x"]);
});

test("a template counts as written", () => {
  expect(parse("test(`seed ${seed} of ${all}`, run);")).toEqual(["seed ${seed} of ${all}"]);
});
