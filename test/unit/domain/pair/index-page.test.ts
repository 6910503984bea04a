import fc from "fast-check";
import {
  changeIndex,
  comesAfter,
  type IndexEntry,
  indexKey,
  type IndexPage,
  newestFirst,
} from "../../../../src/domain/pair/index-page";
import { SHOP } from "../../../support/observations";

test("the key of an index page is its pair and its number", () => {
  expect(indexKey(SHOP, 3)).toBe("shop-3");
});

test("an index page has every entry once, in the order of its arrival", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ requestId: fc.constantFrom("a", "b", "c", "d"), at: fc.nat(9) })),
      (entries) => {
        const page = entries.reduce<IndexPage | undefined>(
          (before, entry) => changeIndex(before, { kind: "add", ...entry }),
          undefined,
        );
        const ids = (page?.entries ?? []).map((entry) => entry.requestId);
        expect(ids).toEqual([...new Set(entries.map((entry) => entry.requestId))]);
      },
    ),
  );
});

const page: IndexPage = { v: 1, entries: ["a", "b"].map((requestId, at) => ({ requestId, at })) };

test("forgotten entries leave, and the others keep their order", () => {
  const left = changeIndex(page, { kind: "forget", requestIds: ["a", "x"] });
  expect(left).toEqual({ v: 1, entries: [{ requestId: "b", at: 1 }] });
});

test("a page is dropped only when nothing is left, and takes no entry afterwards", () => {
  const some = changeIndex(page, { kind: "forget", requestIds: ["a"], dropped: true });
  expect(some.dropped).toBeUndefined();
  const none = changeIndex(page, { kind: "forget", requestIds: ["a", "b"], dropped: true });
  expect(none).toEqual({ v: 1, entries: [], dropped: true });
  expect(changeIndex(none, { kind: "add", requestId: "c", at: 9 })).toBe(none);
});

test("a list has the newest first, and orders equal times by id", () => {
  const entry = (requestId: string, at: number) => ({ requestId, at });
  const sorted = [entry("a", 1), entry("c", 2), entry("b", 2)].sort(newestFirst);
  expect(sorted.map(({ requestId }) => requestId)).toEqual(["c", "b", "a"]);
  expect(newestFirst(entry("a", 1), entry("a", 1))).toBe(0);
  const [first, second] = sorted as [IndexEntry, IndexEntry, IndexEntry];
  expect([comesAfter(second, first), comesAfter(first, second), comesAfter(first, first)]).toEqual([
    ...[true, false, false],
  ]);
  expect(comesAfter(first, undefined)).toBe(true);
});
