import { digest } from "../../src/adapters/digest";
import type { ExportLine } from "../../src/domain/audit/chain";
import { reason } from "../../src/domain/kernel/reason-codes";
import type { PairOperation } from "../../src/domain/pair/pair";
import { httpRoutes } from "../../src/triggers/http/routes";
import { createFakePorts, type FakePorts } from "./fake-ports";
import { aRequest, SHOP } from "./observations";

export type Happening = "promoted" | "cancelled" | "held" | "released" | "under-way";

export interface MadeExport {
  readonly lines: readonly ExportLine[];
  /** Completion events and news of holds, in order. */
  readonly events: readonly unknown[];
}

/** The export of a pair after these events, made with the product's transitions and routes. */
export async function makeExport(happenings: readonly Happening[], top = 100): Promise<MadeExport> {
  const ports = createFakePorts();
  const events: unknown[] = [];
  for (const [i, what] of happenings.entries()) await happen(what, `${i}`, ports, events);
  return { lines: await exportOf(ports, top), events };
}

async function happen(what: Happening, i: string, ports: FakePorts, events: unknown[]): Promise<void> {
  const at = ports.clock.now() + Number(i);
  const signal = (operation: PairOperation) => ports.pairs.signal(SHOP, operation);
  const audit = () => ports.pairStates.get("shop")?.audit;
  const news = () =>
    events.push({
      data: { pair: "shop", pairKey: "shop", requestId: null, step: "hold-set", audit: audit() },
    });
  if (what === "held") {
    const hold = { id: `h-${i}`, at, reason: reason("on-hold", `incident ${i}`), by: "Olga" };
    await signal({ kind: "hold", id: `q-${i}`, oid: "o-1", hold });
    news();
  } else if (what === "released") {
    const holdIds = (ports.pairStates.get("shop")?.holds ?? []).map(({ id }) => id);
    await signal({ kind: "release", id: `q-${i}`, holdIds, by: "Olga", oid: "o-1", note: "over", at });
  } else await promote(what, `r-${i}`, at, ports, events);
}

async function promote(
  what: "promoted" | "cancelled" | "under-way",
  requestId: string,
  at: number,
  ports: FakePorts,
  events: unknown[],
): Promise<void> {
  const { promotions, pairs, record, pairStates } = ports;
  const request = aRequest({ requestId });
  await ports.register({
    requestId,
    contentHash: digest(requestId),
    request,
    origin: { channel: "queue" },
    at,
  });
  await pairs.signal(SHOP, { kind: "register", requestId, at });
  await promotions.change(requestId, { kind: "begin", runId: "run", at });
  const note = { at, n: 1, verdict: { kind: "accepted" } } as const;
  if (what !== "cancelled") await promotions.change(requestId, { kind: "note-attempt", runId: "run", note });
  else
    await pairs.signal(SHOP, {
      kind: "cancel",
      id: `c-${requestId}`,
      requestId,
      by: "Olga",
      note: "wrong",
      at,
    });
  if (what === "under-way") return;
  const pairAudit = pairStates.get("shop")?.audit ?? { entries: 0, head: "" };
  const ending = { outcome: what, reason: reason("promoted", "x"), pairAudit } as const;
  await promotions.change(requestId, { kind: "conclude", ending, at });
  const { audit, conclusion } = record.get(requestId)!;
  const ends = { entries: audit!.entries, head: audit!.head };
  await pairs.signal(SHOP, { kind: "leave", requestId, concluded: { at, outcome: what, ends } });
  await pairs.signal(SHOP, { kind: "deregister", requestId });
  events.push(JSON.parse(conclusion!.event));
}

/** Follows `next` through every page, as `curl` does. */
async function exportOf(ports: FakePorts, top: number): Promise<ExportLine[]> {
  const caller = {
    oid: "o-1",
    name: "Ada",
    application: false,
    roles: [],
    permissions: ["Swap.Read"] as const,
  };
  const gate = { portsFor: () => ports, verifier: { verify: () => Promise.resolve({ caller }) } };
  const route = httpRoutes(gate, undefined as never).find(({ name }) => name === "getAudit")!;
  const lines: ExportLine[] = [];
  for (let query: string | undefined = `top=${top}`; query !== undefined;) {
    const asked = { params: { name: "shop" }, query: new URLSearchParams(query), headers: new Headers() };
    const reply = await route.handler(asked as never, { invocationId: "i" } as never);
    if (reply.status !== 200) throw new Error(JSON.stringify(reply));
    const page = (reply.body as string).trim().split("\n");
    lines.push(...page.map((line) => JSON.parse(line) as ExportLine));
    const last = lines.at(-1)!;
    query = "next" in last ? last.next.split("?")[1] : undefined;
  }
  return lines;
}
