import { toTime } from "./events";
import type { PairKey } from "./pair-key";
import type { SwapRequest } from "./swap-request";

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
}

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
  readonly gone?: number | undefined;
}

/** What is remembered of a pair's schedules: durable state of the `schedule` entity, keyed by the key of the pair. */
export interface ScheduleState {
  readonly v: 1;
  /** Since when each set of times is known, and may start promotions: nothing is started for a time before. */
  readonly known: readonly KnownTimes[];
  readonly pauses: readonly Pause[];
  readonly last: readonly Start[];
  /** The newest operations of people that were applied. */
  readonly applied: readonly string[];
}

/** Changes of a pair's schedules; repeats and reorderings are harmless. */
export type ScheduleOperation =
  | { readonly kind: "see" | "miss"; readonly times: readonly string[]; readonly at: number }
  | ({ readonly kind: "started" } & Start)
  | ({ readonly kind: "pause"; readonly id: string } & Pause)
  | {
      readonly kind: "resume";
      readonly id: string;
      readonly name: string;
      readonly times: string;
      readonly at: number;
    };

export const noSchedules: ScheduleState = { v: 1, known: [], pauses: [], last: [], applied: [] };

// Twenty schedules of a pair and some of an edit before: together under 16 KiB.
const KEPT = 22;
const PAUSES_KEPT = 20;
/** While hosts are replaced, old and new files are looked at in turn, every minute. */
const AWAY_MS = 3 * 60_000;

/** Names the times of a schedule: another cron text or zone is another schedule, another name is not. */
export function timesOf({ cron, zone }: Pick<ScheduleRule, "cron" | "zone">): string {
  return `${cron} ${zone}`;
}

/** The promotion of a pair at an instant: one, whichever schedule asks for it, however often, whatever the pair is named. */
export function scheduledId(pair: PairKey, at: number): string {
  return `${pair}-${toTime(at).replace(/\.\d+|[-:]/g, "")}`;
}

/** The pause that holds a schedule, by its name or by its times. */
export function pauseOf({ pauses }: ScheduleState, rule: ScheduleRule): Pause | undefined {
  return pauses.find(({ name, times }) => name === rule.name || times === timesOf(rule));
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
    case "pause": {
      if (state.applied.includes(op.id)) return state;
      const { kind: _kind, id, ...pause } = op;
      const others = state.pauses.filter(({ name }) => name !== pause.name);
      const clipped = { ...pause, by: pause.by.slice(0, 60), note: pause.note.slice(0, 100) };
      return noted({ ...state, pauses: [...others, clipped].slice(-PAUSES_KEPT) }, id);
    }
    case "resume": {
      if (state.applied.includes(op.id)) return state;
      const { id, name, times, at } = op;
      const pauses = state.pauses.filter((pause) => pause.name !== name && pause.times !== times);
      if (pauses.length === state.pauses.length) return noted(state, id);
      // What was due while it was paused is not made up for.
      const known = [...state.known.filter((entry) => entry.times !== times), { times, since: at }];
      return noted({ ...state, pauses, known: known.slice(-KEPT) }, id);
    }
  }
}

function noted(state: ScheduleState, id: string): ScheduleState {
  return { ...state, applied: [...state.applied, id].slice(-10) };
}
