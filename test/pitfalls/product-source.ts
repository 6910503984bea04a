import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";

const root = join(__dirname, "../..");

/** One piece of the product's source and its location. */
export interface Found<N extends ts.Node> {
  readonly node: N;
  readonly file: string;
  readonly text: string;
}

const folder = join(root, "src");
const nodes: readonly Found<ts.Node>[] = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .flatMap((name) => {
    const path = join(folder, name);
    const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2022, true);
    const found: Found<ts.Node>[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isThrowStatement(node) || ts.isCallExpression(node) || ts.isNewExpression(node))
        found.push({ node, file: relative(root, path), text: node.getText() });
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });

/** Every throw, call or `new` in `src/<folder>`, or in all folders. */
export function findNodes<N extends ts.Node>(
  is: (node: ts.Node) => node is N,
  budget = "",
): readonly Found<N>[] {
  return nodes.filter(
    (found): found is Found<N> => is(found.node) && found.file.startsWith(join("src", budget)),
  );
}

/** Calls of a method or function by the last part of its name, such as `createTimer`. */
export function callsOf(name: string, budget = ""): readonly Found<ts.CallExpression>[] {
  return findNodes(ts.isCallExpression, budget).filter(({ node: { expression } }) => {
    const called = ts.isPropertyAccessExpression(expression) ? expression.name : expression;
    return ts.isIdentifier(called) && called.text === name;
  });
}
