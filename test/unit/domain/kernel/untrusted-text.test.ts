import fc from "fast-check";
import { cleanName, cleanText, escapeUnfit, isPlain } from "../../../../src/domain/kernel/untrusted-text";
import { runs } from "../../../support/runs";

const hostile = [
  ["carriage return and line feed", "a\r\nb", "a  b"],
  ["an escape sequence", "a\u001b[31mb", "a [31mb"],
  ["a C1 control", "a\u009bb", "a b"],
  ["a line separator", "a\u2028b\u2029c", "a b c"],
  ["right-to-left override", "a\u202eb", "a\ufffdb"],
  ["isolates and marks", "a\u2066b\u2069c\u200fd\u061ce", "a\ufffdb\ufffdc\ufffdd\ufffde"],
  [
    "zero-width space, joiners and the byte order mark",
    "a\u200bb\u200cc\u200dd\ufeffe",
    "a\ufffdb\ufffdc\ufffdd\ufffde",
  ],
  ["soft hyphen, word joiner and fillers", "a\u00adb\u2060c\u3164d", "a\ufffdb\ufffdc\ufffdd"],
  ["tags", "a\u{e0041}b", "a\ufffdb"],
  ["annotations", "a\ufff9b", "a\ufffdb"],
  ["half of a pair", "a\ud800b", "a\ufffdb"],
] as const;

test.each(hostile)("%s is unfit: refused in requests, replaced in foreign texts", (_w, text, clean) => {
  expect([isPlain(text), cleanText(text), isPlain(cleanText(text))]).toEqual([false, clean, true]);
});

test.each([
  "Zoë Żółć",
  "李雷",
  "سارة",
  "Ж",
  "✔️ looked at it",
  "👍🏽",
  "a\u00a0b",
  "“quoted”",
  "naïve e\u0301",
])("%s is plain text and stays as it is", (text) => {
  expect([isPlain(text), cleanText(text), escapeUnfit(text)]).toEqual([true, text, text]);
});

test("a log keeps every unfit character as an escape", () => {
  expect(escapeUnfit("a\r\u202e\u{e0041}b")).toBe("a\\u000d\\u202e\\udb40\\udc41b");
});

test("a name is one line of at most 60 characters, or absent", () => {
  expect(cleanName("  Rita\r\n Requester ")).toBe("Rita Requester");
  expect(cleanName("x".repeat(3_000))).toBe(`${"x".repeat(59)}…`);
  expect(cleanName("😀".repeat(500))).toBe(`${"😀".repeat(59)}…`);
  expect(["", " ", "\u202e\u200b", "\ud800"].map(cleanName)).toEqual(["", "", "", ""]);
});

test("cleaned text is plain, and cleaning it again changes nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      const [clean, name] = [cleanText(text), cleanName(text)];
      expect([isPlain(clean), isPlain(name), isPlain(escapeUnfit(text))]).toEqual([true, true, true]);
      expect([cleanText(clean), cleanName(name)]).toEqual([clean, name]);
      expect([Array.from(clean).length, Array.from(name).length <= 60]).toEqual([
        Array.from(text).length,
        true,
      ]);
    }),
    { numRuns: runs(500) },
  );
});
