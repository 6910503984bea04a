import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { readMessageBody } from "../../../src/contracts/message-body";
import { parseJsonText } from "../../../src/contracts/json-text";

/** What the bytes of a message, and the text of any body, say. */

const folder = join(__dirname, "../../fixtures/queue-message-shapes");
const fixture = (name: string) =>
  Buffer.from(readFileSync(join(folder, `${name}.hex`), "utf8").trim(), "hex");
const HEAD = fixture("datacontract-short").subarray(0, 61);

test.each(["datacontract-short", "datacontract-long", "datacontract-utf16", "bom"])("%s is read", (name) => {
  expect(readMessageBody(fixture(name))).toMatchObject({
    ...{ value: { requestId: expect.stringMatching(/^release-/) as string }, issues: [] },
  });
});

test("a DataContract string is read whole or not at all, however it is cut", () => {
  const whole = fixture("datacontract-short");
  for (let length = HEAD.length; length < whole.length; length++) {
    const { value, issues } = readMessageBody(whole.subarray(0, length));
    // Its head alone is UTF-8 too: text that is no JSON.
    expect([typeof value === "object", issues.length <= 1]).toEqual([false, true]);
  }
  const record = (code: number, text: string) => Buffer.from([code, text.length, ...Buffer.from(text)]);
  const inTwo = Buffer.concat([HEAD, record(0x98, '{"a":'), record(0x99, "1}")]);
  expect(readMessageBody(inTwo)).toEqual({ value: { a: 1 }, issues: [] });
  expect(readMessageBody(Buffer.concat([inTwo, Buffer.from([0x01])])).value).not.toEqual({ a: 1 });
});

test("fields that stand twice are told by their paths, in DataContract strings as well, and each once", () => {
  const text = '{"a":{"b":[{"c":1,"c":2}]},"a":3,"a":4}';
  const paths = (body: Buffer) => readMessageBody(body).issues.map(({ path }) => path);
  expect(paths(Buffer.from(text))).toEqual(["$.a.b[0].c", "$.a"]);
  expect(paths(Buffer.concat([HEAD, Buffer.from([0x99, text.length]), Buffer.from(text)]))).toEqual([
    ...["$.a.b[0].c", "$.a"],
  ]);
});

test("a JSON text is read as JSON.parse reads it, and a field stands twice exactly where writing it again loses one", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(parseJsonText(JSON.stringify(value))).toEqual({ value, issues: [] });
    }),
  );
  const member = fc.tuple(fc.constantFrom("a", "b", "c"), fc.integer({ min: 0, max: 9 }));
  fc.assert(
    fc.property(fc.array(member, { maxLength: 4 }), (members) => {
      const text = `{${members.map(([name, value]) => `"${name}":${value}`).join(",")}}`;
      const isLost = new Set(members.map(([name]) => name)).size < members.length;
      expect((parseJsonText(text)?.issues.length ?? 0) > 0).toBe(isLost);
    }),
  );
});

test("nesting of any depth is no danger: it is read, and left to whoever bounds it", () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  expect(readMessageBody(Buffer.from(deep)).issues).toEqual([]);
});

test("what is no JSON stays text, and what a host has parsed stays what it is", () => {
  expect(readMessageBody(Buffer.from("hello"))).toEqual({ value: "hello", issues: [] });
  expect(readMessageBody({ a: 1 })).toEqual({ value: { a: 1 }, issues: [] });
  expect(readMessageBody(Buffer.alloc(0))).toEqual({ value: "", issues: [] });
});

test("of very many fields that stand twice the first fifty are told", () => {
  const text = `[${Array.from({ length: 60 }, () => '{"a":1,"a":2}').join(",")}]`;
  const { issues } = readMessageBody(Buffer.from(text));
  expect([issues.length, issues.at(-1)?.path]).toEqual([50, "$[49].a"]);
});
