import fc from "fast-check";
import { canonicalJson } from "../../../../src/domain/kernel/canonical-json";

test.each([
  [{ b: 1, a: [true, null, "x"] }, '{"a":[true,null,"x"],"b":1}'],
  [{ a: undefined, b: { d: 2, c: undefined } }, '{"b":{"d":2}}'],
  [[undefined, 1], "[null,1]"],
  // Sorted by UTF-16 code units, as RFC 8785 asks: the surrogate pair of an emoji comes before U+FB33.
  [{ "\u{1F600}": 1, "\uFB33": 2, é: 3, "\r": 4 }, '{"\\r":4,"é":3,"\u{1F600}":1,"\uFB33":2}'],
  [undefined, "null"],
  [{}, "{}"],
  [[], "[]"],
])("%j is written as one text", (value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test("a value reads back as itself, and the order of its members does not matter", () => {
  const shuffled = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(shuffled)
      : typeof value === "object" && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([k, v]) => [k, shuffled(v)]),
          )
        : value;
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(shuffled(value))).toBe(text);
    }),
  );
});

test("neither deep nesting nor a long list overflows the stack", () => {
  let deep: unknown = "x";
  for (let level = 0; level < 100_000; level += 1) deep = level % 2 ? [deep] : { a: deep };
  expect(canonicalJson(deep)).toHaveLength(3 + 50_000 * 2 + 50_000 * 6);
  expect(canonicalJson(Array<number>(300_000).fill(1))).toHaveLength(600_001);
});
