import type { PlannedSchedule, ScheduleFile } from "../plans/world-plan";
import type { Of } from "../world/timeline";
import type { History } from "./history";

const MINUTE = 60_000;
/** The longest delay of a late message while a host can take it. */
const LATEST_MS = 2 * MINUTE;

/** Another host takes over a dead host's work within this time: the queue's visibility timeout, and a poll. */
const TAKEN_OVER_MS = 70_000;

/** One check of what is due: its file and clock, and its end. */
export interface Check {
  readonly n: number;
  readonly at: number;
  readonly file: ScheduleFile;
  readonly clock: number;
  readonly over: Of<"check-over"> | undefined;
  /** Infinity when unknown. */
  readonly lasted: number;
}

/** A pause or resumption: `settled` once it was acknowledged; a host that never answered may still do it. */
interface Word extends Of<"schedule-asked"> {
  readonly settled: Of<"schedule-answered"> | undefined;
}

/** Checks, started promotions, pauses and resumptions of schedules, for the rules. */
export class ScheduleRecord {
  readonly checks: readonly Check[];
  readonly scheduled: readonly Of<"scheduled">[];
  readonly #words: readonly Word[];
  readonly #faults: History["faults"];
  readonly #late: History["faults"];
  readonly #away: readonly { readonly from: number; readonly to: number }[];
  /** When a host died or stopped. */
  readonly #ends: readonly number[];
  readonly #skewMs: number;

  constructor(history: History, files: readonly ScheduleFile[], skewMs: number) {
    this.scheduled = history.scheduled;
    this.#skewMs = skewMs;
    this.#faults = history.faults.filter(({ what }) => /client call/.test(what));
    this.#late = history.faults.filter(({ what }) => what === "a message is late");
    this.#away = awayOf(history.hosts);
    this.#ends = history.hosts.filter(({ what }) => !what.startsWith("up")).map(({ at }) => at);
    const overs = new Map(history.checkOvers.map((each) => [each.check, each]));
    this.checks = history.checks.map(({ n, at, check, file, clock }) => {
      const over = overs.get(check);
      return { n, at, clock, over, lasted: over ? over.at - at : Infinity, file: files[file] ?? {} };
    });
    const answers = new Map(history.scheduleAnswers.map((each) => [each.ask, each]));
    this.#words = history.scheduleWords.flatMap((word) => {
      const answer = answers.get(word.ask);
      if (answer && answer.status >= 400 && answer.status < 500) return [];
      return [{ ...word, settled: answer?.status === 200 ? answer : undefined }];
    });
  }

  /**
   * Checks that may have started a promotion: started before it was known, and not over by then, except for late
   * messages, or messages of a host that died.
   */
  checksBehind({ n, at }: Of<"scheduled">): readonly Check[] {
    return this.checks.filter((check) => {
      const wasLate = this.#late.some((fault) => fault.n > check.n && fault.n < n);
      const over = check.over?.at ?? Infinity;
      if (check.n > n) return false;
      return (
        this.#takenOverBy(check, at) >= at || over + (wasLate ? LATEST_MS + this.#awayMs(over, at) : 0) >= at
      );
    });
  }

  /** Until when a message of a check may have waited for another host to take over. */
  #takenOverBy(check: Check, at: number): number {
    const over = check.over?.at ?? Infinity;
    const ends = this.#ends.filter((end) => end >= check.at - TAKEN_OVER_MS && end <= over + TAKEN_OVER_MS);
    const sent = Number.isFinite(over) ? over : check.at;
    const awayMs = this.#awayMs(sent, at);
    const served = awayMs > 0 ? sent + awayMs + TAKEN_OVER_MS : over;
    return Math.max(over, served, ...ends.map((end) => end + TAKEN_OVER_MS + this.#awayMs(end, at)));
  }

  #awayMs(from: number, to: number): number {
    const parts = this.#away.map((away) => Math.min(away.to, to) - Math.max(away.from, from));
    return parts.reduce((sum, part) => sum + Math.max(0, part), 0);
  }

  /** Schedules of the check's file with this time, as known before it. */
  asking(check: Check, { pair, minute }: Of<"scheduled">): readonly PlannedSchedule[] {
    return (check.file[pair] ?? []).filter((schedule) => {
      if (!schedule.minutes.includes(minute)) return false;
      const seen = this.checks.filter((each) => each.n < check.n && has(each.file, pair, schedule));
      return seen.some(({ clock }) => clock < minute * MINUTE);
    });
  }

  /** Whether a pause of this pair was requested before the start. */
  wasPaused({ pair, n }: Of<"scheduled">): boolean {
    return this.#words.some((word) => word.what === "pause" && word.pair === pair && word.n < n);
  }

  /** Whether a schedule was certainly paused when a check started, or was resumed after its time. */
  isStopped(check: Check, schedule: PlannedSchedule, { pair, minute, at }: Of<"scheduled">): boolean {
    return this.#pausesOf(pair, schedule).some((pause) => {
      const { settled } = pause;
      if (!settled || settled.at >= check.at) return false;
      const resumes = this.#resumesOf(pair, schedule, pause).filter(
        (word) => word.n < check.n || word.at <= at,
      );
      const undoing = resumes.filter((word) => !word.settled || word.settled.n > pause.n);
      return undoing.every((word) => minute * MINUTE <= word.at - this.#skewMs);
    });
  }

  /** Whether a client's call failed during a check. */
  isDisturbed({ n, over }: Check): boolean {
    return this.#faults.some((fault) => fault.n > n && fault.n < (over?.n ?? Infinity));
  }

  /** The check must have started what is due after this time; Infinity: nothing. */
  startsAfter(
    check: Check,
    pair: string,
    schedule: PlannedSchedule,
    knownAfterMs: number,
    skewMs: number,
  ): number {
    const before = this.checks.filter((each) => each.n < check.n);
    const gone = before.filter((each) => !has(each.file, pair, schedule)).at(-1)?.n ?? -1;
    const first = before.find(
      (each) => each.n > gone && each.over && each.lasted < MINUTE && !this.isDisturbed(each),
    );
    const settled = (first?.over?.at ?? Infinity) + knownAfterMs;
    if (check.at < settled) return Infinity;
    const seen = before.filter((each) => has(each.file, pair, schedule) && each.at <= settled);
    const pauses = this.#pausesOf(pair, schedule).filter((word) => word.at <= (check.over?.at ?? Infinity));
    const resumes = pauses.flatMap((pause) => this.#resumesOf(pair, schedule, pause));
    if ([...pauses, ...resumes].some((word) => !word.settled)) return Infinity;
    const isFree = pauses.every((pause) =>
      this.#resumesOf(pair, schedule, pause).some(
        (word) =>
          undoes(word, pause) && word.n > (pause.settled?.n ?? 0) && (word.settled?.n ?? Infinity) < check.n,
      ),
    );
    if (!isFree) return Infinity;
    return Math.max(
      ...seen.map(({ clock }) => clock),
      ...resumes.map((word) => (word.settled?.at ?? Infinity) + skewMs),
    );
  }

  #pausesOf(pair: string, { name, minutes }: PlannedSchedule): readonly Word[] {
    return this.#words.filter(
      (word) =>
        word.what === "pause" &&
        word.pair === pair &&
        (word.schedule === name || word.minutes === minutes.join()),
    );
  }

  /** Calls that end a pause, or restart the schedule. */
  #resumesOf(pair: string, { minutes }: PlannedSchedule, pause: Word): readonly Word[] {
    return this.#words.filter(
      (word) =>
        word.what === "resume" &&
        word.pair === pair &&
        (undoes(word, pause) || word.minutes === minutes.join()),
    );
  }
}

/** When no host ran durable functions. */
function awayOf(hosts: History["hosts"]): { from: number; to: number }[] {
  const up = new Set<string>();
  let from: number | undefined;
  return hosts.flatMap(({ host, what, at }) => {
    const since = from;
    if (what === "up") up.add(host);
    else if (!what.startsWith("up")) up.delete(host);
    from = up.size > 0 ? undefined : (since ?? at);
    return since !== undefined && from === undefined ? [{ from: since, to: at }] : [];
  });
}

function undoes({ schedule, minutes }: Word, pause: Word): boolean {
  return schedule === pause.schedule || minutes === pause.minutes;
}

function has(file: ScheduleFile, pair: string, { minutes }: PlannedSchedule): boolean {
  return (file[pair] ?? []).some((each) => each.minutes.join() === minutes.join());
}
