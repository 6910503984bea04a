import { readFileSync } from "node:fs";
import { parseConfig } from "../config/config";
import { registerApp } from "./register";
import { wire } from "./wiring";

/** The entry point that the Functions host loads (`main` in package.json). Refuses to start on a wrong configuration. */
function start(): void {
  const parsed = parseConfig(process.env, (path) => readFileSync(path, "utf8"));
  if (!parsed.ok) {
    const list = parsed.complaints.map((c) => `  ${c.path}: ${c.expectation} (is: ${c.value})`).join("\n");
    throw new Error(`the configuration is wrong; every mistake:\n${list}`);
  }
  const { portsFor, verifier } = wire(parsed.config);
  registerApp(portsFor, verifier, parsed.config);
}

start();
