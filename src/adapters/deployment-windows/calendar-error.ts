/** Why a calendar cannot be used. It counts as frozen. */
export class CalendarError extends Error {}

/** Adds a name to errors of `read`. Unexpected faults lose their message, which may quote the calendar's text. */
export function naming<T>(name: string | (() => string), read: () => T): T {
  try {
    return read();
  } catch (fault) {
    const detail = fault instanceof CalendarError ? fault.message : "it cannot be read";
    throw new CalendarError(`${typeof name === "string" ? name : name()}: ${detail}`, { cause: fault });
  }
}
