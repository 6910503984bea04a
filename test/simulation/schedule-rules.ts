import type { History, Violation } from "./history";
import { expiryOf, filesOf, type PlannedSchedule } from "./planned-schedules";
import { ScheduleRecord, type Look } from "./schedule-record";
import type { Of } from "./timeline";
import type { WorldPlan } from "./world-plan";

const MINUTE = 60_000;
/** A look that took longer, or in which a client's call went wrong, may have started nothing. */
const SWIFT_MS = 20_000;
/** Files may differ from host to host for so long: three minutes, and one for the timers. */
const AWAY_MS = 4 * MINUTE;
/** How long what a look has seen may be on its way into the memory of schedules. */
const KNOWN_AFTER_MS = 5 * MINUTE;

export type Scheduled = Of<"scheduled">;
type Plan = Pick<WorldPlan, "skewMs"> & Partial<Pick<WorldPlan, "schedules" | "deeds">>;

/** What design.md §5 asks of schedules, judged by the promotions that became known, and by who was there to start them. */
export function scheduleRules(history: History, plan: Plan): Violation[] {
  const { schedules, deeds = [], skewMs } = plan;
  if (!schedules) return [];
  const files = filesOf({ schedules, deeds });
  const record = new ScheduleRecord(history, files, skewMs);
  const broken = (invariant: string, { request, minute, n }: Scheduled, what: string): Violation => ({
    invariant,
    detail: `${request}, due at minute ${minute}, ${what}`,
    entry: n,
  });
  const started = history.scheduled.flatMap((each): Violation[] => {
    const isAgain = history.scheduled.some(
      (other) => other.pair === each.pair && other.minute === each.minute && other.n < each.n,
    );
    if (isAgain) return [broken("§5 never twice", each, "is the second of its pair and instant")];
    const able = record.looksBehind(each).filter((look) => inTime(look, each));
    if (able.length === 0) return [broken("§5 expiry", each, "was started before its time or too late")];
    const found = able.map((look) => [look, record.asking(look, each)] as const);
    if (found.every(([, all]) => all.length === 0))
      return [broken("§5 asked", each, "was asked for by no file in force")];
    const asking = found
      .map(
        ([look, all]) => [look, all.filter((s) => expiryOf(s, schedules) === each.expiresAfterMs)] as const,
      )
      .filter(([, all]) => all.length > 0);
    if (asking.length === 0)
      return [broken("§5 expiry", each, "has an expiry that no file in force gave to it")];
    if (asking.every(([look, all]) => all.every((s) => record.isStopped(look, s, each))))
      return [
        broken("§5 pause", each, "was started although its schedule was paused then, or at its instant"),
      ];
    return skewMs === 0 && asking.every(([, all]) => all.every((s) => wasAway(record, s, each)))
      ? [broken("§5 backwards", each, "was started although no file asked for it at its instant")]
      : [];
  });
  return [...started, ...record.looks.flatMap((look) => missed(look, record, plan))];
}

/** Whether the clock that a look read may have shown a time from the instant up to its expiry. */
function inTime({ clock, lasted }: Look, { minute, expiresAfterMs }: Scheduled): boolean {
  const due = minute * MINUTE;
  return clock + lasted >= due && clock < due + expiresAfterMs;
}

/** Whether hosts had looked for longer than a deployment takes, and over the instant, at files without the schedule. */
function wasAway(
  { looks }: ScheduleRecord,
  { minutes }: PlannedSchedule,
  { pair, minute }: Scheduled,
): boolean {
  const due = minute * MINUTE;
  const asks = (look: Look) => look.file[pair]?.some((s) => s.minutes.join() === minutes.join());
  const last = looks.filter((look) => look.at < due && asks(look)).at(-1);
  const gone = looks.find((look) => look.n > (last?.n ?? -1) && !asks(look));
  const back = looks.find((look) => look.at >= due && asks(look));
  return gone !== undefined && gone.at <= due && (back?.at ?? Infinity) - gone.at > AWAY_MS;
}

/** Instants that a look had to start, and did not. */
function missed(look: Look, record: ScheduleRecord, { schedules, skewMs }: Plan): Violation[] {
  const { over, clock, lasted } = look;
  if (!over || lasted > SWIFT_MS || record.isDisturbed(look)) return [];
  return Object.entries(look.file).flatMap(([pair, all]) =>
    all.flatMap((schedule): Violation[] => {
      const minute = schedule.minutes.filter((m) => m * MINUTE <= clock).at(-1);
      if (minute === undefined) return [];
      const due = minute * MINUTE;
      const isNext = schedule.minutes.some((m) => m * MINUTE > clock && m * MINUTE <= clock + lasted);
      const isLate = due <= clock + lasted - expiryOf(schedule, schedules);
      if (isNext || isLate || due <= record.startsAfter(look, pair, schedule, KNOWN_AFTER_MS, skewMs))
        return [];
      const isKnown = record.scheduled.some(
        (each) => each.pair === pair && each.minute === minute && each.at <= over.at,
      );
      const detail = `${pair}'s ${schedule.name} was due at minute ${minute}, and a look at it started nothing`;
      return isKnown ? [] : [{ invariant: "§5 due", detail, entry: over.n }];
    }),
  );
}
