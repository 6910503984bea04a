import type { PairKey } from "../kernel/pair-key";
import {
  type ChainHead,
  type Digest,
  emptyChain,
  entryHash,
  type ExportedEntry,
  type ExportEnd,
  pairChain,
  promotionChain,
} from "./chain";

export interface AuditFinding {
  /** Line of the export, counted from 1; absent if something is missing from the export. */
  readonly line?: number;
  readonly chain?: string;
  readonly n?: number;
  readonly what: string;
}

export interface AuditVerdict {
  readonly findings: readonly AuditFinding[];
  readonly pair: string | undefined;
  readonly entries: number;
  readonly promotions: number;
  /** Events of this pair that were compared. */
  readonly events: number;
}

/**
 * Verifies an export of the pair with this key, and compares it with received events: whoever rewrites an export with all
 * of its hashes cannot rewrite the chain heads in those events.
 */
export function verifyAudit(
  pair: string,
  lines: readonly string[],
  events: readonly unknown[],
  digest: Digest,
): AuditVerdict {
  const { entries, end, findings } = readExport(lines);
  const chains = chainsOf(entries);
  const own = events.filter((event) => end && dataOf(event)["pairKey"] === pair && namesHead(dataOf(event)));
  return {
    findings: [
      ...findings,
      ...(end && end.key !== pair
        ? [{ what: `it is the export of the pair with the key ${end.key} (${end.pair}), not of ${pair}` }]
        : []),
      ...[...chains].flatMap(([chain, each]) => brokenIn(chain, each, digest)),
      ...(end ? wrongEnds(end, chains) : []),
      ...(end ? outOfPlace(end, entries, chains) : []),
      ...own.flatMap((event) => contradicted(dataOf(event), chains)),
    ],
    pair: end?.pair,
    entries: entries.length,
    promotions: [...chains.keys()].filter((chain) => chain !== (end && pairChain(end.key))).length,
    events: own.length,
  };
}

/** An export without entries, or events without a head of its chains, proves nothing. */
export function nothingCompared(verdict: AuditVerdict, hasEvents: boolean): AuditFinding | undefined {
  if (verdict.entries === 0) return { what: "the export has no entries: nothing was verified" };
  if (!hasEvents || verdict.events > 0) return undefined;
  return { what: "no event names a head of the pair's chains: nothing was compared" };
}

type Chains = ReadonlyMap<string, readonly PlacedEntry[]>;

function chainsOf(entries: readonly PlacedEntry[]): Chains {
  const chains = new Map<string, PlacedEntry[]>();
  for (const entry of entries) {
    const own = chains.get(entry.chain);
    if (own) own.push(entry);
    else chains.set(entry.chain, [entry]);
  }
  return chains;
}

/** Checks one chain. After a break it continues from the hash in the export, so that each break is reported once. */
function brokenIn(chain: string, entries: readonly PlacedEntry[], digest: Digest): AuditFinding[] {
  return entries.flatMap((entry, i): AuditFinding[] => {
    const { line, chain: _chain, hash, ...rest } = entry;
    const expected = (entries[i - 1]?.n ?? 0) + 1;
    const at = { line, chain, n: entry.n };
    if (entry.n !== expected)
      return [{ ...at, what: `entry ${expected} belongs here: one was deleted, inserted or moved` }];
    const isSound = entryHash(chain, entries[i - 1]?.hash ?? "", rest, digest) === hash;
    return isSound
      ? []
      : [{ ...at, what: "its hash does not fit: the entry or the hash before it was changed" }];
  });
}

interface Link extends ChainHead {
  readonly requestId: string;
}

/** The concluded promotions in a pair's chain, and where their chains end. */
function linksOf(entries: readonly PlacedEntry[] = []): readonly Link[] {
  return entries.flatMap(({ what, requestId, ends }) =>
    what === "concluded" && requestId !== undefined && isHead(ends) ? [{ requestId, ...ends }] : [],
  );
}

/** Compares the end of every chain with the last line of the export or with the pair's chain. */
function wrongEnds(end: ExportEnd, chains: Chains): AuditFinding[] {
  const pair = pairChain(end.key);
  const described: readonly (readonly [string, ChainHead])[] = [
    [pair, end],
    ...[...linksOf(chains.get(pair)), ...end.underWay].map(
      (link) => [promotionChain(link.requestId), link] as const,
    ),
  ];
  const known = new Set(described.map(([chain]) => chain));
  const strangers = [...chains.keys()].filter((chain) => !known.has(chain));
  return [
    ...described.flatMap(([chain, head]) => notEndingAt(chain, head, chains.get(chain))),
    ...strangers.map((chain) => ({ chain, what: "nothing else in the export refers to this chain" })),
  ];
}

function notEndingAt(chain: string, { entries, head }: ChainHead, found: readonly PlacedEntry[] = []) {
  const last = found.at(-1);
  const [n, hash] = last ? [last.n, last.hash] : [0, ""];
  if (found.length === entries && hash === head) return [];
  const what = `it should end with ${describeHead(entries, head)}, and ends with ${describeHead(n, hash)}`;
  return [{ line: last?.line, chain, n: last?.n, what }];
}

function describeHead(entries: number, head: string): string {
  return entries === 0 ? "no entry" : `entry ${entries} (${head.slice(0, 12)})`;
}

/** Each conclusion is followed by the chain of its promotion. Reports the first line that breaks this order. */
function outOfPlace(end: ExportEnd, entries: readonly PlacedEntry[], chains: Chains): AuditFinding[] {
  const lengthOf = (chain: string) =>
    Array.from<string>({ length: chains.get(chain)?.length ?? 0 }).fill(chain);
  const pair = pairChain(end.key);
  const order = [
    ...(chains.get(pair) ?? []).flatMap((entry) => [
      pair,
      ...linksOf([entry]).flatMap(({ requestId }) => lengthOf(promotionChain(requestId))),
    ]),
    ...end.underWay.flatMap(({ requestId }) => lengthOf(promotionChain(requestId))),
  ];
  const wrong = entries.find(({ chain }, i) => chain !== order[i]);
  return wrong
    ? [{ line: wrong.line, chain: wrong.chain, n: wrong.n, what: "it is in the wrong place" }]
    : [];
}

/** Compares an event of the same pair with the chains of its promotion and its pair. */
function contradicted(data: Readonly<Record<string, unknown>>, chains: Chains): AuditFinding[] {
  const { requestId, pairKey, audit, outcome } = data as {
    requestId: unknown;
    pairKey: PairKey;
    audit: Position;
    outcome: unknown;
  };
  const name = pairChain(pairKey);
  if (typeof outcome !== "string" || typeof requestId !== "string") return lacking(name, audit, chains);
  const chain = promotionChain(requestId);
  const last = chains.get(chain)?.at(-1);
  const ends = notEndingAt(chain, audit, chains.get(chain)).map((finding) => ({
    ...finding,
    what: `by its completion event ${finding.what}`,
  }));
  const isSame = last === undefined || last.outcome === outcome;
  return [
    ...ends,
    ...(isSame ? [] : [{ line: last.line, chain, n: last.n, what: `its completion event says ${outcome}` }]),
    ...lacking(name, audit.pair ?? emptyChain, chains),
  ];
}

/** The end of a promotion's chain, and of its pair's at that time. Events of holds have only the pair's. */
type Position = ChainHead & { readonly pair?: ChainHead | null };

/** Whether an event names a chain head of its pair. An export has no promotions that never entered the queue. */
function namesHead({ audit, outcome, requestId }: Readonly<Record<string, unknown>>): boolean {
  if (!isHead(audit)) return false;
  const isProgress = typeof outcome !== "string" || typeof requestId !== "string";
  return isProgress ? audit.entries > 0 : isHead((audit as { pair?: unknown }).pair);
}

/** A chain head that was published once must stay in the chain. */
function lacking(chain: string, { entries, head }: ChainHead, chains: Chains): AuditFinding[] {
  if (entries === 0) return [];
  const entry = chains.get(chain)?.find(({ n }) => n === entries);
  if (entry?.hash === head) return [];
  const what = `an event says that entry ${entries} has the hash ${head.slice(0, 12)}`;
  return [{ line: entry?.line, chain, n: entries, what: entry ? what : `${what}, and it is missing` }];
}

function dataOf(event: unknown): Readonly<Record<string, unknown>> {
  const data = isRecord(event) ? event["data"] : undefined;
  return isRecord(data) ? data : {};
}

/** An entry and its line in the export, counted from 1. */
export type PlacedEntry = ExportedEntry & { readonly line: number };

export interface ReadExport {
  readonly entries: readonly PlacedEntry[];
  readonly end: ExportEnd | undefined;
  readonly findings: readonly AuditFinding[];
}

/** For example a duplicate member: readers differ in which one they use, so a reader may not see the verified value. */
const REWRITTEN =
  "it is not written as the app writes it: a member occurs twice, or the line was reformatted";

/** Reads an untrusted export. Reports every line that is not a valid record. */
export function readExport(lines: readonly string[]): ReadExport {
  const entries: PlacedEntry[] = [];
  const findings: AuditFinding[] = [];
  let end: ExportEnd | undefined;
  lines.forEach((text, i) => {
    const line = i + 1;
    const value = parsed(text);
    const isLast = line === lines.length;
    if (isRewritten(text, value)) findings.push({ line, what: REWRITTEN });
    if (isEntry(value)) entries.push({ ...value, line });
    else if (isRecord(value) && isEnd(value["end"]) && isLast) end = value["end"];
    else if (isRecord(value) && typeof value["next"] === "string" && Object.keys(value).length === 1) {
      if (isLast) findings.push({ line, what: `the export continues at ${value["next"]}: append that page` });
    } else findings.push({ line, what: "not a line of an export, or in the wrong place" });
  });
  if (!end) findings.push({ what: "the export has no end: it was cut off" });
  return { entries, end, findings };
}

function isRewritten(text: string, value: unknown): boolean {
  return value !== undefined && JSON.stringify(value) !== text;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isHead(value: unknown): value is { readonly entries: number; readonly head: string } {
  return isRecord(value) && typeof value["entries"] === "number" && typeof value["head"] === "string";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is ExportedEntry {
  return (
    isRecord(value) &&
    typeof value["n"] === "number" &&
    [value["chain"], value["hash"], value["what"]].every((text) => typeof text === "string")
  );
}

function isEnd(value: unknown): value is ExportEnd {
  if (!isHead(value)) return false;
  const { pair, key, underWay } = value as Partial<ExportEnd>;
  const isNamed = typeof pair === "string" && typeof key === "string";
  return isNamed && Array.isArray(underWay) && underWay.every(isHead);
}
