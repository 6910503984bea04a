import type { Measured } from "./benchmark";
import { machineLine, type Machine } from "./machine";
import { markdownTable } from "./table";

export interface Occasion {
  readonly machine: Machine;
  /** Day of the measurement, YYYY-MM-DD. */
  readonly date: string;
}

/** The benchmarks among these for which a page has no place: between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`. */
export function withoutSection(page: string, names: readonly string[]): string[] {
  return names.filter((name) => placeOf(page, name) === undefined);
}

/** Rewrites the places of every benchmark that ran; the rest of the page stays. */
export function rewritePage(page: string, measured: readonly Measured[], occasion: Occasion): string {
  return measured.reduce((text, one) => {
    const place = placeOf(text, one.name);
    if (!place) throw new Error(`the page has no place for ${one.name}`);
    return `${text.slice(0, place.from)}\n\n${section(one, occasion)}\n\n${text.slice(place.to)}`;
  }, page);
}

function placeOf(page: string, name: string): { from: number; to: number } | undefined {
  const open = `<!-- bench:${name} -->`;
  const [at, to] = [page.indexOf(open), page.indexOf(`<!-- /bench:${name} -->`)];
  return at < 0 || to < at ? undefined : { from: at + open.length, to };
}

function section({ name, rows }: Measured, { machine, date }: Occasion): string {
  const made = `\`npm run bench -- --only ${name}\` on ${date}: ${machineLine(machine)}.`;
  return `${made}\n\n${markdownTable(rows)}`;
}
