import { z } from "zod";
import { fieldOf, givenAt, isWrongAt, placeToMend, readPart } from "../../../src/config/readable-part";

const schema = z.strictObject({
  swap: z.strictObject({ poll: z.number().optional(), deadline: z.number().optional() }).optional(),
  names: z.array(z.string()).min(1).optional(),
});
const read = (given: unknown, at: readonly PropertyKey[] = ["pairs", "shop"]) => readPart(schema, given, at);

test("a part loses its mistakes and keeps the rest", () => {
  const part = read({ swap: { poll: "x", deadline: 5 }, names: ["a", 1], colour: 1 });
  expect(part.value).toEqual({ swap: { deadline: 5 }, names: ["a"] });
  expect(part.wrong).toEqual(
    expect.arrayContaining([
      ["swap", "poll"],
      ["names", 1],
    ]),
  );
  expect(part.strangeIn).toEqual([[]]);
});

test("a field that is empty without its mistakes is removed", () => {
  expect(read({ names: [1] }).value).toEqual({});
  expect(read(7).value).toEqual({});
});

test("a place is wrong when a mistake is at it, below it or above it", () => {
  const part = read({ swap: { poll: "x" } });
  expect(
    [["swap"], ["swap", "poll"], ["swap", "poll", 0], ["names"]].map((place) => isWrongAt(part, place)),
  ).toEqual([...[true, true, true, false]]);
});

test("a value is found by its place, and nothing is inherited", () => {
  expect(givenAt({ given: { a: [{ b: 1 }] } }, ["a", 0, "b"])).toBe(1);
  expect(givenAt({ given: {} }, ["a", 0])).toBeUndefined();
  expect(fieldOf({}, "constructor")).toBeUndefined();
});

test("a mistake between fields is reported where the first of them is set", () => {
  const pair = read({ swap: { poll: 1 } });
  const defaults = read({ swap: { poll: 2, deadline: 3 } }, ["defaults"]);
  const place = (...parts: (typeof pair)[]) => placeToMend(parts, "swap", ["poll", "deadline"]);
  expect(place(pair, defaults)).toEqual(["pairs", "shop", "swap"]);
  expect(place(read({}), defaults)).toEqual(["defaults", "swap"]);
  expect(place(read({}), read({}, ["defaults"]))).toEqual(["pairs", "shop", "swap"]);
});

test.each([
  ["is unreadable", { swap: { poll: "x", deadline: 1 } }],
  ["may be misspelt", { swap: { deadline: 1, pol: 2 } }],
])("a mistake between fields is not reported where one of them %s", (_what, given) => {
  expect(placeToMend([read(given)], "swap", ["poll", "deadline"])).toBeUndefined();
});
