import { readFileSync } from "node:fs";
import { parseConfig } from "../config/config";
import type { Issue } from "../domain/kernel/issue";
import { registerApp } from "./register";
import { wire } from "./wiring";

/**
 * One line per mistake. The host logs worker output line by line, as an error only when the line contains "error",
 * "fail" or "severe"; host.json drops the rest (Information).
 */
function describeMistakes(issues: readonly Issue[]): string {
  const places = issues.length === 1 ? "one place" : `${issues.length} places`;
  const head = `the configuration is wrong, in ${places}; no function is loaded`;
  const mistakes = issues.map(({ path, expectation, value }) => `${path}: ${expectation} (is: ${value})`);
  return [head, ...mistakes].map((line) => `error: ${line}`).join("\n");
}

/** The entry point that the Functions host loads (`main` in package.json). Registers nothing on a wrong configuration. */
function start(): void {
  const parsed = parseConfig(process.env, (path) => readFileSync(path, "utf8"));
  if (!parsed.ok) throw new Error(describeMistakes(parsed.issues));
  const { portsFor, verifier } = wire(parsed.config);
  registerApp(portsFor, verifier, parsed.config);
}

start();
