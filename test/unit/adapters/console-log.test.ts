import { createLog } from "../../../src/adapters/console-log";

test("a log line holds no control or invisible characters, and no credential", () => {
  const lines: string[] = [];
  const log = createLog((_level, line) => lines.push(line));
  log.alert("halted", "line\r\nbreak \u001b[31m \u202e\u200b\u2028", {
    detail: "SharedAccessKey=abc123; Bearer eyJhbGciOi.eyJzdWIi.sig https://x/op?t=1&sig=topsecret \ud800",
  });
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toMatch(/\p{Cc}|\p{Bidi_C}|\u200b|\p{Zl}|\p{Cs}|abc123|topsecret|eyJ/u);
});
