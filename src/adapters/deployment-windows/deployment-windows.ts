import { describeRemoved } from "../../domain/kernel/pair-key";
import {
  decideWindow,
  type Freeze,
  onlyOnce,
  type DeploymentWindow,
  type Recurrence,
} from "../../domain/policy/deployment-window";
import type { FreezeRule, DeploymentWindowRule, WindowRule } from "../../domain/policy/policy";
import type { Clock } from "../../ports/clock";
import type { DeploymentWindows } from "../../ports/deployment-windows";
import type { Log } from "../../ports/log";
import type { Policies } from "../../ports/policies";
import { CalendarCache, type CalendarText } from "./calendar-cache";
import { CalendarError } from "./calendar-error";
import { createCronTimes } from "./cron-times";
import { instantsOf, offsetsOf } from "./zone-time";

/** More than clocks ever change. */
const DAY_MS = 86_400_000;

/** Reads calendars from an address or a file. Results never contain the address. */
export interface CalendarSources {
  fetch(address: string): Promise<CalendarText>;
  readFile(path: string): Promise<CalendarText>;
}

export interface WindowSettings {
  readonly policies: Policies;
  readonly rules: ReadonlyMap<string, DeploymentWindowRule>;
  /** The values of the app settings that freezes name. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly sources: CalendarSources;
  readonly clock: Clock;
}

interface Compiled {
  readonly allow: readonly Recurrence[];
  readonly deny: readonly Recurrence[];
  readonly intervals: readonly Freeze[];
  readonly calendars: readonly CalendarCache[];
}

/** The deployment windows of this installation's pairs. Compiled and cached once, and bound to a log for each use. */
export function createDeploymentWindows(settings: WindowSettings): (log: Log) => DeploymentWindows {
  const compiled = new Map<string, Compiled>();
  const calendars = new Map<string, CalendarCache>();
  const rulesOf = (pair: string): Compiled => {
    const made = compiled.get(pair) ?? compile(settings.rules.get(pair), calendars, settings);
    compiled.set(pair, made);
    return made;
  };
  return (log) => ({
    async at(policy, asked, holds, at) {
      const present = settings.policies.byKey(policy.key);
      if (!present) return removed(policy.name);
      const reasons = holds.map(({ reason }) => `${reason.code}: ${reason.detail}`);
      const { allow, deny, intervals, calendars: feeds } = rulesOf(present.name);
      const check = async () => {
        const freezes = [...intervals, ...(await Promise.all(feeds.map((feed) => feed.freeze(log))))];
        return decideWindow({ allow, deny, freezes }, { ...asked, holds: reasons }, at);
      };
      // A calendar that throws here counts as unreadable on the next try.
      for (let checks = 0; checks < feeds.length; checks++) {
        try {
          return await check();
        } catch (fault) {
          if (!(fault instanceof CalendarError)) throw fault;
        }
      }
      return await check();
    },
  });
}

function removed(pair: string): DeploymentWindow {
  return { open: false, reasons: [{ code: "pair-removed", detail: describeRemoved(pair) }] };
}

function compile(
  rule: DeploymentWindowRule | undefined,
  calendars: Map<string, CalendarCache>,
  settings: WindowSettings,
): Compiled {
  if (!rule) return { allow: [], deny: [], intervals: [], calendars: [] };
  const { freezes, zone } = rule;
  return {
    allow: rule.allow.map((window) => createWindow(window, "allow")),
    deny: rule.deny.map((window) => createWindow(window, "deny")),
    intervals: freezes.flatMap((freeze): Freeze[] =>
      freeze.kind === "interval" ? [{ kind: "readable", spans: intervalOf(freeze) }] : [],
    ),
    calendars: freezes.flatMap((freeze) =>
      freeze.kind === "interval" ? [] : [calendarOf(freeze, zone, calendars, settings)],
    ),
  };
}

function intervalOf({ from, to, reason }: Extract<FreezeRule, { kind: "interval" }>): Recurrence {
  return onlyOnce({ from, to, label: reason });
}

/**
 * A window as a recurrence. An allowed window lasts its duration in elapsed time. Ambiguous times are closed: when clocks
 * go back, an allowed window starts once; a denied one starts twice and lasts until the last occurrence of its end.
 */
export function createWindow({ cron, zone, durationMs }: WindowRule, kind: "allow" | "deny"): Recurrence {
  const isDenied = kind === "deny";
  const times = createCronTimes(cron, zone, isDenied ? "every" : "first");
  const offsetAt = offsetsOf(zone);
  const endOf = (from: number) => {
    const shown = isDenied ? instantsOf(offsetAt, from + offsetAt(from) + durationMs) : [];
    return Math.max(from + durationMs, ...shown);
  };
  return {
    covering(at) {
      const from = times.last(at, at - durationMs - (isDenied ? DAY_MS : 0));
      const to = from === undefined ? at : endOf(from);
      return from === undefined || to <= at ? undefined : { from, to, label: `${cron} ${zone}` };
    },
    nextStart: (at) => times.next(at),
  };
}

/** Pairs with the same zone share a calendar. */
function calendarOf(
  freeze: Exclude<FreezeRule, { kind: "interval" }>,
  zone: string,
  known: Map<string, CalendarCache>,
  { addresses, sources, clock }: WindowSettings,
): CalendarCache {
  const isSetting = freeze.kind === "setting";
  const source = isSetting ? (addresses.get(freeze.setting) ?? "") : freeze.source;
  const name = isSetting ? `the calendar of setting ${freeze.setting}` : `the calendar ${freeze.source}`;
  const key = JSON.stringify([name, zone]);
  const isAddress = isSetting || /^https?:/i.test(source);
  const read = () => (isAddress ? sources.fetch(source) : sources.readFile(source));
  const cache = known.get(key) ?? new CalendarCache(name, zone, read, clock);
  known.set(key, cache);
  return cache;
}
