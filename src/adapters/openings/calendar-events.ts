import ICAL from "ical.js";
import { tellText } from "../../contracts/complaints";
import type { Span } from "../../domain/opening";
import { isTimeZone } from "../../domain/time-zone";
import { CalendarMistake, skipped, walkRule, wallOf, type Walk } from "./recurrence-rule";
import { asUtc, createOffsets, createToInstant, type ToInstant, type Wall } from "./zone-time";

/** One event of a calendar: spans that are known, and walks that find more, each ascending. */
export interface CalendarEvent {
  readonly known: readonly Span[];
  readonly walks: readonly Walker[];
}

/** The next span of a rule; `skipped` when a step found none, undefined at the end. */
export type Walker = () => Span | "skipped" | undefined;

const DAY_MS = 86_400_000;
const MOST_EVENTS = 5_000;
const MOST_DATES = 50_000;

/**
 * Reads iCalendar text (RFC 5545). Times without a zone, and whole days, are in `zone`; `from` is the earliest time
 * anybody will ask for. Throws `CalendarMistake` for what could hide a freeze.
 */
export function readEvents(text: string, zone: string, from: number): readonly CalendarEvent[] {
  const calendars = parse(text);
  const events = calendars.flatMap((calendar) => calendar.getAllSubcomponents("vevent"));
  if (events.length > MOST_EVENTS) throw new CalendarMistake(`it has more than ${MOST_EVENTS} events`);
  const zones = createZones(calendars, zone);
  const overridden = new Map<string, Set<string>>();
  const standing = events.map((event) => {
    const uid = textOf(event, "uid");
    const recurrenceId = event.getFirstProperty("recurrence-id");
    if (!recurrenceId) return { event, uid };
    if (recurrenceId.getFirstParameter("range"))
      throw new CalendarMistake("an event changes this and all future ones (RANGE)");
    const ids = overridden.get(uid) ?? new Set();
    overridden.set(uid, ids);
    for (const { key } of momentsOf(recurrenceId, zones)) ids.add(key);
    return { event, uid: undefined };
  });
  let dates = 0;
  return standing.flatMap(({ event, uid }) => {
    if (textOf(event, "status").toUpperCase() === "CANCELLED") return [];
    const excluded = new Set(uid === undefined ? [] : overridden.get(uid));
    for (const property of event.getAllProperties("exdate"))
      for (const { key } of momentsOf(property, zones)) excluded.add(key);
    const read = readEvent(event, excluded, zones, from, uid !== undefined);
    dates += read.known.length + excluded.size;
    if (dates > MOST_DATES) throw new CalendarMistake(`it has more than ${MOST_DATES} single dates`);
    return [read];
  });
}

function parse(text: string): readonly ICAL.Component[] {
  let parsed: unknown[];
  try {
    parsed = ICAL.parse(text) as unknown[];
  } catch (fault) {
    throw new CalendarMistake("it is not iCalendar", { cause: fault });
  }
  const roots = typeof parsed[0] === "string" ? [parsed] : parsed;
  const calendars = roots.map((root) => new ICAL.Component(root as string[]));
  if (calendars.length === 0 || calendars.some(({ name }) => name !== "vcalendar"))
    throw new CalendarMistake("it is not iCalendar");
  return calendars;
}

function textOf(event: ICAL.Component, name: string): string {
  const value: unknown = event.getFirstPropertyValue(name);
  return typeof value === "string" ? value : "";
}

/** A date or a time of a property. `key` names an occurrence: its instant, or its date when that is all there is. */
interface Moment {
  readonly time: ICAL.Time;
  readonly toInstant: ToInstant;
  readonly at: number;
  readonly key: string;
}

type Zones = (name: string | undefined) => ToInstant;

function momentsOf(property: ICAL.Property, zones: Zones): readonly Moment[] {
  const zone = property.getFirstParameter("tzid") as string | undefined;
  return property.getValues().map((value: unknown) => {
    const time = value instanceof ICAL.Period ? value.start : value;
    if (!(time instanceof ICAL.Time))
      throw new CalendarMistake(`an event has an unreadable ${property.name}`);
    const toInstant = isUtc(time) ? asUtc : zones(time.isDate ? undefined : zone);
    const at = toInstant(wallOf(time));
    if (Number.isNaN(at)) throw new CalendarMistake(`an event has an unreadable ${property.name}`);
    return { time, toInstant, at, key: time.isDate ? dateKey(wallOf(time)) : String(at) };
  });
}

function isUtc(time: ICAL.Time): boolean {
  return time.zone === ICAL.Timezone.utcTimezone;
}

function dateKey({ year, month, day }: Wall): string {
  return `${year}-${month}-${day}`;
}

function readEvent(
  event: ICAL.Component,
  excluded: ReadonlySet<string>,
  zones: Zones,
  from: number,
  recurs: boolean,
): CalendarEvent {
  const property = event.getFirstProperty("dtstart");
  const start = property && momentsOf(property, zones)[0];
  if (!start) throw new CalendarMistake("an event has no beginning");
  const endOf = lengthOf(event, start, zones);
  const summary = tellText(textOf(event, "summary"), 80).trim();
  const label = summary === "" ? {} : { label: summary };
  const { toInstant } = start;
  const spanAt = (wall: Wall): Span => ({
    from: toInstant(wall),
    to: endOf(wall, toInstant(wall)),
    ...label,
  });
  const isMeant = (wall: Wall) => !excluded.has(dateKey(wall)) && !excluded.has(String(toInstant(wall)));
  const begin = wallOf(start.time);
  if (spanAt(begin).to < start.at) throw new CalendarMistake("an event ends before it begins");
  const dates = recurs ? event.getAllProperties("rdate").flatMap((each) => datesOf(each, zones, spanAt)) : [];
  const known = [
    ...(isMeant(begin) ? [spanAt(begin)] : []),
    ...dates.filter(({ key }) => !excluded.has(key)).map(({ span }) => span),
  ];
  const earliest = from - (spanAt(begin).to - start.at) - 2 * DAY_MS;
  const walks = (recurs ? event.getAllProperties("rrule") : []).map((rule): Walker => {
    const walk = walkerOf(rule, start, earliest);
    return () => {
      const wall = walk();
      if (!wall) return undefined;
      return wall === skipped || !isMeant(wall) ? "skipped" : spanAt(wall);
    };
  });
  return { known, walks };
}

function walkerOf(property: ICAL.Property, { time, toInstant }: Moment, from: number): Walk {
  const rule: unknown = property.getFirstValue();
  if (!(rule instanceof ICAL.Recur)) throw new CalendarMistake("an event has an unreadable rule");
  const first = new ICAL.Time({ ...wallOf(time), isDate: time.isDate }, ICAL.Timezone.localTimezone);
  return walkRule(rule, first, from, (wall, until) => {
    if (until.isDate) return asUtc({ ...wall, hour: 0, minute: 0, second: 0 }) > asUtc(wallOf(until));
    const last = wallOf(until);
    return toInstant(wall) > (isUtc(until) ? asUtc(last) : toInstant(last));
  });
}

/** RDATE: further times of the same length, or periods with a length of their own. */
function datesOf(property: ICAL.Property, zones: Zones, spanAt: (wall: Wall) => Span) {
  const values = property.getValues() as unknown[];
  return momentsOf(property, zones).map(({ time, toInstant, at, key }, i) => {
    const value = values[i];
    if (!(value instanceof ICAL.Period)) {
      const { to, from } = spanAt(wallOf(time));
      return { key, span: { ...spanAt(wallOf(time)), from: at, to: at + to - from } };
    }
    const end = value.getEnd();
    return { key, span: { ...spanAt(wallOf(time)), from: at, to: toInstant(wallOf(end)) } };
  });
}

type EndOf = (begin: Wall, at: number) => number;

/** DTEND gives every occurrence the same exact length, days of whole-day events and of DURATION are days of the calendar. */
function lengthOf(event: ICAL.Component, start: Moment, zones: Zones): EndOf {
  const { time, toInstant } = start;
  const plus = (wall: Wall, days: number) => toInstant({ ...wall, day: wall.day + days });
  const property = event.getFirstProperty("dtend");
  const end = property && momentsOf(property, zones)[0];
  if (end) {
    if (!time.isDate) return (_begin, at) => at + end.at - start.at;
    const days = Math.round((asUtc(wallOf(end.time)) - asUtc(wallOf(time))) / DAY_MS);
    return (begin) => plus(begin, days);
  }
  const duration: unknown = event.getFirstPropertyValue("duration");
  if (duration instanceof ICAL.Duration) {
    const { weeks, days, hours, minutes, seconds, isNegative } = duration;
    if (isNegative) throw new CalendarMistake("an event ends before it begins");
    const exact = ((hours * 60 + minutes) * 60 + seconds) * 1_000;
    return (begin) => plus(begin, weeks * 7 + days) + exact;
  }
  return time.isDate ? (begin) => plus(begin, 1) : (_begin, at) => at;
}

/** Zones by their names: IANA ones as the system knows them, others as the calendar defines them. */
function createZones(calendars: readonly ICAL.Component[], standard: string): Zones {
  const made = new Map<string, ToInstant>();
  const definitions = calendars.flatMap((calendar) => calendar.getAllSubcomponents("vtimezone"));
  return (name = standard) => {
    const found =
      made.get(name) ??
      (isTimeZone(name) ? createToInstant(createOffsets(name)) : defined(name, definitions));
    made.set(name, found);
    return found;
  };
}

function defined(name: string, definitions: readonly ICAL.Component[]): ToInstant {
  const component = definitions.find((each) => textOf(each, "tzid") === name);
  if (!component) throw new CalendarMistake(`it has times in an unknown zone (${tellText(name, 60)})`);
  for (const observance of component.getAllSubcomponents()) {
    const rule: unknown = observance.getFirstPropertyValue("rrule");
    if (rule instanceof ICAL.Recur && rule.freq !== "YEARLY")
      throw new CalendarMistake(`a zone changes its offset other than YEARLY (${tellText(name, 60)})`);
  }
  const zone = new ICAL.Timezone(component);
  return (wall) => {
    const shown = asUtc(wall);
    const { year, month, day, hour, minute, second } = wallOf(ICAL.Time.fromJSDate(new Date(shown), true));
    const time = new ICAL.Time({ year, month, day, hour, minute, second, isDate: false }, zone);
    return shown - zone.utcOffset(time) * 1_000;
  };
}
