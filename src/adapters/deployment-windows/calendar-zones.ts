import type ICAL from "ical.js";
import { formatText } from "../../contracts/issues";
import { isTimeZone } from "../../domain/kernel/time-zone";
import { CalendarError, naming } from "./calendar-error";
import { readTime, type Zones } from "./calendar-time";
import type { Effort } from "./effort";
import { type RuleBounds, type RuleText, walkRule } from "./recurrence-rule";
import { createToInstant, type OffsetAt, offsetsOf, type ToInstant } from "./zone-time";

const DAY_MS = 86_400_000;
/** Longer than the time between two changes by a rule, since only YEARLY rules are accepted. */
const OFTEN_MS = 400 * DAY_MS;

/** VTIMEZONEs by name. */
export type Definitions = ReadonlyMap<string, ICAL.Component>;

/** The definitions of one VCALENDAR and of those around it. The innermost definition of a name counts. */
export function definitionsOf(calendar: ICAL.Component, around: Definitions): Definitions {
  const own = calendar
    .getAllSubcomponents("vtimezone")
    .map((zone) => [String(zone.getFirstPropertyValue("tzid")), zone] as const);
  return new Map([...around, ...own]);
}

/**
 * The zones of one VCALENDAR. Its own definition of a name takes precedence over the tz database
 * (https://www.rfc-editor.org/rfc/rfc5545#section-3.2.19). `floatingZone` is the zone of times without a name.
 */
export function createZones(definitions: Definitions, floatingZone: string, effort: Effort): Zones {
  const made = new Map<string, ToInstant>();
  const make = (name: string): ToInstant => {
    const own = definitions.get(name);
    if (own)
      return createToInstant(
        naming(
          () => `zone "${formatText(name, 60)}"`,
          () => createDefined(own, effort),
        ),
      );
    if (isTimeZone(name)) return createToInstant(offsetsOf(name));
    throw new CalendarError(`it is in an unknown zone (${formatText(name, 60)})`);
  };
  const floating = createToInstant(offsetsOf(floatingZone));
  return (name) => {
    if (name === undefined) return floating;
    const found = made.get(name) ?? make(name);
    made.set(name, found);
    return found;
  };
}

/** Changes to one offset, in wall time before the change. */
interface Observance {
  readonly from: number;
  readonly to: number;
  /** The changes in a range, and the last one before it. */
  readonly changesOf: (since: number, until: number) => readonly number[];
}

function createDefined(zone: ICAL.Component, effort: Effort): OffsetAt {
  const observances = zone
    .getAllSubcomponents()
    .filter(({ name }) => name === "standard" || name === "daylight")
    .map((component) => readObservance(component, effort));
  if (observances.length === 0) throw new CalendarError("it has no STANDARD or DAYLIGHT");
  const tables = new Map<number, readonly Change[]>();
  return (at) => {
    const year = new Date(at).getUTCFullYear();
    const table = tables.get(year) ?? changesOf(observances, year);
    tables.set(year, table);
    return table.filter((change) => change.at <= at).at(-1)?.to ?? table[0]?.from ?? 0;
  };
}

interface Change {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

function changesOf(observances: readonly Observance[], year: number): readonly Change[] {
  const [since, until] = [Date.UTC(year, 0, 1) - OFTEN_MS, Date.UTC(year + 1, 0, 1) + DAY_MS];
  return observances
    .flatMap(({ from, to, changesOf: walls }) =>
      walls(since, until).map((wall) => ({ at: wall - from, from, to })),
    )
    .sort((a, b) => a.at - b.at);
}

function readObservance(component: ICAL.Component, effort: Effort): Observance {
  const offset = (name: string) =>
    naming(name.toUpperCase(), () => readOffset(component.getFirstProperty(name)?.jCal[3]));
  const [from, to] = [offset("tzoffsetfrom"), offset("tzoffsetto")];
  const begins = component.getFirstProperty("dtstart");
  const start = naming("DTSTART", () => readTime(begins?.jCal[3])).shown;
  const dates = component
    .getAllProperties("rdate")
    .flatMap((property) =>
      (property.jCal.slice(3) as unknown[]).map((date) => naming("RDATE", () => readTime(date).shown)),
    );
  const rules = component.getAllProperties("rrule").map((property) => property.jCal[3] as RuleText);
  for (const { freq, interval = 1 } of rules)
    if (freq !== "YEARLY" || interval !== 1)
      throw new CalendarError("it has a rule that is not YEARLY with INTERVAL 1");
  const single = [start, ...dates].sort((a, b) => a - b);
  const walk = (rule: RuleText, since: number, until: number) =>
    naming("RRULE", () => walkRule(rule, boundsOf(rule, start, since, from), effort)(until));
  return {
    from,
    to,
    changesOf(since, until) {
      effort.spend(single.length);
      const last = single.filter((wall) => wall < since).at(-1);
      const named = single.filter((wall) => wall >= since && wall <= until);
      const found = rules.flatMap((rule) => {
        const near = walk(rule, since, until);
        return near.length > 0 ? near : walk(rule, -Infinity, since).slice(-1);
      });
      return [...(last === undefined ? [] : [last]), ...named, ...found].filter((wall) => wall <= until);
    },
  };
}

function boundsOf(rule: RuleText, start: number, from: number, offset: number): RuleBounds {
  const until = rule.until === undefined ? undefined : naming("UNTIL", () => readTime(rule.until));
  const last =
    until === undefined ? Infinity : until.shown + (until.isUtc ? offset : until.isDate ? DAY_MS - 1 : 0);
  return { start, from, isPast: (shown) => shown > last };
}

/** An offset of jCal: https://www.rfc-editor.org/rfc/rfc7265#section-3.6.13 */
function readOffset(text: unknown): number {
  const [, sign, hours, minutes, seconds = "0"] =
    /^([+-])([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(String(text)) ?? [];
  if (sign === undefined) throw new CalendarError("it is not an offset");
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
  return sign === "-" ? -ms : ms;
}
