import fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { simulate } from "../support/simulate-command";

/** `npm test` says the same to everybody: fresh seeds are for `npm run simulate` and `npm run chaos`, which print them. */
const folder = join(__dirname, "..");
/** The command itself draws a seed from the clock when it is given none. */
const commands = ["simulation/campaigns/simulate.ts"];

const isClock = (text: string) => /^(?:Date|performance)\.now$|^process\.hrtime/.test(text);
const isChance = (text: string) =>
  /^Math\.random$|^(?:crypto\.)?(?:randomInt|randomBytes|getRandomValues)$/.test(text);

/** Places where a seed could come from chance, or from a clock: the rest of a division, or whatever is called a seed. */
function freshSeeds(source: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node, isSeed: boolean): void => {
    const named =
      (ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node) || ts.isParameter(node)) &&
      /seed|fresh/i.test(node.name.getText());
    const seeding =
      (ts.isCallExpression(node) || ts.isNewExpression(node)) &&
      /seed|Dice|World$/.test(node.expression.getText());
    const rest = ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PercentToken;
    const within = isSeed || named || seeding || rest;
    if (ts.isCallExpression(node)) {
      const called = node.expression.getText();
      if (isChance(called) || (within && isClock(called)))
        found.push(`${source.fileName}: ${node.getText()}`);
    }
    ts.forEachChild(node, (child) => {
      visit(child, within);
    });
  };
  visit(source, false);
  return found;
}

const parsed = (name: string, text: string) => ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);

/** Written and removed by the suite that plants violations, which may run beside this one. */
const planted = /probe-\w\.ts$/;

test("no suite draws a seed", () => {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) =>
      name.endsWith(".ts") && !planted.test(name) && !name.startsWith("fixtures") && !commands.includes(name),
  );
  expect(files.length).toBeGreaterThan(200);
  const found = files.flatMap((name) => freshSeeds(parsed(name, readFileSync(join(folder, name), "utf8"))));
  expect(found).toEqual([]);
});

test.each([
  "const seed = Date.now();",
  "const start = Date.now() % 4_294_967_296;",
  "fc.assert(p, { seed: performance.now() });",
  "const dice = new Dice(Number(process.hrtime.bigint()));",
  "const n = Math.floor(Math.random() * 10);",
  "const n = randomInt(7);",
  "const random = seededRandom(Date.now());",
])("%s would be seen", (text) => {
  expect(freshSeeds(parsed("a.ts", text))).toHaveLength(1);
});

test("properties are tried with one seed, in this file as in every other", () => {
  expect(fc.readConfigureGlobal().seed).toEqual(expect.any(Number));
  expect(fc.sample(fc.integer(), 20)).toEqual(fc.sample(fc.integer(), 20));
});

test("a suite that names no world is refused", () => {
  expect(() => simulate("--small", "--runs", "3")).toThrow("names the seed");
});
