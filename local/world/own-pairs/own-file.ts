import { readFileSync } from "node:fs";

/** The parts of a valid pairs file that a rehearsal reads. */
export interface OwnFile {
  readonly defaults?: OwnPolicy;
  readonly pairs: Readonly<Record<string, OwnPair>>;
}

export interface OwnPolicy {
  readonly versionTag?: string;
  readonly probes?: readonly OwnProbe[];
  readonly approval?: OwnApproval;
  readonly window?: { readonly freezes?: readonly object[] };
  /** Groups of durations, such as `readiness`. */
  readonly [group: string]: unknown;
}

export interface OwnPair extends OwnPolicy {
  readonly blue: string;
  readonly green: string;
}

export interface OwnApproval {
  readonly quorum?: number;
  readonly people?: readonly string[];
  readonly roles?: readonly string[];
}

export interface OwnProbe {
  readonly name: string;
  readonly url: string;
  readonly incomingUrl?: string;
  readonly expect?: {
    readonly status?: number;
    readonly header?: { readonly name: string; readonly equals?: string; readonly matches?: string };
    readonly json?: { readonly path: string; readonly equals: unknown };
  };
  readonly [field: string]: unknown;
}

/** Reads a pairs file; Windows editors may put a byte order mark at its beginning. */
export function readOwnFile(path: string): OwnFile {
  return JSON.parse(readFileSync(path, "utf8").replace(/^\u{feff}/u, "")) as OwnFile;
}

/** The probes of a pair: its own, or else the default ones. */
export function probesOf({ defaults }: OwnFile, pair: OwnPair): readonly OwnProbe[] {
  return pair.probes ?? defaults?.probes ?? [];
}
