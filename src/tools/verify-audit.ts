import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { digest } from "../adapters/digest";
import { type AuditFinding, type AuditVerdict, nothingCompared, verifyAudit } from "../domain/audit/verify";

const USAGE = "usage: npm run verify-audit -- EXPORT --pair KEY [--events FILE]";

/**
 * `npm run verify-audit`: reports which entry of a pair's export breaks its chain. Exit codes: 0 intact, 1 broken or
 * nothing to compare, 2 unreadable.
 */
function main(args: readonly string[]): number {
  const options = parseArguments(args);
  if (!options) {
    console.error(USAGE);
    return 2;
  }
  try {
    const lines = linesOf(readFileSync(options.file, "utf8"));
    const events = options.events === undefined ? [] : eventsOf(readFileSync(options.events, "utf8"));
    const verified = verifyAudit(options.pair, lines, events, digest);
    const idle = nothingCompared(verified, options.events !== undefined);
    const verdict = idle ? { ...verified, findings: [...verified.findings, idle] } : verified;
    printVerdict(verdict, options.events);
    return verdict.findings.length === 0 ? 0 : 1;
  } catch (fault) {
    console.error(`cannot be read: ${fault instanceof Error ? fault.message : String(fault)}`);
    return 2;
  }
}

function parseArguments(args: readonly string[]) {
  try {
    const options = { pair: { type: "string" }, events: { type: "string" } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [file, ...more] = positionals;
    if (file === undefined || values.pair === undefined || more.length > 0) return undefined;
    return { file, pair: values.pair, events: values.events };
  } catch {
    return undefined;
  }
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}

/** Reads events from JSON Lines or from one JSON array. */
function eventsOf(text: string): readonly unknown[] {
  return text.trimStart().startsWith("[")
    ? (JSON.parse(text) as unknown[])
    : linesOf(text).map((line) => JSON.parse(line) as unknown);
}

function printVerdict(verdict: AuditVerdict, eventsFile: string | undefined): void {
  const { findings, pair, entries, promotions, events } = verdict;
  console.log(
    `pair ${pair ?? "unknown"}: ${entries} entries, ${promotions} promotions, ${events} events compared`,
  );
  if (eventsFile === undefined)
    console.log("without --events, an export with all its entries and hashes rewritten passes as intact");
  for (const finding of findings) console.log(describeFinding(finding));
  if (findings.length === 0) console.log("nothing was edited, deleted, moved or cut off");
  console.log(JSON.stringify({ ok: findings.length === 0, ...verdict }));
}

function describeFinding({ line, chain, n, what }: AuditFinding): string {
  const where = [
    line === undefined ? "" : `line ${line}`,
    chain === undefined ? "" : `${chain}${n === undefined ? "" : ` entry ${n}`}`,
  ];
  return `BROKEN ${where.filter(Boolean).join(", ") || "the export"}: ${what}`;
}

process.exitCode = main(process.argv.slice(2));
