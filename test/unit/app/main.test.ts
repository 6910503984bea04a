import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * The message of the entry point for a wrong configuration. The host logs each line by itself, as an error only when its
 * words say so. Everything else is Information, which host.json leaves out.
 */
const kept = { ...process.env };
afterEach(() => {
  process.env = { ...kept };
});

function linesOfStart(env: Record<string, string>): string[] {
  process.env = { ...kept, ...env };
  let fault: unknown;
  jest.isolateModules(() => {
    try {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded as the worker loads it
      require("../../../src/app/main");
    } catch (thrown) {
      fault = thrown;
    }
  });
  return (fault as Error).message.split("\n");
}

test("each mistake is one line that the host reads as an error, with its place", () => {
  const lines = linesOfStart({ TOKEN_ISSUER: "no address", REQUEST_QUEUE: "" });
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.filter((line) => !line.startsWith("error: "))).toEqual([]);
  expect(lines[0]).toBe(
    `error: the configuration is wrong, in ${lines.length - 1} places; no function is loaded`,
  );
  expect(lines.some((line) => line.startsWith("error: PAIRS_FILE: "))).toBe(true);
  expect(lines.some((line) => line.startsWith("error: TOKEN_ISSUER: "))).toBe(true);
});

test("mistakes of the pairs file are error lines too, whatever it contains", () => {
  const file = join(mkdtempSync(join(tmpdir(), "pairs-")), "pairs.json");
  writeFileSync(file, JSON.stringify({ pairs: { shop: { blue: "a\nb", green: 7, "so\nak": {} } } }));
  const lines = linesOfStart({ PAIRS_FILE: file });
  expect(lines.filter((line) => line.includes(`${file}.pairs.shop`)).length).toBeGreaterThan(2);
  expect(lines.filter((line) => !line.startsWith("error: "))).toEqual([]);
});
