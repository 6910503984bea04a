import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** An app directory for each test of a file, with a host.json that the test may replace. */
export function useAppDirectory() {
  let directory = "";
  const write = (hostJson: object) => {
    writeFileSync(join(directory, "host.json"), JSON.stringify(hostJson));
  };
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "functions-host-"));
    write({ version: "2.0" });
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });
  return { path: () => directory, write };
}
