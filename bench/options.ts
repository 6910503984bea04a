import { parseArgs } from "node:util";

export interface BenchOptions {
  readonly json: boolean;
  readonly list: boolean;
  readonly names: readonly string[];
  /** A Markdown page whose tables are rewritten. */
  readonly write?: string;
}

export const benchUsage = `Usage: npm run bench -- [options]
  --only NAME[,NAME]  run only these
  --list              say which there are
  --json              end with one JSON line
  --write FILE        rewrite the tables of a Markdown page (docs/measured.md)`;

/** Parses the command line, or says what is wrong with it; unknown names are told with the known ones. */
export function parseBenchOptions(
  args: readonly string[],
  known: readonly string[],
): BenchOptions | { readonly issue: string } {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        json: { type: "boolean", default: false },
        list: { type: "boolean", default: false },
        only: { type: "string" },
        write: { type: "string" },
      },
    }));
  } catch (fault) {
    return { issue: (fault as Error).message };
  }
  const asked = values.only?.split(",").filter(Boolean);
  const unknown = asked?.filter((name) => !known.includes(name)) ?? [];
  if (unknown.length > 0 || asked?.length === 0)
    return { issue: `there is no benchmark "${unknown.join('", "')}"; there are: ${known.join(", ")}` };
  const { json, list, write } = values;
  return { json, list, write, names: known.filter((name) => asked?.includes(name) ?? true) };
}
