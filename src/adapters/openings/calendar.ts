import type { Recurrence, Span } from "../../domain/opening";
import { readEvents, type Walker } from "./calendar-events";
import { countUpTo } from "./cron-times";
import { CalendarMistake } from "./recurrence-rule";

const DAY_MS = 86_400_000;
/** How far ahead of what was asked occurrences are looked up. */
const AHEAD_MS = 8 * DAY_MS;
/** As far as anybody looks for the next opening. */
const HORIZON_MS = 367 * DAY_MS;
/** Steps of recurrence rules, each some 10 µs. */
const MOST_STEPS = 100_000;
/** Steps of one rule that find nothing: more than a daily one needs from one leap day to the next. */
const MOST_VAIN = 5_000;

/**
 * The freezes of iCalendar text, found as far ahead as they are asked for and remembered. Nobody may rely on what is
 * before `from`: it counts as frozen. Throws `CalendarMistake`, at once or later, for what could hide a freeze.
 */
export function createCalendar(text: string, zone: string, from: number): Recurrence {
  const events = readEvents(text, zone, from);
  const spans = new Spans(events.flatMap((event) => event.known));
  let pending = events.flatMap((event) => event.walks).map((walker) => new Pending(walker));
  let upTo = from;
  let steps = 0;

  /** Finds every span that begins at or before `to`. */
  function cover(to: number): void {
    if (to < upTo) return;
    upTo = to + AHEAD_MS;
    const found: Span[] = [];
    for (const walk of pending) {
      // A day more: where clocks jump, a later wall time may be an earlier instant.
      for (let next = walk.peek(); next && next.from <= upTo + DAY_MS; next = walk.peek()) {
        found.push(next);
        walk.drop();
      }
      steps += walk.takeSteps();
      if (steps > MOST_STEPS) throw new CalendarMistake(`its events recur more than ${MOST_STEPS} times`);
    }
    pending = pending.filter((walk) => walk.peek());
    spans.add(found);
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
        if (pending.length === 0) return next;
      }
      return undefined;
    },
  };
}

/** A rule whose next span is looked at before it is taken. */
class Pending {
  readonly #walker: Walker;
  #next: Span | undefined;
  #ended = false;
  #steps = 0;

  constructor(walker: Walker) {
    this.#walker = walker;
  }

  peek(): Span | undefined {
    for (let vain = 0; !this.#next && !this.#ended; vain++) {
      if (vain > MOST_VAIN) throw new CalendarMistake("a recurrence rule hardly ever applies");
      this.#steps += 1;
      const next = this.#walker();
      if (next === undefined) this.#ended = true;
      else if (next !== "skipped") this.#next = next;
    }
    return this.#next;
  }

  drop(): void {
    this.#next = undefined;
  }

  /** The steps taken since the last call. */
  takeSteps(): number {
    const steps = this.#steps;
    this.#steps = 0;
    return steps;
  }
}

/** Spans in the order of their beginnings; with each, the latest end of all before it. */
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
