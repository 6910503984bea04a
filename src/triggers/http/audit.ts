import type { HttpResponseInit } from "@azure/functions";
import { parseAuditQuery } from "../../contracts/commands";
import {
  anchorOf,
  auditPageOf,
  type ChainHead,
  chainTo,
  emptyChain,
  type ExportedEntry,
  type ExportEnd,
  type ExportLine,
  type FoundChain,
  pairChain,
  promotionChain,
} from "../../domain/audit/chain";
import type { PairKey } from "../../domain/kernel/pair-key";
import { emptyPair, type PairState } from "../../domain/pair/pair";
import type { Ports } from "../../ports/ports";
import { NotAcknowledged, untilSeen } from "../read-back";
import type { Call } from "./call";
import { policyOf } from "./pairs";
import { Problem } from "./problem";

/** How long an entry may take from the promotion record to its page. */
const LAG_MS = 5_000;

/** GET pairs/{name}/audit: every decision of the pair and its promotions, as JSON Lines (docs/audit.md). */
export async function getAudit({ request, ports }: Call): Promise<HttpResponseInit> {
  const { name, key } = policyOf(request.params["name"] ?? "", ports);
  const parsed = parseAuditQuery(Object.fromEntries(request.query.entries()));
  if (!parsed.ok) throw new Problem("invalid-query", "the query is malformed", { issues: parsed.issues });
  const { after, top } = parsed.value;
  const chained = await announcedOf(key, after + top, ports);
  const state = (await ports.pairs.read(key)) ?? emptyPair;
  const end = state.audit ?? emptyChain;
  const lines: ExportLine[] = await exportPair(
    key,
    { after, last: Math.min(after + top, end.entries), end },
    ports,
  );
  const next =
    after + top < end.entries ? `/api/pairs/${name}/audit?after=${after + top}&top=${top}` : undefined;
  if (next === undefined) lines.push(...(await exportEnd({ pair: name, key }, state, chained, ports)));
  else lines.push({ next });
  return {
    status: 200,
    headers: {
      "content-type": "application/x-ndjson",
      "cache-control": "no-store",
      ...(next === undefined ? {} : { link: `<${next}>; rel="next"` }),
    },
    body: lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
  };
}

/** Entries of the pair; the whole chain of a promotion follows its conclusion. */
async function exportPair(pair: PairKey, span: Span, ports: Ports): Promise<ExportLine[]> {
  const own = await readChain(pairChain(pair), span, ports);
  const followed = await Promise.all(
    own.map(async (entry) => {
      const { requestId, ends } = entry;
      if (requestId === undefined || !ends) return [entry];
      return [entry, ...(await readWhole(promotionChain(requestId), ends, ports))];
    }),
  );
  return followed.flat();
}

/**
 * Promotions that were announced but are registered again, by a late message. Read before the pair's chain, so that
 * the chain has their conclusion. Empty when the chain goes on after this page.
 */
async function announcedOf(pair: PairKey, last: number, ports: Ports): Promise<ReadonlySet<string>> {
  const { registered, audit = emptyChain } = (await ports.pairs.read(pair)) ?? emptyPair;
  if (audit.entries > last) return new Set();
  const promotions = await Promise.all(registered.map(({ requestId }) => ports.promotions.read(requestId)));
  return new Set(promotions.flatMap((each) => (each?.announcedAt === undefined ? [] : [each.requestId])));
}

/** The chains of promotions under way, and where every chain ends. */
async function exportEnd(
  named: Pick<ExportEnd, "pair" | "key">,
  { registered, audit: own }: PairState,
  chained: ReadonlySet<string>,
  ports: Ports,
): Promise<ExportLine[]> {
  const lines: ExportLine[] = [];
  const underWay: ExportEnd["underWay"][number][] = [];
  for (const { requestId, left } of registered) {
    const audit =
      left || chained.has(requestId) ? undefined : (await ports.promotions.read(requestId))?.audit;
    if (!audit) continue;
    lines.push(...(await readWhole(promotionChain(requestId), audit, ports)));
    underWay.push({ requestId, entries: audit.entries, head: audit.head });
  }
  const { entries, head } = own ?? emptyChain;
  return [...lines, { end: { ...named, entries, head, underWay } }];
}

function readWhole(chain: string, end: ChainHead, ports: Ports): Promise<ExportedEntry[]> {
  return readChain(chain, { after: 0, last: end.entries, end }, ports);
}

interface Span {
  readonly after: number;
  readonly last: number;
  /** Where the chain ends. */
  readonly end: ChainHead;
}

/** The entries `after + 1` to `last` of a chain. */
async function readChain(chain: string, span: Span, ports: Ports): Promise<ExportedEntry[]> {
  if (span.last <= span.after) return [];
  let found: FoundChain | undefined;
  const check = async () => {
    found = await findChain(chain, span, ports);
    return found?.isLinked || undefined;
  };
  try {
    await untilSeen(`the audit chain ${chain}`, check, ports, LAG_MS);
  } catch (fault) {
    if (!found || !(fault instanceof NotAcknowledged)) throw fault;
  }
  const entries = found?.entries ?? [];
  return entries.filter(({ n }) => n <= span.last).map((entry) => ({ chain, ...entry }));
}

/** Reads far enough beyond `last` to know which entries lead to the end. */
async function findChain(
  chain: string,
  { after, last, end }: Span,
  ports: Ports,
): Promise<FoundChain | undefined> {
  const entriesOn = async (page: number) => (await ports.promotions.readAudit(chain, page))?.entries ?? [];
  const first = auditPageOf(after + 1);
  let page = auditPageOf(Math.min(last + 1, end.entries));
  const pages = await Promise.all(Array.from({ length: page - first + 1 }, (_, i) => entriesOn(first + i)));
  const kept = pages.flat();
  const anchor = () => anchorOf(last, end, kept);
  while (!anchor() && page < auditPageOf(end.entries)) kept.push(...(await entriesOn(++page)));
  return chainTo(chain, { after, end: anchor() ?? end }, kept, (text) => ports.digest(text));
}
