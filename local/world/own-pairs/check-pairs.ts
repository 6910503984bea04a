import { spawnSync } from "node:child_process";

const script = `
  try { require(process.argv[1]); }
  catch (fault) {
    const messages = [];
    for (let each = fault; each instanceof Error; each = each.cause) messages.push(each.message);
    process.stdout.write(JSON.stringify(messages.length > 0 ? messages : [String(fault)]));
  }
`;

/**
 * The errors that the app reports about its configuration. Its entry point is loaded in a separate process, as a host
 * would load it; nothing is started.
 */
export function mistakesOf(entryPoint: string, settings: Readonly<Record<string, string>>): string[] {
  const { stdout, stderr, error, status } = spawnSync(process.execPath, ["-e", script, entryPoint], {
    env: { ...process.env, ...settings },
    encoding: "utf8",
  });
  if (error) throw new Error("the pairs file could not be checked", { cause: error });
  const thrown = stdout === "" ? [] : (JSON.parse(stdout) as string[]);
  return mistakesIn(thrown, stderr, status);
}

const SUMMARY = /every mistake|^the configuration is wrong/i;

/** The lines that name an error, thrown or printed; the whole output when none does. */
export function mistakesIn(thrown: readonly string[], printed: string, status: number | null): string[] {
  const words = (line: string) => line.trim().replace(/^error:\s*/i, "");
  const lines = thrown.flatMap((message) => message.split("\n")).map(words);
  const logged = printed
    .split("\n")
    .filter((line) => /^\s*error:/i.test(line))
    .map(words);
  const all = [...new Set([...lines, ...logged])].filter(Boolean);
  const mistakes = all.filter((line) => !SUMMARY.test(line));
  if (mistakes.length > 0) return mistakes;
  if (all.length > 0) return all;
  return status === 0 ? [] : [`the app did not load: ${printed.trim().slice(-500)}`];
}
