import ICAL from "ical.js";
import { formatText } from "../../contracts/issues";
import { CalendarError } from "./calendar-error";
import { type Definitions, definitionsOf } from "./calendar-zones";

/** One VCALENDAR, with its own UIDs and zones even if nested in another. */
export interface CalendarScope {
  readonly calendar: ICAL.Component;
  readonly definitions: Definitions;
  /** Every component that may mark times as busy, at any depth. */
  readonly busy: readonly ICAL.Component[];
}

const MOST_EVENTS = 5_000;
const MOST_DEPTH = 20;
/** Most characters of a line before its value: ical.js 2.2.1 takes seconds for a megabyte of parameters. */
const MOST_PARAMETERS = 50_000;

/** Reads iCalendar text (https://www.rfc-editor.org/rfc/rfc5545). Throws `CalendarError` for invalid text. */
export function readCalendars(text: string): readonly CalendarScope[] {
  const roots = parse(text);
  const scopes = roots.flatMap((root) => scopesOf(root, new Map(), 1));
  const events = scopes.reduce((sum, { busy }) => sum + busy.length, 0);
  if (events > MOST_EVENTS) throw new CalendarError(`it has more than ${MOST_EVENTS} events`);
  return scopes;
}

function parse(text: string): readonly ICAL.Component[] {
  if (linesOf(text).some(hasLongHead)) throw new CalendarError("a line has too many parameters");
  let parsed: unknown[];
  try {
    parsed = ICAL.parse(text) as unknown[];
  } catch (fault) {
    throw new CalendarError(invalidLineOf(text) ?? "it is not iCalendar", { cause: fault });
  }
  const roots = typeof parsed[0] === "string" ? [parsed] : parsed;
  const calendars = roots.map((root) => new ICAL.Component(root as string[]));
  if (calendars.length === 0 || calendars.some(({ name }) => name !== "vcalendar"))
    throw new CalendarError("it is not iCalendar");
  return calendars;
}

function scopesOf(calendar: ICAL.Component, around: Definitions, depth: number): readonly CalendarScope[] {
  const definitions = definitionsOf(calendar, around);
  const busy: ICAL.Component[] = [];
  const inner: CalendarScope[] = [];
  const visit = (component: ICAL.Component, at: number): void => {
    if (at > MOST_DEPTH) throw new CalendarError(`it nests deeper than ${MOST_DEPTH} components`);
    for (const child of component.getAllSubcomponents()) {
      if (child.name === "vavailability") throw new CalendarError("VAVAILABILITY is not supported");
      if (child.name === "vevent" || child.name === "vfreebusy") busy.push(child);
      if (child.name === "vcalendar") inner.push(...scopesOf(child, definitions, at + 1));
      else visit(child, at + 1);
    }
  };
  visit(calendar, depth);
  return [{ calendar, definitions, busy }, ...inner];
}

/** The event and the property that ical.js cannot read, if any. */
function invalidLineOf(text: string): string | undefined {
  if (!/^\s*BEGIN:VCALENDAR/i.test(text)) return undefined;
  const lines = linesOf(text);
  const wrong = lines.findIndex(
    (line) => line.trim() !== "" && !/^(BEGIN|END):/i.test(line) && !isProperty(line),
  );
  const line = lines[wrong];
  if (line === undefined) return undefined;
  const property = /^[A-Za-z0-9-]{1,30}(?=[;:])/.exec(line)?.[0]?.toUpperCase() ?? "a line";
  const end = lines.findIndex((each, i) => i > wrong && /^END:/i.test(each));
  const begin = lines.slice(0, wrong).reduce((last, each, i) => (/^BEGIN:/i.test(each) ? i : last), 0);
  const uid = lines.slice(begin + 1, end === -1 ? undefined : end).find((each) => /^UID[;:]/i.test(each));
  const name = uid === undefined ? "" : `${describeEvent(uid.replace(/^[^:]*:/, ""))}: `;
  return `${name}${property}: it cannot be read`;
}

function hasLongHead(line: string): boolean {
  if (line.length <= MOST_PARAMETERS) return false;
  const head = /^(?:"[^"]*"|[^":])*/.exec(line)?.[0] ?? "";
  return head.length > MOST_PARAMETERS;
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\r?\n[ \t]/g, "").split(/\r?\n/);
}

function isProperty(line: string): boolean {
  try {
    ICAL.Property.fromString(line);
    return true;
  } catch {
    return false;
  }
}

export function describeEvent(uid: string): string {
  return uid === "" ? "an event without UID" : `event "${formatText(uid, 60)}"`;
}
