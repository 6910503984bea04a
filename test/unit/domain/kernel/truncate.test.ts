import fc from "fast-check";
import { truncate, truncateList, shrink } from "../../../../src/domain/kernel/truncate";
import { runs } from "../../../support/runs";

/** How texts and lists are kept short where they are kept for ever. */
const twice = (text: string) =>
  JSON.stringify(JSON.stringify(text)).length - JSON.stringify(JSON.stringify("")).length;

test.each([
  ["a text that fits is kept", "abc", 3, "abc"],
  ["one character too many is marked", "abcd", 3, "ab…"],
  ["a quote takes four", '"', 4, '"'],
  ["a quote that does not fit is cut", 'a"b', 5, "a…"],
  ["a backslash takes four", "\\\\", 8, "\\\\"],
  ["a line break takes no more than seven", "\n", 7, "\n"],
  ["a control character takes seven", "\u0001abcd", 10, "\u0001ab…"],
  ["a character of two halves is not cut in two", "😀😀", 3, "😀…"],
  ["a character of two halves needs room for both", "😀😀", 2, "…"],
  ["an empty text is kept", "", 0, ""],
])("%s", (_what, text, budget, kept) => {
  expect(truncate(text, budget)).toBe(kept);
});

test("a text takes no more than its budget, escaped twice too, and loses only its end", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({ unit: fc.constantFrom('"', "\\", "\n", "x", "\u0007") }),
  );
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 80 }), (given, budget) => {
      const kept = truncate(given, budget);
      expect(twice(kept)).toBeLessThanOrEqual(budget);
      if (kept !== given) expect(given.startsWith(kept.slice(0, -1)) && kept.endsWith("…")).toBe(true);
      expect(truncate(kept, budget)).toBe(kept);
    }),
    { numRuns: runs(300) },
  );
});

interface Item {
  readonly i: number;
  readonly omitted?: number;
}

test("a list keeps its first quarter and its newest, and counts the missing at the gap", () => {
  const list = Array.from({ length: 9 }, (_, i): Item => ({ i }));
  expect(truncateList(list, 9)).toBe(list);
  expect(truncateList(list, 8)).toEqual([{ i: 0 }, { i: 1 }, { i: 3, omitted: 1 }, ...list.slice(4)]);
  expect(truncateList(list, 4)).toEqual([{ i: 0 }, { i: 6, omitted: 5 }, { i: 7 }, { i: 8 }]);
});

test("the count of missing entries grows however often more are left out", () => {
  let grown: readonly Item[] = [];
  for (let i = 0; i < 50; i++) grown = truncateList([...grown, { i }], 8);
  expect(grown.map(({ i }) => i)).toEqual([0, 1, 44, 45, 46, 47, 48, 49]);
  expect(grown.map(({ omitted = 0 }) => omitted)).toEqual([0, 0, 42, 0, 0, 0, 0, 0]);
  expect(truncateList(grown, 7)[1]).toEqual({ i: 44, omitted: 43 });
  expect(truncateList(grown, 4).reduce((sum, { omitted = 0 }) => sum + 1 + omitted, 0)).toBe(50);
});

test("a value is shrunk step by step, and no further than necessary", () => {
  const steps = [5, 3, 1].map((size) => (value: string) => value.slice(0, size));
  const to = (most: number) => shrink("abcdefg", steps, (value) => value.length <= most);
  expect([7, 6, 4, 0].map(to)).toEqual(["abcdefg", "abcde", "abc", "a"]);
});
