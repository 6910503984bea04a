import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

export interface Played {
  readonly code: number | null;
  readonly lines: readonly string[];
  /** The JSON object of the last line. */
  readonly summary: Readonly<Record<string, unknown>>;
}

/**
 * Runs the built `npm run simulate` in another process. Tests must name the seed, so that every run of `npm test`
 * gives the same result.
 */
export function simulate(...options: readonly string[]): Promise<Played> {
  const named =
    options.includes("--seed") || options.includes("--replay") || options.join(" ").includes("--runs 0");
  if (!named) throw new Error("a test names the seed of its worlds");
  const command = join(__dirname, "../../dist/test/simulation/campaigns/simulate.js");
  if (!existsSync(command)) throw new Error("build first: npm run build");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...options], { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
    child.on("error", reject).on("close", (code) => {
      const lines = text.trimEnd().split("\n");
      const summary = JSON.parse(lines.pop() ?? "") as Played["summary"];
      resolve({ code, lines, summary });
    });
  });
}
