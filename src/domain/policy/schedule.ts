import type { PairIdentity, PairKey } from "../kernel/pair-key";
import type { RequestOrigin, SwapRequest } from "../kernel/swap-request";
import { toTime } from "../kernel/time";

/** A recurring promotion in the pairs file. */
export interface ScheduleRule extends Pick<SwapRequest, "pair" | "promote" | "expect" | "reason"> {
  readonly name: string;
  /** Five-field cron expression in `zone`. */
  readonly cron: string;
  readonly zone: string;
  /** How long after its scheduled time a promotion may start. It expires at the same time. */
  readonly expiresAfterMs: number;
}

/** Who paused a schedule, and why. `times` keeps it paused if it is renamed. */
export interface Pause {
  readonly name: string;
  readonly times: string;
  readonly by: string;
  readonly note: string;
  readonly at: number;
  /** A hash of the whole note; `note` has only its beginning. */
  readonly words?: string;
}

/** `stands`: already paused with the same note. `other-words`: already paused with another note, which stays. */
export type ScheduleAnswer = "paused" | "stands" | "other-words" | "resumed" | "not-paused";

/** A promotion that a schedule started, and its scheduled time. */
export interface Start {
  readonly times: string;
  readonly requestId: string;
  readonly at: number;
}

/** The times of a schedule. `since`: when they were first seen. `gone`: since when they are not in the file. */
interface KnownTimes {
  readonly times: string;
  readonly since: number;
  readonly gone?: number;
}

/** Durable state of the `schedule` entity, keyed by the key of the pair. */
export interface ScheduleState {
  readonly v: 1;
  /** A schedule starts no promotion for a time before its `since`. */
  readonly known: readonly KnownTimes[];
  readonly pauses: readonly Pause[];
  readonly last: readonly Start[];
  /** Results of the newest operations, by their ids. */
  readonly answers: readonly { readonly id: string; readonly answer: ScheduleAnswer }[];
}

/** Changes of a pair's schedules; repeats and reorderings are harmless. */
export type ScheduleOperation =
  | { readonly kind: "see" | "miss"; readonly times: readonly string[]; readonly at: number }
  | ({ readonly kind: "started" } & Start)
  | ({ readonly kind: "pause"; readonly id: string; readonly oid: string } & Pause)
  | ({ readonly kind: "resume"; readonly id: string; readonly oid: string } & Omit<Pause, "words">);

export const noSchedules: ScheduleState = { v: 1, known: [], pauses: [], last: [], answers: [] };

// Twenty schedules of a pair and some removed ones stay under 16 KiB.
const KEPT = 22;
const PAUSES_KEPT = 20;
/** During a deployment, hosts with the old and the new file alternate every minute. */
const AWAY_MS = 3 * 60_000;

/** Identifies a schedule by its cron expression and zone, so that a rename does not matter. */
export function timesOf({ cron, zone }: Pick<ScheduleRule, "cron" | "zone">): string {
  return `${cron} ${zone}`;
}

/**
 * The id of the one scheduled promotion of a pair at an instant. Requests may not use ids of this form: an id in use
 * would block the scheduled promotion.
 */
export function scheduledId(pair: PairKey, at: number): string {
  return `schedule-${pair}-${toTime(at).replace(/\.\d+|[-:]/g, "")}`;
}

export function isScheduledId(requestId: string): boolean {
  return /^schedule-.*-\d{8}T\d{6}Z$/i.test(requestId);
}

/**
 * Whether a schedule of this pair started the promotion. Any schedule counts, since it may have been edited or renamed,
 * or another one may have the same instant.
 */
export function isOfSchedule(
  { origin, pair }: { readonly origin: RequestOrigin; readonly pair?: PairIdentity },
  key: PairKey,
): boolean {
  return origin.channel === "schedule" && pair?.key === key;
}

/** The pause of a schedule, by its name or by its times. */
export function pauseOf(state: ScheduleState, rule: ScheduleRule): Pause | undefined {
  return standing(state, { name: rule.name, times: timesOf(rule) });
}

function standing({ pauses }: ScheduleState, of: Pick<Pause, "name" | "times">): Pause | undefined {
  return pauses.find(({ name, times }) => name === of.name || times === of.times);
}

/** The result of an operation; undefined while it is not applied. */
export function scheduleAnswer({ answers }: ScheduleState, id: string): ScheduleAnswer | undefined {
  return answers.find((each) => each.id === id)?.answer;
}

/** Whether a schedule with these times has started this promotion or a later one. */
export function hasStarted({ last }: ScheduleState, { times, at }: Start): boolean {
  return last.some((entry) => entry.times === times && entry.at >= at);
}

/** Since when a schedule may start promotions; undefined if it is new, or back after it was removed. */
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

/** The first pause stays: another note does not replace it. */
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
  // Promotions that were due during the pause are not started later.
  const known = [...state.known.filter((entry) => entry.times !== times), { times, since: at }];
  return answered({ ...state, pauses, known: known.slice(-KEPT) }, id, "resumed");
}

function answered(state: ScheduleState, id: string, answer: ScheduleAnswer): ScheduleState {
  return { ...state, answers: [...state.answers, { id, answer }].slice(-10) };
}
