import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readMessageBody } from "../../../src/contracts/message-body";

/** What the bytes of a message, and the text of any body, say. */

const folder = join(__dirname, "../../fixtures/queue-message-shapes");
const fixture = (name: string) =>
  Buffer.from(readFileSync(join(folder, `${name}.hex`), "utf8").trim(), "hex");
const HEAD = fixture("datacontract-short").subarray(0, 61);

test("a DataContract string is read whole or not at all", () => {
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
