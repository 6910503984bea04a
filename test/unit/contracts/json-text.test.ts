import fc from "fast-check";
import { parseJsonText } from "../../../src/contracts/json-text";
import { readMessageBody } from "../../../src/contracts/message-body";

test("a JSON text is read like JSON.parse, and repeated fields are reported", () => {
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

test("of many repeated fields the first fifty are reported", () => {
  const text = `[${Array.from({ length: 60 }, () => '{"a":1,"a":2}').join(",")}]`;
  const { issues } = readMessageBody(Buffer.from(text));
  expect([issues.length, issues.at(-1)?.path]).toEqual([50, "$[49].a"]);
});
