import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The pitfalls of docs/pitfalls.md: nineteen known ones, nine measured on the real extension. */
const pitfalls = [...Array.from({ length: 19 }, (_, i) => String(i + 1)), ..."A B C D E F G H I".split(" ")];

const tests = join(__dirname, "..");
const page = readFileSync(join(__dirname, "../../docs/pitfalls.md"), "utf8");

/** Test titles by the pitfalls they start with: `7: …`, `16, G: …`. */
function titlesIn(folder: string, files: RegExp): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const file of readdirSync(join(tests, folder)).filter((name) => files.test(name))) {
    const source = readFileSync(join(tests, folder, file), "utf8");
    for (const [, names = "", claim = ""] of source.matchAll(
      /"((?:\d{1,2}|[A-I])(?:, (?:\d{1,2}|[A-I]))*): ([^"]+)"/g,
    ))
      for (const name of names.split(", ")) found.set(name, [...(found.get(name) ?? []), claim]);
  }
  return found;
}

const engine = titlesIn("local/durable-engine", /^pitfalls.*\.test\.ts$/);
const product = titlesIn("pitfalls", /\.test\.ts$/);

test("every pitfall has a test of the engine and a test of the product", () => {
  const table = pitfalls.map((name) => ({
    pitfall: name,
    engine: engine.get(name)?.length ?? 0,
    product: product.get(name)?.length ?? 0,
  }));
  const lines = table.map(
    (row) => `${row.pitfall.padStart(3)}  engine ${row.engine}  product ${row.product}`,
  );
  process.stdout.write(`pitfalls and the tests that name them\n${lines.join("\n")}\n`);
  expect(table.filter((row) => row.engine === 0 || row.product === 0)).toEqual([]);
});

test("docs/pitfalls.md has a row for each pitfall and names every test", () => {
  const titles = [...engine.values(), ...product.values()].flat();
  expect(pitfalls.filter((name) => !page.includes(`\n| ${name} `))).toEqual([]);
  expect(titles.filter((title) => !page.includes(title))).toEqual([]);
});
