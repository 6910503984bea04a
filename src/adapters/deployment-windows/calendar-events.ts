import ICAL from "ical.js";
import { formatText } from "../../contracts/issues";
import type { Span } from "../../domain/policy/deployment-window";
import { CalendarError, naming } from "./calendar-error";
import { type CalendarScope, readCalendars, describeEvent } from "./calendar-text";
import { dayOf, type Moment, readMoment, readTime, type Zones } from "./calendar-time";
import { createZones } from "./calendar-zones";
import type { Effort } from "./effort";
import { type RuleText, walkRule } from "./recurrence-rule";
import type { ToInstant } from "./zone-time";

/** One event of a calendar: known spans, and walks that find more. */
export interface CalendarEvent {
  readonly known: readonly Span[];
  /** Each returns the new spans of its rule that begin up to an instant, and possibly some later ones. */
  readonly walks: readonly ((to: number) => readonly Span[])[];
}

const DAY_MS = 86_400_000;
/** More than wall times and instants can differ. */
const MARGIN_MS = 2 * DAY_MS;
/** Steps of effort for reading one date. */
const READING = 3;
/** The last time of a JavaScript `Date`. */
const LAST_TIME = 8.64e15;

/**
 * Reads the busy times of iCalendar text. Times without a zone and whole days are in `zone`; `from` is the earliest time
 * needed. Anything ambiguous is busy, or throws a `CalendarError` that names event and property.
 */
export function readEvents(
  text: string,
  zone: string,
  from: number,
  effort: Effort,
): readonly CalendarEvent[] {
  return readCalendars(text).flatMap((scope) => {
    const named = textOf(scope.calendar, "x-wr-timezone");
    // With X-WR-TIMEZONE, a time without a zone may be in that zone or in ours: no standard defines it.
    const isAmbiguous = named !== "" && named !== zone;
    return [
      ...readScope(scope, scope.busy, createZones(scope.definitions, zone, effort), from, effort),
      ...(isAmbiguous
        ? readScope(scope, scope.busy.filter(isFloating), floatingIn(scope, named, effort), from, effort)
        : []),
    ];
  });
}

function floatingIn({ definitions }: CalendarScope, named: string, effort: Effort): Zones {
  const zones = createZones(definitions, "UTC", effort);
  return (name = named) => zones(name);
}

function isFloating(event: ICAL.Component): boolean {
  const property = event.getFirstProperty("dtstart");
  if (event.name !== "vevent" || !property) return false;
  const { isDate, isUtc } = named(event, () => naming("DTSTART", () => readTime(property.jCal[3])));
  return !isDate && !isUtc && !property.getFirstParameter("tzid");
}

function named<T>(event: ICAL.Component, read: () => T): T {
  return naming(() => describeEvent(textOf(event, "uid")), read);
}

function textOf(component: ICAL.Component, name: string): string {
  const value: unknown = component.getFirstPropertyValue(name);
  return typeof value === "string" ? value : "";
}

function readScope(
  scope: CalendarScope,
  events: readonly ICAL.Component[],
  zones: Zones,
  from: number,
  effort: Effort,
): readonly CalendarEvent[] {
  const reader = new EventReader(zones, from, effort);
  const moved = new Moved(scope.busy, reader);
  return events.flatMap((event) =>
    textOf(event, "status").toUpperCase() === "CANCELLED"
      ? []
      : named(event, () =>
          event.name === "vfreebusy" ? reader.readFreeBusy(event) : reader.readEvent(event, moved.of(event)),
        ),
  );
}

/** Occurrences that other events replace, by the UID of their series. */
class Moved {
  readonly #moments = new Map<string, Moment[]>();
  readonly #series = new Map<string, number>();

  constructor(events: readonly ICAL.Component[], reader: EventReader) {
    for (const event of events.filter(({ name }) => name === "vevent")) {
      const uid = textOf(event, "uid");
      const id = event.getFirstProperty("recurrence-id");
      if (!id) this.#series.set(uid, (this.#series.get(uid) ?? 0) + 1);
      else {
        const moments = this.#moments.get(uid) ?? [];
        this.#moments.set(uid, moments);
        moments.push(...named(event, () => reader.momentsOf(id)));
      }
    }
  }

  /** Empty if the series is ambiguous: then the original occurrence stays busy too. */
  of(event: ICAL.Component): readonly Moment[] {
    const uid = textOf(event, "uid");
    const isSeries = !event.getFirstProperty("recurrence-id") && this.#series.get(uid) === 1;
    return isSeries && uid !== "" ? (this.#moments.get(uid) ?? []) : [];
  }
}

type EndOf = (shown: number, at: number) => number;

class EventReader {
  readonly #zones: Zones;
  readonly #from: number;
  readonly #effort: Effort;

  constructor(zones: Zones, from: number, effort: Effort) {
    this.#zones = zones;
    this.#from = from;
    this.#effort = effort;
  }

  momentsOf(property: ICAL.Property): readonly Moment[] {
    return naming(property.name.toUpperCase(), () => {
      if (property.getFirstParameter("range")) throw new CalendarError("RANGE is not supported");
      return (property.jCal.slice(3) as unknown[]).map((value) => this.#momentOf(property, value));
    });
  }

  #momentOf(property: ICAL.Property, value: unknown): Moment {
    this.#effort.spend(READING);
    const zone = property.getFirstParameter("tzid") as string | undefined;
    return readMoment(value, zone, this.#zones);
  }

  #first(event: ICAL.Component, name: string): Moment | undefined {
    const property = event.getFirstProperty(name);
    return property ? this.momentsOf(property)[0] : undefined;
  }

  /** FREEBUSY periods. Everything not marked as free is busy. */
  readFreeBusy(component: ICAL.Component): CalendarEvent {
    const busy = component
      .getAllProperties("freebusy")
      .filter(
        (property) => (property.getFirstParameter("fbtype") as string | undefined)?.toUpperCase() !== "FREE",
      );
    return { known: busy.flatMap((property) => this.#periodsOf(property)), walks: [] };
  }

  #periodsOf(property: ICAL.Property): readonly Span[] {
    return naming(property.name.toUpperCase(), () =>
      (property.jCal.slice(3) as unknown[]).map((value) => {
        if (!Array.isArray(value)) throw new CalendarError("it is not a period");
        const { shown, toInstant, at } = this.#momentOf(property, value[0]);
        const isLength = /^[+-]?P/.test(String(value[1]));
        const to = isLength
          ? afterDuration(ICAL.Duration.fromString(String(value[1])), toInstant)(shown, at)
          : this.#momentOf(property, value[1]).at;
        return ordered({ from: at, to });
      }),
    );
  }

  readEvent(event: ICAL.Component, moved: readonly Moment[]): CalendarEvent {
    const start = this.#first(event, "dtstart");
    if (!start) throw new CalendarError("it has no start (DTSTART)");
    const { shown: begin, toInstant } = start;
    const endOf = this.#endOf(event, start);
    const summary = formatText(textOf(event, "summary"), 80).trim();
    const label = summary === "" ? undefined : summary;
    const spanAt = (shown: number, at = toInstant(shown)): Span =>
      ordered({ from: at, to: endOf(shown, at), label });
    const dropped = namesOf(
      [...moved, ...event.getAllProperties("exdate").flatMap((property) => this.momentsOf(property))],
      start.isDate,
    );
    const isKept = (shown: number, at: number) =>
      dropped.size === 0 || !(dropped.has(dayName(shown)) || dropped.has(String(at)));
    const first = spanAt(begin);
    const dates = event.getAllProperties("rdate").flatMap((property): readonly Span[] => {
      if (property.type === "period") return this.#periodsOf(property).map((span) => ({ ...span, label }));
      const moments = this.momentsOf(property).filter(({ shown, at }) => isKept(shown, at));
      return moments.map(({ shown, at }) => spanAt(shown, at));
    });
    const from = this.#from - (first.to - first.from) - MARGIN_MS;
    const walks = event.getAllProperties("rrule").map((rule) => {
      const walk = this.#walkOf(rule, start, from);
      return (to: number) =>
        named(event, () => naming("RRULE", () => walk(to + MARGIN_MS)))
          .filter((shown) => isKept(shown, toInstant(shown)))
          .map((shown) => spanAt(shown));
    });
    return { known: [...(isKept(begin, start.at) ? [first] : []), ...dates], walks };
  }

  #walkOf(property: ICAL.Property, start: Moment, from: number) {
    return naming("RRULE", () => {
      const rule: unknown = property.jCal[3];
      if (typeof rule !== "object" || rule === null) throw new CalendarError("it is not a rule");
      const text = rule as RuleText;
      return walkRule(text, { start: start.shown, from, isPast: pastUntil(text, start) }, this.#effort);
    });
  }

  /** The later of DTEND and DURATION. A whole day lasts to its end. */
  #endOf(event: ICAL.Component, start: Moment): EndOf {
    const end = this.#first(event, "dtend");
    const duration: unknown = naming("DURATION", () => event.getFirstPropertyValue("duration"));
    if (end?.isDate && !start.isDate) throw new CalendarError("DTEND is a date, but DTSTART is a time");
    const ends: readonly EndOf[] = [
      ...(end ? [untilEnd(start, end)] : []),
      ...(duration instanceof ICAL.Duration ? [afterDuration(duration, start.toInstant)] : []),
      ...(start.isDate ? [afterDays(start.toInstant, 1)] : []),
    ];
    const isBefore = ends.some((endOf) => endOf(start.shown, start.at) < start.at);
    if (isBefore || (end && end.at < start.at)) throw new CalendarError("it ends before it starts");
    return (shown, at) => Math.max(at, ...ends.map((endOf) => endOf(shown, at)));
  }
}

function afterDays(toInstant: ToInstant, days: number): EndOf {
  return (shown) => toInstant(shown + days * DAY_MS);
}

/** DTEND gives every occurrence the same exact length. Whole days are counted in calendar days, rounded up. */
function untilEnd({ shown, isDate, toInstant, at: begin }: Moment, end: Moment): EndOf {
  if (!isDate) return (_shown, at) => at + end.at - begin;
  let days = Math.max(0, dayOf(end.shown) - dayOf(shown));
  if (!end.isDate) while (toInstant(shown + days * DAY_MS) < end.at) days += 1;
  return afterDays(toInstant, days);
}

/** Days of DURATION are calendar days; hours are exact. */
function afterDuration(duration: ICAL.Duration, toInstant: ToInstant): EndOf {
  const { weeks, days, hours, minutes, seconds, isNegative } = duration;
  if (isNegative) throw new CalendarError("DURATION: it is negative");
  const exact = ((hours * 60 + minutes) * 60 + seconds) * 1_000;
  return (shown) => toInstant(shown + (weeks * 7 + days) * DAY_MS) + exact;
}

function ordered(span: Span): Span {
  if (!(span.to <= LAST_TIME)) throw new CalendarError("its end is out of range");
  if (span.to < span.from) throw new CalendarError("it ends before it starts");
  return span;
}

function dayName(shown: number): string {
  return `day ${dayOf(shown)}`;
}

/** The names of occurrences in EXDATE and RECURRENCE-ID: instants or dates. For whole days, local midnight is the date. */
function namesOf(moments: readonly Moment[], isWholeDay: boolean): ReadonlySet<string> {
  return new Set(
    moments.flatMap(({ shown, isDate, isUtc, at }) => {
      const isMidnight = isWholeDay && !isUtc && shown % DAY_MS === 0;
      return [...(isDate || isMidnight ? [dayName(shown)] : []), ...(isDate ? [] : [String(at)])];
    }),
  );
}

/** UNTIL is a time, or a date including its whole day. A series of dates ends when both interpretations have passed. */
function pastUntil(rule: RuleText, { isDate, toInstant }: Moment): (shown: number) => boolean {
  if (rule.until === undefined) return () => false;
  const until = naming("UNTIL", () => readTime(rule.until));
  const lastDay = until.isDate || isDate ? dayOf(until.shown) : -Infinity;
  const last = until.isDate ? -Infinity : until.isUtc ? until.shown : toInstant(until.shown);
  return (shown) => dayOf(shown) > lastDay && toInstant(shown) > last;
}
