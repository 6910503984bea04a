import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readHostJson } from "../../../local/functions-host/host-json";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "functions-host-"));
  write({ version: "2.0" });
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function write(hostJson: object): void {
  writeFileSync(join(directory, "host.json"), JSON.stringify(hostJson));
}

test("time spans in host.json may have days; anything else is refused", () => {
  const span = (maxAutoLockRenewalDuration: string) => {
    write({ version: "2.0", extensions: { serviceBus: { maxAutoLockRenewalDuration } } });
    return readHostJson(directory).serviceBus.maxAutoLockRenewalMs;
  };
  expect(span("1.00:00:01")).toBe(86_401_000);
  expect(() => span("five minutes")).toThrow(/not a time span/);
});

test("settings of host.json without effect are named; a prefetch of zero is not one", () => {
  write({ version: "2.0", retry: {}, extensions: { http: { hsts: {} }, serviceBus: { prefetchCount: 5 } } });
  expect(readHostJson(directory).ignored).toEqual([
    "retry",
    "extensions.http.hsts",
    "extensions.serviceBus.prefetchCount",
  ]);
  write({ version: "2.0", extensions: { serviceBus: { prefetchCount: 0 } } });
  expect(readHostJson(directory).ignored).toEqual([]);
});
