import { afterByteOrderMark, jsonWithin } from "../../../src/contracts/json-within";

const text = JSON.stringify({ a: 1 });

test("JSON after a byte order mark is parsed; any other body stays as it is", () => {
  expect(afterByteOrderMark(`\ufeff${text}`)).toEqual({ a: 1 });
  for (const body of [text, "\ufeff{", { a: 1 }, undefined]) expect(afterByteOrderMark(body)).toBe(body);
});

test("an object or list is found in JSON text, however often it was serialized", () => {
  expect([jsonWithin(text), jsonWithin(JSON.stringify(JSON.stringify([1])))]).toEqual([{ a: 1 }, [1]]);
});

test.each(["hello", "12", "null", '"hello"', "", { a: 1 }, null, 7])("%j holds no JSON object", (value) => {
  expect(jsonWithin(value)).toBeUndefined();
});
