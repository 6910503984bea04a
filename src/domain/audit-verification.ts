import { emptyChain, entryHash, pairChain, promotionChain, type ChainHead, type Digest } from "./audit-chain";
import type { ExportEnd } from "./audit-export";
import type { PairKey } from "./pair-key";
import { isHead, isRecord, readExport, type PlacedEntry } from "./audit-lines";

/** What is wrong, and where exactly. */
export interface AuditFinding {
  /** Line of the export, counted from 1; absent for what is missing from it. */
  readonly line?: number | undefined;
  readonly chain?: string | undefined;
  readonly n?: number | undefined;
  readonly what: string;
}

export interface AuditVerdict {
  readonly findings: readonly AuditFinding[];
  readonly pair: string | undefined;
  readonly entries: number;
  readonly promotions: number;
  /** Events of this pair that name where a chain stood, and were compared. */
  readonly events: number;
}

/**
 * Verifies the lines of an export of the pair with this key, and holds them against events that somebody received: whoever rewrites an
 * export together with all its hashes cannot rewrite the heads in those.
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

/** An export or an events file that has nothing to compare proves nothing; undefined where something was compared. */
export function nothingCompared(verdict: AuditVerdict, hasEvents: boolean): AuditFinding | undefined {
  if (verdict.entries === 0) return { what: "the export has no entries: nothing was verified" };
  if (!hasEvents || verdict.events > 0) return undefined;
  return { what: `no event names a head of the pair's chains: nothing was compared` };
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

/** Walks one chain. After a break it goes on from the hash that is written, so that every break is told by itself. */
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

/** The promotions that a pair's chain says have concluded, and where their chains end. */
function linksOf(entries: readonly PlacedEntry[] = []): readonly Link[] {
  return entries.flatMap(({ what, requestId, ends }) =>
    what === "concluded" && requestId !== undefined && isHead(ends) ? [{ requestId, ...ends }] : [],
  );
}

/** Every chain must end where the export's end, or the pair's own chain, says. */
function wrongEnds(end: ExportEnd, chains: Chains): AuditFinding[] {
  const pair = pairChain(end.key);
  const told: readonly (readonly [string, ChainHead])[] = [
    [pair, end],
    ...[...linksOf(chains.get(pair)), ...end.underWay].map(
      (link) => [promotionChain(link.requestId), link] as const,
    ),
  ];
  const known = new Set(told.map(([chain]) => chain));
  const strangers = [...chains.keys()].filter((chain) => !known.has(chain));
  return [
    ...told.flatMap(([chain, head]) => notEndingAt(chain, head, chains.get(chain))),
    ...strangers.map((chain) => ({ chain, what: "nothing else in the export knows of this chain" })),
  ];
}

function notEndingAt(chain: string, { entries, head }: ChainHead, found: readonly PlacedEntry[] = []) {
  const last = found.at(-1);
  const [n, hash] = last ? [last.n, last.hash] : [0, ""];
  if (found.length === entries && hash === head) return [];
  const what = `it should end with ${tellHead(entries, head)}, and ends with ${tellHead(n, hash)}`;
  return [{ line: last?.line, chain, n: last?.n, what }];
}

function tellHead(entries: number, head: string): string {
  return entries === 0 ? "no entry" : `entry ${entries} (${head.slice(0, 12)})`;
}

/** Each conclusion is followed by the chain of its promotion; the first line that stands elsewhere is told. */
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
  return wrong ? [{ line: wrong.line, chain: wrong.chain, n: wrong.n, what: "it is out of its place" }] : [];
}

/** What an event of the same pair says of its promotion and its pair must be in the export. */
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

/** Where a promotion's chain ended, and its pair's stood; in news of a hold only where the pair's stood. */
type Position = ChainHead & { readonly pair?: ChainHead | null | undefined };

/** Whether an event says where a chain of its pair stood; a promotion that never got into the line is in no export. */
function namesHead({ audit, outcome, requestId }: Readonly<Record<string, unknown>>): boolean {
  if (!isHead(audit)) return false;
  const isNews = typeof outcome !== "string" || typeof requestId !== "string";
  return isNews ? audit.entries > 0 : isHead((audit as { pair?: unknown }).pair);
}

/** A head that was told once must stand at its place for ever. */
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
