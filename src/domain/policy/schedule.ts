import type { PairIdentity, PairKey } from "../kernel/pair-key";
import type { RequestOrigin, SwapRequest } from "../kernel/swap-request";
import { toTime } from "../kernel/time";

/** A promotion that the pairs file asks for again and again. */
export interface ScheduleRule extends Pick<SwapRequest, "pair" | "promote" | "expect" | "reason"> {
  readonly name: string;
  /** Five fields, in `zone`. */
  readonly cron: string;
  readonly zone: string;
  /** How long after its instant a promotion may still be started, and must have begun to swap. */
  readonly expiresAfterMs: number;
}

/** Who stopped a schedule, and why. `times` keeps it stopped when it is renamed. */
export interface Pause {
  readonly name: string;
  readonly times: string;
  readonly by: string;
  readonly note: string;
  readonly at: number;
  /** A hash of the whole note, of which only the beginning is kept. */
  readonly words?: string;
}

/**
 * What came of a person's operation: `stands`: it was paused before with the same words; `other-words`: it was paused before
 * with others, which stand; `not-paused`: there was nothing to resume.
 */
export type ScheduleAnswer = "paused" | "stands" | "other-words" | "resumed" | "not-paused";

/** A promotion that a schedule asked for, and its instant. */
export interface Start {
  readonly times: string;
  readonly requestId: string;
  readonly at: number;
}

/** A set of times, since when it may start promotions, and since when it was not in the file, if it was missed. */
interface KnownTimes {
  readonly times: string;
  readonly since: number;
  readonly gone?: number;
}

/** What is remembered of a pair's schedules: durable state of the `schedule` entity, keyed by the key of the pair. */
export interface ScheduleState {
  readonly v: 1;
  /** Since when each set of times is known, and may start promotions: nothing is started for a time before. */
  readonly known: readonly KnownTimes[];
  readonly pauses: readonly Pause[];
  readonly last: readonly Start[];
  /** What came of the newest operations of people, by their ids. */
  readonly answers: readonly { readonly id: string; readonly answer: ScheduleAnswer }[];
}

/** Changes of a pair's schedules; repeats and reorderings are harmless. */
export type ScheduleOperation =
  | { readonly kind: "see" | "miss"; readonly times: readonly string[]; readonly at: number }
  | ({ readonly kind: "started" } & Start)
  | ({ readonly kind: "pause"; readonly id: string; readonly oid: string } & Pause)
  | ({ readonly kind: "resume"; readonly id: string; readonly oid: string } & Omit<Pause, "words">);

export const noSchedules: ScheduleState = { v: 1, known: [], pauses: [], last: [], answers: [] };

// Twenty schedules of a pair and some of an edit before: together under 16 KiB.
const KEPT = 22;
const PAUSES_KEPT = 20;
/** While hosts are replaced, old and new files are looked at in turn, every minute. */
const AWAY_MS = 3 * 60_000;

/** Names the times of a schedule: another cron text or zone is another schedule, another name is not. */
export function timesOf({ cron, zone }: Pick<ScheduleRule, "cron" | "zone">): string {
  return `${cron} ${zone}`;
}

/**
 * The promotion of a pair at an instant: one, whichever schedule asks for it, however often, and whatever the pair is named. Ids of
 * this shape are the schedules' own: whoever could take one beforehand would keep its promotion from being started.
 */
export function scheduledId(pair: PairKey, at: number): string {
  return `schedule-${pair}-${toTime(at).replace(/\.\d+|[-:]/g, "")}`;
}

/** Whether an id has the shape of those that schedules give, of whatever pair. */
export function isScheduledId(requestId: string): boolean {
  return /^schedule-.*-\d{8}T\d{6}Z$/i.test(requestId);
}

/**
 * Whether what the promotion record has under a schedule's id was asked for by a schedule of this pair. Which one does not matter: it
 * may have been edited or renamed since, or another one has the same instant.
 */
export function isOfSchedule(
  { origin, pair }: { readonly origin: RequestOrigin; readonly pair?: PairIdentity },
  key: PairKey,
): boolean {
  return origin.channel === "schedule" && pair?.key === key;
}

/** The pause that holds a schedule, by its name or by its times. */
export function pauseOf(state: ScheduleState, rule: ScheduleRule): Pause | undefined {
  return standing(state, { name: rule.name, times: timesOf(rule) });
}

function standing({ pauses }: ScheduleState, of: Pick<Pause, "name" | "times">): Pause | undefined {
  return pauses.find(({ name, times }) => name === of.name || times === of.times);
}

/** What came of an operation; undefined while it was not seen to be applied. */
export function scheduleAnswer({ answers }: ScheduleState, id: string): ScheduleAnswer | undefined {
  return answers.find((each) => each.id === id)?.answer;
}

/** Whether it is remembered that these times have started this promotion, or a later one. */
export function hasStarted({ last }: ScheduleState, { times, at }: Start): boolean {
  return last.some((entry) => entry.times === times && entry.at >= at);
}

/** Since when a set of times may start promotions; undefined when it is new at `now`, or comes back after it was taken out. */
export function sinceOf({ known }: ScheduleState, times: string, now: number): number | undefined {
  const entry = known.find((each) => each.times === times);
  return entry && !wasAway(entry, now) ? entry.since : undefined;
}

function wasAway({ gone }: KnownTimes, now: number): boolean {
  return gone !== undefined && now - gone > AWAY_MS;
}

function seen(entry: KnownTimes, at: number): KnownTimes {
  return { times: entry.times, since: wasAway(entry, at) ? at : entry.since };
}

export function applyToSchedules(state: ScheduleState = noSchedules, op: ScheduleOperation): ScheduleState {
  switch (op.kind) {
    case "see": {
      const fresh = op.times.filter((times) => !state.known.some((entry) => entry.times === times));
      const known = state.known.map((entry) => (op.times.includes(entry.times) ? seen(entry, op.at) : entry));
      return { ...state, known: [...known, ...fresh.map((times) => ({ times, since: op.at }))].slice(-KEPT) };
    }
    case "miss": {
      const missed = (entry: KnownTimes) => entry.gone === undefined && op.times.includes(entry.times);
      return {
        ...state,
        known: state.known.map((entry) => (missed(entry) ? { ...entry, gone: op.at } : entry)),
      };
    }
    case "started": {
      const { times, requestId, at } = op;
      if (hasStarted(state, op)) return state;
      const others = state.last.filter((entry) => entry.times !== times);
      return { ...state, last: [...others, { times, requestId, at }].slice(-KEPT) };
    }
    case "pause":
      return scheduleAnswer(state, op.id) ? state : paused(state, op);
    case "resume":
      return scheduleAnswer(state, op.id) ? state : resumed(state, op);
  }
}

/** Whoever has paused a schedule is who is shown: other words do not replace what stands. */
function paused(state: ScheduleState, op: Extract<ScheduleOperation, { kind: "pause" }>): ScheduleState {
  const { kind: _kind, id, oid: _oid, ...pause } = op;
  const before = standing(state, pause);
  if (before && before.words !== pause.words) return answered(state, id, "other-words");
  if (before?.name === pause.name && before.times === pause.times) return answered(state, id, "stands");
  const others = state.pauses.filter(({ name }) => name !== pause.name);
  const truncated = { ...pause, by: pause.by.slice(0, 60), note: pause.note.slice(0, 100) };
  return answered({ ...state, pauses: [...others, truncated].slice(-PAUSES_KEPT) }, id, "paused");
}

function resumed(state: ScheduleState, op: Extract<ScheduleOperation, { kind: "resume" }>): ScheduleState {
  const { id, name, times, at } = op;
  const pauses = state.pauses.filter((pause) => pause.name !== name && pause.times !== times);
  if (pauses.length === state.pauses.length) return answered(state, id, "not-paused");
  // What was due while it was paused is not made up for.
  const known = [...state.known.filter((entry) => entry.times !== times), { times, since: at }];
  return answered({ ...state, pauses, known: known.slice(-KEPT) }, id, "resumed");
}

function answered(state: ScheduleState, id: string, answer: ScheduleAnswer): ScheduleState {
  return { ...state, answers: [...state.answers, { id, answer }].slice(-10) };
}
