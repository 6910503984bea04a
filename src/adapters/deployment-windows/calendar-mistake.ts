/** A calendar that cannot be relied upon, and why: it counts as frozen. */
export class CalendarMistake extends Error {}

/** Names what was read when a mistake is found in it. What was not expected is told without the text it stumbled over. */
export function naming<T>(name: string | (() => string), read: () => T): T {
  try {
    return read();
  } catch (fault) {
    const detail = fault instanceof CalendarMistake ? fault.message : "it cannot be read";
    throw new CalendarMistake(`${typeof name === "string" ? name : name()}: ${detail}`, { cause: fault });
  }
}
