import type { Caught, PlantedFault } from "./planted-fault";
import { plantedFaults } from "./planted-faults";

type Row = readonly string[];

/** The result of planted faults as Markdown: numbers, by category, each fault, and those that only tests catch. */
export function reportOf(caught: readonly Caught[], when: string): string {
  const worlds = caught.reduce((sum, { runs }) => sum + runs, 0);
  const numbers = `${when}: ${foundIn(caught)} of ${caught.length} caught by the simulator alone, ${worlds} worlds.`;
  const left = plantedFaults.filter(({ onlyBy }) => onlyBy);
  const others = `Only unit tests catch these ${left.length}:`;
  return [numbers, byCategory(caught, left), oneByOne(caught), others, onlyByTests(left)].join("\n\n");
}

function byCategory(caught: readonly Caught[], left: readonly PlantedFault[]): string {
  const categories = [...new Set(plantedFaults.map(({ category }) => category))];
  const rows = categories.flatMap((category): Row[] => {
    const own = caught.filter(({ fault }) => fault.category === category);
    const byTests = left.filter((fault) => fault.category === category).length;
    if (own.length + byTests === 0) return [];
    const needed = own.flatMap(({ invariant, runs }) => (invariant ? [runs] : [])).sort((a, b) => a - b);
    const median = needed[Math.floor((needed.length - 1) / 2)] ?? 0;
    const counts = [own.length, foundIn(own), byTests, median, needed.at(-1) ?? 0];
    return [[category, ...counts.map(String)]];
  });
  const head = ["Category", "Played", "Caught", "Only by unit tests", "Worlds, median", "Most"];
  return tableOf(head, rows);
}

function oneByOne(caught: readonly Caught[]): string {
  const head = ["Fault", "Category", "Rule of", "Theme", "Caught by", "After worlds", "Seed"];
  const rows = caught.map(({ fault: { name, category, rule, theme }, invariant, runs, seed }) => {
    return [name, category, rule, theme ?? "", invariant ?? "not caught", String(runs), String(seed ?? "")];
  });
  return tableOf(head, rows);
}

function onlyByTests(left: readonly PlantedFault[]): string {
  const head = ["Fault", "Category", "Rule of", "Why no world shows it", "Caught by"];
  const rows = left.map(({ name, category, rule, onlyBy }) => {
    return [name, category, rule, onlyBy?.because ?? "", `\`${onlyBy?.test ?? ""}\``];
  });
  return tableOf(head, rows);
}

function foundIn(caught: readonly Caught[]): number {
  return caught.filter(({ invariant }) => invariant).length;
}

function tableOf(head: Row, rows: readonly Row[]): string {
  const widths = head.map((_, n) => Math.max(...[head, ...rows].map((row) => row[n]?.length ?? 0)));
  const line = (row: Row) => `| ${row.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
