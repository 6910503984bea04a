import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Node's options as `npm start` of a project gives them: benchmarks run under the same. */
export function worldFlags(projectDirectory: string): string[] {
  const file = readFileSync(join(projectDirectory, "package.json"), "utf8");
  const { scripts } = JSON.parse(file) as { scripts: { start: string } };
  return /node ((?:--\S+ )*)dist/.exec(scripts.start)?.[1]?.split(" ").filter(Boolean) ?? [];
}
