import * as fc from "fast-check";
import { listToken } from "../../../../src/contracts/list-token";
import type { PairKey } from "../../../../src/domain/kernel/pair-key";
import type { ShownTime } from "../../../../src/domain/kernel/time";
import { changeIndex, indexKey, type IndexPage, PAGE_SIZE } from "../../../../src/domain/pair/index-page";
import { emptyPair, type PairState } from "../../../../src/domain/pair/pair";
import { register } from "../../../../src/domain/promotion/promotion";
import { call } from "../../../support/api-call";
import { createFakePorts, type FakePorts } from "../../../support/fake-ports";
import { aPolicy, aRequest, keyOf, NOW } from "../../../support/observations";

/** A promotion record that is read as clients read it, and what was read of it. */
interface PromotionRecord {
  readonly ports: FakePorts;
  readonly read: { pages: number; promotions: number; pairs: number };
  /** Enters a promotion as its pair does; it is under way until it has ended. */
  readonly add: (pair: string, requestId: string, at?: number) => void;
  readonly end: (pair: string, requestId: string) => void;
  /** A late message registers it again, after its pair let go of it. */
  readonly again: (pair: string, requestId: string) => void;
}

function recordOf(pairs: readonly string[]): PromotionRecord {
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
      return Promise.resolve(ports.record.get(id));
    },
  });
  Object.assign(ports.pairs, {
    read: (pair: string) => {
      read.pairs++;
      return Promise.resolve(ports.pairStates.get(pair));
    },
  });
  let clock = NOW;
  const enter = (pair: string, requestId: string, at: number) => {
    const state = ports.pairStates.get(pair) ?? emptyPair;
    const isFull = state.index.count === PAGE_SIZE;
    const index = {
      page: state.index.page + (isFull ? 1 : 0),
      count: isFull ? 1 : state.index.count + 1,
      at: Math.max(at, (state.index.at ?? 0) + 1),
    };
    const key = indexKey(keyOf(pair), index.page);
    pages.set(key, changeIndex(pages.get(key), { kind: "add", requestId, at: index.at }));
    const registered = [...state.registered, { requestId, at }];
    ports.pairStates.set(pair, { ...state, registered, index });
    return index;
  };
  return {
    ports,
    read,
    add(pair, requestId, at = ++clock) {
      const index = enter(pair, requestId, at);
      const request = aRequest({ requestId, pair });
      const origin = { channel: "queue" } as const;
      ports.record.set(
        requestId,
        register(undefined, { requestId, contentHash: "h", request, origin, at: index.at }),
      );
    },
    again(pair, requestId) {
      const { acceptedAt } = ports.record.get(requestId)!;
      enter(pair, requestId, acceptedAt);
    },
    end(pair, requestId) {
      const state = ports.pairStates.get(pair) as PairState;
      const registered = state.registered.filter((entry) => entry.requestId !== requestId);
      ports.pairStates.set(pair, { ...state, registered });
      const promotion = ports.record.get(requestId)!;
      const conclusion = {
        outcome: "promoted",
        reason: { code: "promoted", detail: "", remedy: "" },
        at: promotion.acceptedAt,
        event: "{}",
      } as const;
      ports.record.set(requestId, { ...promotion, phase: "concluded", conclusion });
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
  return body;
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
function history(promotions: number): PromotionRecord {
  const record = recordOf(pairs);
  for (let i = 0; i < promotions; i++) {
    const pair = pairs[i % pairs.length]!;
    record.add(pair, `r-${i}`);
    record.end(pair, `r-${i}`);
  }
  return record;
}

test("the first page costs one index page per pair and the promotions it shows", async () => {
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
  expect(read.pages).toBeLessThanOrEqual(4 * 4);
});

test("a page deep in the past reads few index pages, even after bursts", async () => {
  for (const burst of [7, 100, 1_500, 4_500]) {
    const { ports, add, read } = recordOf(["shop"]);
    let at = NOW;
    for (let i = 0; i < 6_000; i++) add("shop", `r-${i}`, (at += i % burst === 0 ? 30 * 86_400_000 : 1));
    for (const n of [2, 61, 1_500, 4_499, 4_501, 5_990]) {
      Object.assign(read, { pages: 0 });
      const after = listToken({ requestId: `r-${n}`, at: ports.record.get(`r-${n}`)!.acceptedAt });
      const { value } = await list(ports, `top=2&after=${after}`);
      expect(value.map(({ id }) => id)).toEqual([`r-${n - 1}`, `r-${n - 2}`]);
      expect(read.pages).toBeLessThanOrEqual(2 * Math.log2(6_000 / PAGE_SIZE) + 3);
    }
  }
});

test("a list that begins in any gap between promotions continues from there", async () => {
  const gaps = fc.array(fc.tuple(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 0, max: 10 })), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(gaps, fc.nat(), async (runs, seed) => {
      const { ports, add } = recordOf(["shop"]);
      let [at, n] = [NOW, 0];
      for (const [length, power] of runs)
        for (let i = 0; i < length; i++) add("shop", `r-${n++}`, (at += 10 ** power));
      const from = seed % n;
      const after = listToken({ requestId: `r-${from}`, at: ports.record.get(`r-${from}`)!.acceptedAt });
      const { value } = await list(ports, `top=3&after=${after}`);
      const expected = [from - 1, from - 2, from - 3].filter((each) => each >= 0);
      expect(value.map(({ id }) => id)).toEqual(expected.map((each) => `r-${each}`));
    }),
    { numRuns: 150 },
  );
});

test("a promotion that a late message registered again is listed once, in its place", async () => {
  for (const [top, between] of [
    [3, 5],
    [100, 5],
    [20, 150],
  ] as const) {
    const { ports, add, again } = recordOf(["shop", "orders"]);
    for (let i = 0; i < 10; i++) add("shop", `r-${i}`);
    for (let i = 10; i < 10 + between; i++) add(i % 2 === 0 ? "shop" : "orders", `r-${i}`);
    again("shop", "r-4");
    add("shop", "last");
    const pages = await walk(ports, `top=${top}`);
    const expected = Array.from({ length: 10 + between }, (_, i) => `r-${9 + between - i}`);
    expect(pages.flatMap(({ value }) => value.map(({ id }) => id))).toEqual(["last", ...expected]);
  }
});

test("the list of all promotions includes pairs that were taken out of the file", async () => {
  const { ports, add, end } = recordOf(["shop", "till"]);
  for (const id of ["old", "young"]) add("till", id);
  add("shop", "r-1");
  end("till", "old");
  await ports.pairs.noteRoster({ inFile: ["shop", "till"].map(keyOf), idle: [], at: NOW });
  ports.pairsFile = [aPolicy()];
  await ports.pairs.noteRoster({ inFile: [keyOf("shop")], idle: [], at: NOW });
  const ids = async (query: string) => (await list(ports, query)).value.map(({ id }) => id);
  expect(await ids("")).toEqual(["r-1", "young", "old"]);
  expect(await ids("active=true")).toEqual(["r-1", "young"]);
  expect(await ids("outcome=promoted")).toEqual(["old"]);
  expect(await ids("pair=shop")).toEqual(["r-1"]);
  const pages = await walk(ports, "top=1");
  expect(pages.flatMap(({ value }) => value.map(({ id }) => id))).toEqual(["r-1", "young", "old"]);
});

async function walkTo(ports: FakePorts, query: string, pages: number): Promise<Page[]> {
  const all = [await list(ports, query)];
  while (all.length < pages) all.push(await list(ports, queryOf(all.at(-1)!.next!)));
  return all;
}

test("lists every promotion once, newest first, while new ones arrive", async () => {
  const { ports, add } = history(700);
  let more = 0;
  const pages = await walk(ports, "top=40", () => {
    add(pairs[more % 4]!, `new-${more++}`);
  });
  const ids = pages.flatMap(({ value }) => value.map(({ id }) => id));
  expect(ids).toEqual(Array.from({ length: 700 }, (_, i) => `r-${699 - i}`));
});

test("lists all promotions once with differing clocks and any page size", async () => {
  const entries = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 5_000 })), {
    maxLength: 260,
  });
  await fc.assert(
    fc.asyncProperty(entries, fc.integer({ min: 1, max: 100 }), async (all, top) => {
      const { ports, add } = recordOf(["a", "b", "c"]);
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

test.each(["active=true", "phase=accepted", "phase=queued", "active=true&outcome=promoted"])(
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

test("a filter without matches reads a bounded part per call, and next continues", async () => {
  const { ports, read } = history(250);
  const pages = await walk(ports, "outcome=halted");
  expect(pages.map(({ value }) => value.length)).toEqual([0, 0, 0, 0, 0]);
  expect(read.promotions).toBe(250);
});

test("a filter that rarely matches finds its matches at any position", async () => {
  const { ports } = history(500);
  for (const id of ["r-3", "r-250", "r-251"]) {
    const state = ports.record.get(id)!;
    ports.record.set(id, { ...state, conclusion: { ...state.conclusion!, outcome: "halted" } });
  }
  const pages = await walk(ports, "outcome=halted&top=1");
  expect(pages.flatMap(({ value }) => value.map(({ id }) => id))).toEqual(["r-251", "r-250", "r-3"]);
});

test("a token that was never given is refused", async () => {
  const { ports } = history(10);
  for (const after of ["x", "AAAA", "MTIz", "%00"]) {
    const { status, body } = await call(ports, { route: "listPromotions", query: `after=${after}` });
    expect([status, body["code"]]).toEqual([400, "invalid-query"]);
    expect(JSON.stringify(body["issues"])).toContain("an earlier reply");
  }
});
