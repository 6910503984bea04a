import type { Row } from "./benchmark";

const columns = ["what", "value", "unit", "aim", "baseline"] as const;

/** Aligned plain text, numbers to the right. */
export function plainTable(rows: readonly Row[]): string {
  const { cells, widths } = layOut(rows);
  const rule = widths.map((width) => "-".repeat(width));
  const [head, ...rest] = cells.map((row) => padded(row, widths));
  return [head, rule, ...rest].map((row) => `  ${(row ?? []).join("  ").trimEnd()}`).join("\n");
}

/** The same as Markdown, padded as the formatter pads it. */
export function markdownTable(rows: readonly Row[]): string {
  const { cells, widths } = layOut(rows);
  const rule = widths.map((width, i) => (i === 1 ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  const [head, ...rest] = cells.map((row) => padded(row, widths));
  return [head, rule, ...rest].map((row) => `| ${(row ?? []).join(" | ")} |`).join("\n");
}

/** Three significant digits below a thousand, thousands grouped above. */
export function formatNumber(value: number): string {
  const rounded = Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
  return rounded.toLocaleString("en-US", { maximumFractionDigits: 6 });
}

function layOut(rows: readonly Row[]): { cells: string[][]; widths: number[] } {
  const cells = [
    [...columns],
    ...rows.map((row) => [row.what, formatNumber(row.value), row.unit, row.aim ?? "", row.baseline ?? ""]),
  ];
  const widths = columns.map((_, i) => Math.max(3, ...cells.map((row) => row[i]?.length ?? 0)));
  return { cells, widths };
}

function padded(row: readonly string[], widths: readonly number[]): string[] {
  return row.map((cell, i) => (i === 1 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)));
}
