import type { Freeze, Recurrence } from "../../domain/policy/deployment-window";
import type { Clock } from "../../ports/clock";
import type { Log } from "../../ports/log";
import { createCalendar } from "./calendar";
import { CalendarError } from "./calendar-error";

/** The text of a calendar, or why there is none. */
export type CalendarText =
  { readonly kind: "text"; readonly text: string } | { readonly kind: "error"; readonly detail: string };

const DAY_MS = 86_400_000;
const FRESH_MS = 5 * 60_000;
const USABLE_MS = 60 * 60_000;
/** The least time between two reads, so that an unreachable host is not called for every check. */
const RETRY_MS = 15_000;

/** One calendar. Read again after five minutes and usable for an hour, after which it counts as frozen. */
export class CalendarCache {
  readonly #name: string;
  readonly #zone: string;
  readonly #read: () => Promise<CalendarText>;
  readonly #clock: Clock;
  #held: { readonly spans: Recurrence; readonly readAt: number; readonly text: string } | undefined;
  #failure = "it was never read";
  /** The last refused text, which is not parsed again for a while: parsing it may be slow. */
  #refused: { readonly text: string; readonly detail: string; readonly until: number } | undefined;
  #triedAt = -Infinity;
  #reading: Promise<void> | undefined;

  /** `name` is shown to people. A secret address has the name of its setting. */
  constructor(name: string, zone: string, read: () => Promise<CalendarText>, clock: Clock) {
    this.#name = name;
    this.#zone = zone;
    this.#read = read;
    this.#clock = clock;
  }

  async freeze(log: Log): Promise<Freeze> {
    if (this.#age() >= FRESH_MS && Math.abs(this.#clock.now() - this.#triedAt) >= RETRY_MS) {
      this.#reading ??= this.#refresh(log).finally(() => {
        this.#reading = undefined;
      });
    }
    await this.#reading;
    if (this.#held && this.#age() <= USABLE_MS)
      return { kind: "readable", spans: this.#guarded(this.#held, log) };
    return { kind: "unreadable", detail: `${this.#name} cannot be read: ${this.#failure}` };
  }

  #age(): number {
    return this.#held ? Math.abs(this.#clock.now() - this.#held.readAt) : Infinity;
  }

  async #refresh(log: Log): Promise<void> {
    const readAt = this.#clock.now();
    this.#triedAt = readAt;
    const reply = await this.#read();
    if (reply.kind === "error") {
      this.#fail(reply.detail, log);
      return;
    }
    if (reply.text === this.#refused?.text && readAt < this.#refused.until) {
      this.#fail(this.#refused.detail, log);
      return;
    }
    try {
      const spans = createCalendar(reply.text, this.#zone, readAt - 2 * DAY_MS);
      spans.nextStart(readAt);
      this.#held = { spans, readAt, text: reply.text };
    } catch (fault) {
      this.#refuse(reply.text, fault, log);
    }
  }

  /** An error found during use makes the calendar unreadable too. */
  #guarded({ spans, text }: { spans: Recurrence; text: string }, log: Log): Recurrence {
    const guard = <T>(check: () => T): T => {
      try {
        return check();
      } catch (fault) {
        this.#held = undefined;
        this.#refuse(text, fault, log);
        throw new CalendarError(this.#failure, { cause: fault });
      }
    };
    return {
      covering: (at) => guard(() => spans.covering(at)),
      nextStart: (at) => guard(() => spans.nextStart(at)),
    };
  }

  #refuse(text: string, fault: unknown, log: Log): void {
    // Other faults may quote the calendar's text.
    const detail = fault instanceof CalendarError ? fault.message : "its content cannot be read";
    this.#refused = { text, detail, until: this.#clock.now() + FRESH_MS };
    this.#fail(detail, log);
  }

  #fail(detail: string, log: Log): void {
    this.#failure = detail;
    log.warn("a freeze calendar could not be read", { detail: `${this.#name}: ${detail}` });
  }
}
