import type { Measured } from "./benchmark";
import { machineLine, type Machine } from "./machine";
import { markdownTable } from "./table";

export interface Occasion {
  readonly machine: Machine;
  /** Day of the measurement, YYYY-MM-DD. */
  readonly date: string;
}

/**
 * Rewrites what stands between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->` for every benchmark that ran; the rest
 * of the page stays. A benchmark without its pair of markers is an error.
 */
export function rewritePage(page: string, measured: readonly Measured[], occasion: Occasion): string {
  return measured.reduce((text, one) => {
    const [open, close] = [`<!-- bench:${one.name} -->`, `<!-- /bench:${one.name} -->`];
    const [from, to] = [text.indexOf(open), text.indexOf(close)];
    if (from < 0 || to < from) throw new Error(`the page has no section between ${open} and ${close}`);
    return `${text.slice(0, from + open.length)}\n\n${section(one, occasion)}\n\n${text.slice(to)}`;
  }, page);
}

function section({ name, rows }: Measured, { machine, date }: Occasion): string {
  const made = `\`npm run bench -- --only ${name}\` on ${date}: ${machineLine(machine)}.`;
  return `${made}\n\n${markdownTable(rows)}`;
}
