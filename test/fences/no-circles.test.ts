import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";

const root = join(__dirname, "../..");

type Graph = ReadonlyMap<string, readonly string[]>;

/** Which file of a folder imports which, types included. */
function importsIn(folder: string): Graph {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/probe-\w\.ts$/.test(name))
    .map((name) => join(folder, name));
  return new Map(
    files.map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), "utf8"));
      const targets = importedFiles
        .filter(({ fileName }) => fileName.startsWith("."))
        .map(({ fileName }) => relative(root, `${join(root, dirname(file), fileName)}.ts`));
      return [file, targets.filter((target) => files.includes(target))];
    }),
  );
}

/** The files that a file reaches by imports, itself only where there is a circle. */
function reachedFrom(graph: Graph, start: string): Set<string> {
  const reached = new Set<string>();
  const open = [...(graph.get(start) ?? [])];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    open.push(...(graph.get(file) ?? []));
  }
  return reached;
}

function inCircles(graph: Graph): string[] {
  return [...graph.keys()].filter((file) => reachedFrom(graph, file).has(file));
}

test.each([
  ["src", 150],
  ["local", 150],
  ["test/simulation", 100],
])("no file of %s imports itself by way of others, types included", (folder, leastFiles) => {
  const graph = importsIn(folder);
  expect(graph.size).toBeGreaterThan(leastFiles);
  expect(inCircles(graph)).toEqual([]);
});

test("a circle would be found", () => {
  const graph = new Map([
    ["a", ["b"]],
    ["b", ["c", "d"]],
    ["c", ["b"]],
    ["d", []],
  ]);
  expect(inCircles(graph)).toEqual(["b", "c"]);
});
