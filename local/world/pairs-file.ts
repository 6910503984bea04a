import type { OwnFile, OwnProbe } from "./own-pairs/own-file";

/** One pair of the simulated Resource Manager. */
interface WorldPair {
  readonly name: string;
  readonly blue: string;
  readonly green: string;
  /** Addresses of the virtual IPs, for the probes. */
  readonly production?: string;
  readonly staging?: string;
}

/** Seconds, for a person at a laptop; `--speed` divides them. docs/writing-a-request.md has the production defaults. */
const laptop = {
  queue: { deadline: 600 },
  readiness: { poll: 2, stableFor: 6, deadline: 300 },
  swap: { claimWindow: 20, putTimeout: 20, operationDeadline: 60, poll: 2 },
  verification: { poll: 2, deadline: 60 },
  soak: { for: 10, every: 2 },
};

interface Besides {
  readonly probed?: boolean;
  readonly approvers?: readonly string[];
  /** Further fields, by the pair's name. */
  readonly besides?: Readonly<Record<string, object>>;
}

/**
 * The pairs.json of the world: durations divided by `speed`, at least a second; optionally a probe of every virtual
 * IP.
 */
export function pairsFileOf(
  pairs: readonly WorldPair[],
  speed: number,
  { probed = false, approvers = [], besides }: Besides = {},
): OwnFile {
  const defaults = Object.fromEntries(
    Object.entries(laptop).map(([group, durations]) => [
      group,
      Object.fromEntries(
        Object.entries(durations).map(([name, s]) => [name, `${Math.max(1, Math.round(s / speed))}s`]),
      ),
    ]),
  );
  const approval = { quorum: approvers.length, people: approvers, deadline: "10m", validFor: "10m" };
  return {
    defaults: { ...defaults, ...(approvers.length > 0 ? { approval } : {}) },
    pairs: Object.fromEntries(
      pairs.map(({ name, blue, green, production, staging }) => {
        const probes = probed ? probesAt(production, staging) : [];
        return [name, { blue, green, ...(probes.length > 0 ? { probes } : {}), ...besides?.[name] }];
      }),
    ),
  };
}

function probesAt(url: string | undefined, incomingUrl: string | undefined): OwnProbe[] {
  if (url === undefined || incomingUrl === undefined) return [];
  return [{ name: "home", url, incomingUrl, expect: { status: 200 }, timeout: "2s" }];
}
