import { readFileSync } from "node:fs";
import { join } from "node:path";
import { catalog } from "../../bench/catalog";
import { percentile } from "../../bench/distribution";
import { parseBenchOptions } from "../../bench/options";
import { rewritePage, withoutSection } from "../../bench/page";
import { worldFlags } from "../../bench/world-flags";
import { formatNumber, markdownTable, plainTable } from "../../bench/table";

const known = ["engine", "start"];
const occasion = {
  machine: { cores: 2, cpu: "a processor", memoryGiB: 8, node: "v20.19.0", platform: "linux x64" },
  date: "2026-11-24",
};
const engine = { name: "engine", title: "Engine", rows: [{ what: "runs", value: 1, unit: "s" }] };

test("an unknown benchmark is refused with the list of known ones", () => {
  expect(parseBenchOptions(["--only", "engine,sart"], known)).toEqual({
    issue: 'there is no benchmark "sart"; there are: engine, start',
  });
});

test("benchmarks run in the order of the catalog, all of them unless some are named", () => {
  expect(parseBenchOptions([], known)).toMatchObject({ names: ["engine", "start"] });
  expect(parseBenchOptions(["--only", "start,engine"], known)).toMatchObject({ names: ["engine", "start"] });
});

test("rewrites only between a benchmark's markers, and a second time changes nothing", () => {
  const page = "# A\n\n<!-- bench:engine -->\nold\n<!-- /bench:engine -->\n\nafter\n";
  const rewritten = rewritePage(page, [engine], occasion);
  expect(rewritten).toMatch(/^# A\n\n<!-- bench:engine -->\n\n.*2026-11-24.*2 cores[^]*\| runs/);
  expect(rewritten).toMatch(/<!-- \/bench:engine -->\n\nafter\n$/);
  expect(rewritten).not.toContain("old");
  expect(rewritePage(rewritten, [engine], occasion)).toBe(rewritten);
});

test("a page without a benchmark's place is refused; docs/measured.md has all", () => {
  expect(withoutSection("# A\n", ["engine"])).toEqual(["engine"]);
  expect(() => rewritePage("# A\n", [engine], occasion)).toThrow("no place for engine");
  const page = readFileSync(join(__dirname, "../../docs/measured.md"), "utf8");
  expect(withoutSection(page, Object.keys(catalog))).toEqual([]);
});

test("columns are as wide as their widest cell, numbers to the right", () => {
  const rows = [
    { what: "a", value: 12345.6, unit: "ms" },
    { what: "longer", value: 0.01234, unit: "per second", aim: "≥ 5" },
  ];
  expect(plainTable(rows).split("\n")[3]).toBe("  longer  0.0123  per second  ≥ 5");
  expect(markdownTable(rows).split("\n")).toEqual([
    "| what   |  value | unit       | aim | baseline |",
    "| ------ | -----: | ---------- | --- | -------- |",
    "| a      | 12,346 | ms         |     |          |",
    "| longer | 0.0123 | per second | ≥ 5 |          |",
  ]);
});

test("numbers are shown with three significant digits, whole above a thousand", () => {
  expect([0.98765, 4, 46.349, 999.6, 1234567.8].map(formatNumber)).toEqual([
    "0.988",
    "4",
    "46.3",
    "1,000",
    "1,234,568",
  ]);
});

test("a percentile is a sample that was seen", () => {
  expect(percentile([3, 1, 2, 10], 0.5)).toBe(2);
  expect(percentile([3, 1, 2, 10], 0.99)).toBe(10);
  expect(percentile([], 0.5)).toBeNaN();
});

test("benchmarks run under the options of npm start", () => {
  const flags = worldFlags(join(__dirname, "../.."));
  expect(flags).toContain("--max-old-space-size=900");
  expect(flags.every((flag) => flag.startsWith("--"))).toBe(true);
});
