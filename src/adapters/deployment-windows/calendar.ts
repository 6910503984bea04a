import type { Recurrence, Span } from "../../domain/policy/deployment-window";
import { readEvents } from "./calendar-events";
import { countUpTo } from "./cron-times";
import { Effort } from "./effort";

const DAY_MS = 86_400_000;
/** How far ahead of the requested time occurrences are expanded. */
const AHEAD_MS = 8 * DAY_MS;
/** How far ahead the next freeze is searched. */
const HORIZON_MS = 367 * DAY_MS;

/**
 * The freezes of iCalendar text, expanded on demand. Times before `from` count as frozen. Throws `CalendarError`, now or
 * during use, for text that could hide a freeze or costs more than `effort` allows.
 */
export function createCalendar(text: string, zone: string, from: number, effort = new Effort()): Recurrence {
  const events = readEvents(text, zone, from, effort);
  const spans = new Spans(events.flatMap((event) => event.known));
  const walks = events.flatMap((event) => event.walks);
  let upTo = from;

  /** Finds every span that begins at or before `to`. */
  function cover(to: number): void {
    if (to < upTo) return;
    upTo = to + AHEAD_MS;
    spans.add(effort.during(() => walks.flatMap((walk) => walk(upTo))));
  }

  return {
    covering(at) {
      if (at < from) return { from: -Infinity, to: from };
      cover(at);
      return spans.covering(at);
    },
    nextStart(at) {
      for (let to = at; to <= at + HORIZON_MS; to = upTo) {
        cover(to);
        const next = spans.nextStart(at);
        if (next !== undefined && next <= upTo) return next;
        if (walks.length === 0) return next;
      }
      return undefined;
    },
  };
}

/** Spans ordered by start, each with the latest end of all spans up to it. */
class Spans {
  #spans: Span[] = [];
  #starts: number[] = [];
  #ends: number[] = [];

  constructor(spans: readonly Span[]) {
    this.add(spans);
  }

  add(more: readonly Span[]): void {
    if (more.length === 0) return;
    this.#spans = [...this.#spans, ...more.filter(({ from, to }) => from < to)].sort(
      (a, b) => a.from - b.from,
    );
    this.#starts = this.#spans.map((span) => span.from);
    let end = -Infinity;
    this.#ends = this.#spans.map((span) => (end = Math.max(end, span.to)));
  }

  covering(at: number): Span | undefined {
    let latest: Span | undefined;
    for (let i = countUpTo(this.#starts, at) - 1; i >= 0 && (this.#ends[i] ?? at) > at; i--) {
      const span = this.#spans[i];
      if (span && span.to > at && span.to > (latest?.to ?? at)) latest = span;
    }
    return latest;
  }

  nextStart(at: number): number | undefined {
    return this.#starts[countUpTo(this.#starts, at)];
  }
}
