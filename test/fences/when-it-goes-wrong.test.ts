import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Outcome } from "../../src/domain/kernel/outcome";
import { codes } from "../../src/domain/kernel/reason-codes";
import { alertCodes } from "../../src/domain/promotion/events";

const page = readFileSync(join(__dirname, "../../docs/when-it-goes-wrong.md"), "utf8");

/** A section's text, up to the next heading. */
function section(heading: string): string {
  const [, rest] = page.split(`\n### ${heading}\n`);
  return (rest ?? "").split(/\n##+ /)[0] ?? "";
}

const outcomes: Record<Outcome, true> = {
  ...{ promoted: true, unchanged: true, refused: true, rejected: true },
  ...{ expired: true, cancelled: true, "rolled-back": true, halted: true },
};

test.each(Object.keys(outcomes))("the outcome %s has its section for the person on call", (outcome) => {
  expect(section(`\`${outcome}\``).length).toBeGreaterThan(100);
});

test.each(alertCodes)("the alert %s has its section for the person on call", (code) => {
  expect(section(`Alert \`${code}\``).length).toBeGreaterThan(100);
});

test("every reason for a halt has its row: how Azure is, and what to do", () => {
  const halts = Object.entries(codes).filter(([, { exit }]) => exit === 8);
  const rows = [...section("`halted`").matchAll(/^\| `([a-z-]+)` +\| \S.* \| \S.* \|$/gm)].map(
    ([, code]) => code,
  );
  expect(rows.sort()).toEqual(halts.map(([code]) => code).sort());
});

test("every section of the page is about an existing outcome or alert", () => {
  const headings = [...page.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
  const known = [...Object.keys(outcomes).map((o) => `\`${o}\``), ...alertCodes.map((c) => `Alert \`${c}\``)];
  expect(headings.filter((heading) => !known.includes(heading ?? ""))).toEqual([]);
});
