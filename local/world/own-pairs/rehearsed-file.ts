import { probesOf, type OwnFile, type OwnPolicy, type OwnProbe } from "./own-file";

/** The addresses of a pair's simulated services. */
export interface PairAddresses {
  readonly name: string;
  readonly production: string;
  readonly staging: string;
}

/** The pairs file for the app, and notes on how it differs from the user's. */
export interface Rehearsal {
  readonly file: object;
  readonly notes: readonly string[];
}

type Seconds = Readonly<Record<string, number>>;

/**
 * Waits that `--speed` divides, with the product's defaults in seconds (docs/writing-a-request.md); without waits for
 * people.
 */
export const productWaits: Readonly<Record<string, Seconds>> = {
  queue: { deadline: 7_200 },
  readiness: { poll: 30, stableFor: 120, deadline: 1_800 },
  swap: { operationDeadline: 900, poll: 10 },
  verification: { poll: 10, deadline: 300 },
  soak: { for: 300, every: 10 },
};

/**
 * A pairs file for a rehearsal: probes call the simulated virtual IPs, and a speed above 1 shortens the app's own
 * waits. The rest is unchanged.
 */
export function rehearsed(own: OwnFile, pairs: readonly PairAddresses[], speed: number): Rehearsal {
  const { probes: _shared, ...defaults } = own.defaults ?? {};
  const notes: string[] = [];
  const shortened = (policy: OwnPolicy, standard: boolean) =>
    speed > 1 ? { ...policy, ...shorter(policy, speed, standard) } : policy;
  const rehearsedPairs = Object.entries(own.pairs).map(([name, pair]) => {
    const addresses = pairs.find((each) => each.name === name);
    const probes = probesOf(own, pair).map((probe) => {
      const moved = addresses ? movedProbe(probe, addresses) : probe;
      if (moved !== probe) notes.push(...describeMove(name, probe, moved));
      return moved;
    });
    return [name, { ...shortened(pair, false), ...(probes.length > 0 ? { probes } : {}) }] as const;
  });
  notes.push(...calendarNotes(own));
  return {
    file: { ...own, defaults: shortened(defaults, true), pairs: Object.fromEntries(rehearsedPairs) },
    notes,
  };
}

/** Redirects probes of other machines to the virtual IPs; addresses on this machine stay. */
function movedProbe(probe: OwnProbe, { production, staging }: PairAddresses): OwnProbe {
  const url = movedAddress(probe.url, production);
  const incomingUrl = probe.incomingUrl === undefined ? undefined : movedAddress(probe.incomingUrl, staging);
  if (url === probe.url && incomingUrl === probe.incomingUrl) return probe;
  const { header, ...expect } = probe.expect ?? {};
  const kept = header && header.matches === undefined ? { header } : {};
  return {
    ...probe,
    url,
    ...(incomingUrl === undefined ? {} : { incomingUrl }),
    ...(probe.expect ? { expect: { ...expect, ...kept } } : {}),
  };
}

function movedAddress(address: string, to: string): string {
  const { hostname, pathname, search } = new URL(address);
  return isLoopback(hostname) ? address : `${to}${pathname}${search}`;
}

function isLoopback(hostname: string): boolean {
  return /^(?:127(?:\.\d+){3}|\[::1\]|(?:.+\.)?localhost)$/.test(hostname);
}

function describeMove(pair: string, probe: OwnProbe, moved: OwnProbe): string[] {
  const { header } = probe.expect ?? {};
  return [
    ...(probe.url === moved.url
      ? []
      : [`${pair}, probe ${probe.name}: ${probe.url} is asked at ${moved.url}`]),
    ...(probe.incomingUrl === moved.incomingUrl
      ? []
      : [
          `${pair}, probe ${probe.name}: ${String(probe.incomingUrl)} is asked at ${String(moved.incomingUrl)}`,
        ]),
    ...(header?.matches === undefined
      ? []
      : [`${pair}, probe ${probe.name}: its header ${header.name} is not compared with a pattern here`]),
  ];
}

function calendarNotes({ defaults, pairs }: OwnFile): string[] {
  const freezes = [defaults, ...Object.values(pairs)].flatMap((policy) => policy?.window?.freezes ?? []);
  const sources = freezes.flatMap((freeze) => {
    if ("calendar" in freeze) return [String(freeze.calendar)];
    return "calendarSetting" in freeze ? [`of the setting ${String(freeze.calendarSetting)}`] : [];
  });
  return [...new Set(sources)].map(
    (source) => `the calendar ${source} is really read; where it cannot be, its pairs count as frozen`,
  );
}

/** Divides groups of waits; with `standard` also the product's defaults for what the file omits. */
function shorter(policy: OwnPolicy, speed: number, standard: boolean): Record<string, object> {
  const groups = Object.entries(productWaits).flatMap(([group, waits]) => {
    const own = (policy[group] ?? {}) as Readonly<Record<string, unknown>>;
    const divided = Object.entries(waits).flatMap(([name, seconds]) => {
      const text = own[name] ?? (standard ? `${seconds}s` : undefined);
      return typeof text === "string" ? [[name, divide(name, text, speed)] as const] : [];
    });
    return divided.length > 0 ? [[group, { ...own, ...Object.fromEntries(divided) }] as const] : [];
  });
  return Object.fromEntries(groups);
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Rounds deadlines up and everything else down, so that what ended before a deadline still does. */
function divide(name: string, text: string, speed: number): string {
  const seconds = (Number(text.slice(0, -1)) * (units[text.slice(-1)] ?? 1)) / speed;
  if (seconds === 0) return text;
  const isDeadline = /deadline$/i.test(name);
  return `${isDeadline ? Math.max(2, Math.ceil(seconds)) : Math.max(1, Math.floor(seconds))}s`;
}
