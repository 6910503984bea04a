import * as fc from "fast-check";
import { changeIndex, indexKey, PAGE_SIZE, type IndexPage } from "../../../src/domain/index-page";
import { emptyPair, type PairState } from "../../../src/domain/pair";
import { register } from "../../../src/domain/promotion";
import type { ShownTime } from "../../../src/domain/shown-time";
import { createFakePorts, type FakePorts } from "../../support/fake-ports";
import { call } from "../../support/api-call";
import type { PairKey } from "../../../src/domain/pair-key";
import { aPolicy, aRequest, keyOf, NOW } from "../../support/observations";

/** A ledger that is read as clients read it, and what was read of it. */
interface Ledger {
  readonly ports: FakePorts;
  readonly read: { pages: number; promotions: number; pairs: number };
  /** Enters a promotion as its pair does; it is under way until it has ended. */
  readonly add: (pair: string, requestId: string, at?: number) => void;
  readonly end: (pair: string, requestId: string) => void;
}

function ledgerOf(pairs: readonly string[]): Ledger {
  const ports = createFakePorts(pairs.map((name) => aPolicy({ name })));
  const pages = new Map<string, IndexPage>();
  const read = { pages: 0, promotions: 0, pairs: 0 };
  Object.assign(ports.promotions, {
    readIndex: (pair: PairKey, page: number) => {
      read.pages++;
      return Promise.resolve(pages.get(indexKey(pair, page)));
    },
    read: (id: string) => {
      read.promotions++;
      return Promise.resolve(ports.ledger.get(id));
    },
  });
  Object.assign(ports.pairs, {
    read: (pair: string) => {
      read.pairs++;
      return Promise.resolve(ports.pairStates.get(pair));
    },
  });
  let clock = NOW;
  return {
    ports,
    read,
    add(pair, requestId, at = ++clock) {
      const state = ports.pairStates.get(pair) ?? emptyPair;
      const isFull = state.index.count === PAGE_SIZE;
      const index = {
        page: state.index.page + (isFull ? 1 : 0),
        count: isFull ? 1 : state.index.count + 1,
        at: Math.max(at, (state.index.at ?? 0) + 1),
      };
      const key = indexKey(keyOf(pair), index.page);
      pages.set(key, changeIndex(pages.get(key), { kind: "add", requestId, at: index.at }));
      const enlisted = [...state.enlisted, { requestId, at }];
      ports.pairStates.set(pair, { ...state, enlisted, index });
      const request = aRequest({ requestId, pair });
      const origin = { channel: "queue" } as const;
      ports.ledger.set(
        requestId,
        register(undefined, { requestId, contentHash: "h", request, origin, at: index.at }),
      );
    },
    end(pair, requestId) {
      const state = ports.pairStates.get(pair) as PairState;
      const enlisted = state.enlisted.filter((entry) => entry.requestId !== requestId);
      ports.pairStates.set(pair, { ...state, enlisted });
      const promotion = ports.ledger.get(requestId)!;
      const conclusion = {
        outcome: "promoted",
        reason: { code: "promoted", detail: "", remedy: "" },
        at: promotion.acceptedAt,
        event: "{}",
      } as const;
      ports.ledger.set(requestId, { ...promotion, phase: "concluded", conclusion });
    },
  };
}

interface Page {
  readonly value: readonly { readonly id: string; readonly acceptedAt: ShownTime; readonly phase: string }[];
  readonly next?: string;
}
async function list(ports: FakePorts, query: string): Promise<Page> {
  const { status, body } = await call(ports, { route: "listPromotions", query });
  expect(status).toBe(200);
  return body as unknown as Page;
}
const queryOf = (next: string) => next.replace(/^[^?]*\?/, "");

/** Every page from the first on; `between` happens after each. */
async function walk(ports: FakePorts, query: string, between: () => void = () => undefined): Promise<Page[]> {
  const pages = [await list(ports, query)];
  for (let next = pages[0]?.next; next !== undefined; next = pages.at(-1)?.next) {
    between();
    pages.push(await list(ports, queryOf(next)));
  }
  return pages;
}

const pairs = ["billing", "legacy", "orders", "shop"];
/** Promotions that have ended, in all pairs by turns. */
function history(promotions: number): Ledger {
  const ledger = ledgerOf(pairs);
  for (let i = 0; i < promotions; i++) {
    const pair = pairs[i % pairs.length]!;
    ledger.add(pair, `r-${i}`);
    ledger.end(pair, `r-${i}`);
  }
  return ledger;
}

test("the first page costs the same however many there are: a page of each pair's index, and the promotions shown", async () => {
  for (const promotions of [1_000, 30_000]) {
    const { ports, read } = history(promotions);
    const { value } = await list(ports, "top=1");
    expect(value.map(({ id }) => id)).toEqual([`r-${promotions - 1}`]);
    expect(read).toEqual({ pairs: 4, pages: 4, promotions: 1 });
  }
});

test("a page deep in the past is found by halving, not by reading what is newer", async () => {
  const { ports, read } = history(30_000);
  const [, second] = await walkTo(ports, "pair=shop&top=100", 2);
  expect(second!.value[0]!.id).toBe(`r-${29_999 - 400}`);
  const deep = Buffer.from(`${NOW + 1_000} r-999`).toString("base64url");
  Object.assign(read, { pages: 0, promotions: 0, pairs: 0 });
  const { value } = await list(ports, `top=3&after=${deep}`);
  expect(value.map(({ id }) => id)).toEqual(["r-998", "r-997", "r-996"]);
  expect(read.promotions).toBe(3);
  expect(read.pages).toBeLessThanOrEqual(4 * (Math.log2(30_000 / 4 / PAGE_SIZE) + 4));
});

async function walkTo(ports: FakePorts, query: string, pages: number): Promise<Page[]> {
  const all = [await list(ports, query)];
  while (all.length < pages) all.push(await list(ports, queryOf(all.at(-1)!.next!)));
  return all;
}

test("every promotion comes once, the newest first, though others come in while somebody pages", async () => {
  const { ports, add } = history(700);
  let more = 0;
  const pages = await walk(ports, "top=40", () => {
    add(pairs[more % 4]!, `new-${more++}`);
  });
  const ids = pages.flatMap(({ value }) => value.map(({ id }) => id));
  expect(ids).toEqual(Array.from({ length: 700 }, (_, i) => `r-${699 - i}`));
});

test("with clocks that differ, pages that are full or not, and any page size: all of them, once each", async () => {
  const entries = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 5_000 })), {
    maxLength: 260,
  });
  await fc.assert(
    fc.asyncProperty(entries, fc.integer({ min: 1, max: 100 }), async (all, top) => {
      const { ports, add } = ledgerOf(["a", "b", "c"]);
      for (const [i, [pair, at]] of all.entries()) add("abc"[pair]!, `r-${i}`, NOW + at);
      const pages = await walk(ports, `top=${top}`);
      const shown = pages.flatMap(({ value }) => value);
      expect(new Set(shown.map(({ id }) => id)).size).toBe(all.length);
      expect(shown).toHaveLength(all.length);
      const times = shown.map(({ acceptedAt }) => Date.parse(acceptedAt.utc));
      expect(times).toEqual([...times].sort((a, b) => b - a));
      expect(pages.slice(0, -1).every(({ value }) => value.length === top)).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test.each(["active=true", "phase=accepted", "phase=awaiting-turn", "active=true&outcome=promoted"])(
  "what is under way comes from the pairs alone (%s)",
  async (query) => {
    const { ports, add, read } = history(3_000);
    add("shop", "live-1");
    add("orders", "live-2");
    const { value, next } = await list(ports, query);
    const isLive = query === "active=true" || query === "phase=accepted";
    expect(value.map(({ id }) => id)).toEqual(isLive ? ["live-2", "live-1"] : []);
    expect([next, read]).toEqual([undefined, { pairs: 4, pages: 0, promotions: 2 }]);
  },
);

test("what is under way is paged as well", async () => {
  const { ports, add } = history(10);
  for (let i = 0; i < 25; i++) add(pairs[i % 4]!, `live-${i}`);
  const pages = await walk(ports, "active=true&top=10");
  expect(pages.map(({ value }) => value.length)).toEqual([10, 10, 5]);
  expect(new Set(pages.flatMap(({ value }) => value.map(({ id }) => id))).size).toBe(25);
});

test("a filter that fits nothing reads a bounded part of the ledger per call, and next carries on", async () => {
  const { ports, read } = history(250);
  const pages = await walk(ports, "outcome=halted");
  expect(pages.map(({ value }) => value.length)).toEqual([0, 0, 0]);
  expect(read.promotions).toBe(250);
});

test("a filter that fits rarely finds what it fits, wherever that stands", async () => {
  const { ports } = history(500);
  for (const id of ["r-3", "r-250", "r-251"]) {
    const state = ports.ledger.get(id)!;
    ports.ledger.set(id, { ...state, conclusion: { ...state.conclusion!, outcome: "halted" } });
  }
  const pages = await walk(ports, "outcome=halted&top=1");
  expect(pages.flatMap(({ value }) => value.map(({ id }) => id))).toEqual(["r-251", "r-250", "r-3"]);
});

test("a token that was never given is refused", async () => {
  const { ports } = history(10);
  for (const after of ["x", "AAAA", "MTIz", "%00"]) {
    const { status, body } = await call(ports, { route: "listPromotions", query: `after=${after}` });
    expect([status, body["code"]]).toEqual([400, "invalid-query"]);
    expect(JSON.stringify(body["complaints"])).toContain("an earlier reply");
  }
});
