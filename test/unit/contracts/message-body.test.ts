import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readMessageBody } from "../../../src/contracts/message-body";

/** What the bytes of a message, and the text of any body, say. */

const folder = join(__dirname, "../../fixtures/queue-message-shapes");
const fixture = (name: string) =>
  Buffer.from(readFileSync(join(folder, `${name}.hex`), "utf8").trim(), "hex");
const HEAD = fixture("datacontract-short").subarray(0, 61);

test.each(["datacontract-short", "datacontract-long", "datacontract-utf16", "bom"])(
  "the message body %s is read",
  (name) => {
    expect(readMessageBody(fixture(name))).toMatchObject({
      ...{ value: { requestId: expect.stringMatching(/^release-/) as string }, issues: [] },
    });
  },
);

test("repeated fields are reported by their paths, once, in DataContract strings too", () => {
  const text = '{"a":{"b":[{"c":1,"c":2}]},"a":3,"a":4}';
  const paths = (body: Buffer) => readMessageBody(body).issues.map(({ path }) => path);
  expect(paths(Buffer.from(text))).toEqual(["$.a.b[0].c", "$.a"]);
  expect(paths(Buffer.concat([HEAD, Buffer.from([0x99, text.length]), Buffer.from(text)]))).toEqual([
    ...["$.a.b[0].c", "$.a"],
  ]);
});

test("deep nesting is read, and its limit is left to the caller", () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  expect(readMessageBody(Buffer.from(deep)).issues).toEqual([]);
});

test("text that is not JSON stays text, and a parsed body stays as it is", () => {
  expect(readMessageBody(Buffer.from("hello"))).toEqual({ value: "hello", issues: [] });
  expect(readMessageBody({ a: 1 })).toEqual({ value: { a: 1 }, issues: [] });
  expect(readMessageBody(Buffer.alloc(0))).toEqual({ value: "", issues: [] });
});
