import { expiryOf, filesOf } from "../plans/planned-schedules";
import type { PlannedSchedule, WorldPlan } from "../plans/world-plan";
import { clockErrorOf, setsClocks } from "../world/clocks";
import type { Of } from "../world/timeline";
import { type Judged, type RuleModule, Verdicts } from "./coverage";
import { type Check, ScheduleRecord } from "./schedule-record";

const MINUTE = 60_000;
/** A slower check, or one with a failed client call, may have started nothing. */
const SWIFT_MS = 20_000;
/** How long files may differ between hosts: three minutes, and one for the timers. */
const AWAY_MS = 4 * MINUTE;
/** How long a check's result may take until schedules know it. */
const KNOWN_AFTER_MS = 5 * MINUTE;

type Scheduled = Of<"scheduled">;

/** Rules for schedules, judged by the known promotions and by the hosts that could start them. */
export const scheduleRules: RuleModule = {
  rules: [
    "schedule: never twice",
    "schedule: expiry",
    "schedule: asked for",
    "schedule: paused",
    "schedule: never backwards",
    "schedule: due",
  ],
  // Nobody pauses there, and schedules are known only briefly.
  notInSmallWorlds: ["schedule: paused", "schedule: due"],
  judge({ history, plan }: Judged) {
    const verdicts = new Verdicts();
    const { schedules, userActions } = plan;
    if (!schedules) return verdicts;
    const record = new ScheduleRecord(history, filesOf({ schedules, userActions }), clockErrorOf(plan));
    for (const each of history.scheduled) judgeStarted(each, record, plan, verdicts);
    for (const check of record.checks) judgeCheck(check, record, plan, verdicts);
    return verdicts;
  },
};

/** Reports the first violation of a started promotion. */
function judgeStarted(each: Scheduled, record: ScheduleRecord, plan: WorldPlan, verdicts: Verdicts): void {
  const { schedules } = plan;
  let isBroken = false;
  const report = (rule: string, what: string, is: boolean) => {
    if (isBroken) return;
    isBroken = is;
    const detail = `${each.request}, due at minute ${each.minute}, ${what}`;
    verdicts.judged(rule, each.n, is ? detail : undefined);
  };
  const isAgain = record.scheduled.some(
    (other) => other.pair === each.pair && other.minute === each.minute && other.n < each.n,
  );
  report("schedule: never twice", "is the second of its pair and instant", isAgain);
  const able = record.checksBehind(each).filter((check) => inTime(check, each));
  report("schedule: expiry", "was started before its time or too late", able.length === 0);
  const found = able.map((check) => [check, record.asking(check, each)] as const);
  report(
    "schedule: asked for",
    "was asked for by no file in force",
    found.every(([, all]) => all.length === 0),
  );
  const asking = found
    .map(
      ([check, all]) => [check, all.filter((s) => expiryOf(s, schedules) === each.expiresAfterMs)] as const,
    )
    .filter(([, all]) => all.length > 0);
  report("schedule: expiry", "has an expiry that no file in force gave to it", asking.length === 0);
  if (record.wasPaused(each))
    report(
      "schedule: paused",
      "was started although its schedule was paused then, or at its instant",
      asking.every(([check, all]) => all.every((s) => record.isStopped(check, s, each))),
    );
  if (clockErrorOf(plan) === 0)
    report(
      "schedule: never backwards",
      "was started although no file asked for it at its instant",
      asking.every(([, all]) => all.every((s) => wasAway(record, s, each))),
    );
}

/** Whether the clock of a check may have shown a time between the schedule's time and its expiry. */
function inTime({ clock, lasted }: Check, { minute, expiresAfterMs }: Scheduled): boolean {
  const due = minute * MINUTE;
  return clock + lasted >= due && clock < due + expiresAfterMs;
}

/** Whether hosts had files without the schedule for longer than a deployment takes, and over its time. */
function wasAway(
  { checks }: ScheduleRecord,
  { minutes }: PlannedSchedule,
  { pair, minute }: Scheduled,
): boolean {
  const due = minute * MINUTE;
  const asks = (check: Check) => check.file[pair]?.some((s) => s.minutes.join() === minutes.join());
  const last = checks.filter((check) => check.at < due && asks(check)).at(-1);
  const gone = checks.find((check) => check.n > (last?.n ?? -1) && !asks(check));
  const back = checks.find((check) => check.at >= due && asks(check));
  return gone !== undefined && gone.at <= due && (back?.at ?? Infinity) - gone.at > AWAY_MS;
}

/** Reports times that a check had to start, and did not. */
function judgeCheck(check: Check, record: ScheduleRecord, plan: WorldPlan, verdicts: Verdicts): void {
  const { schedules } = plan;
  const wrong = clockErrorOf(plan);
  const { over, clock, lasted } = check;
  // A clock that is set during a check does not show its duration.
  if (!over || setsClocks(plan) || lasted > SWIFT_MS || record.isDisturbed(check)) return;
  for (const [pair, all] of Object.entries(check.file))
    for (const schedule of all) {
      const minute = schedule.minutes.filter((m) => m * MINUTE <= clock).at(-1);
      if (minute === undefined) continue;
      const due = minute * MINUTE;
      const isNext = schedule.minutes.some((m) => m * MINUTE > clock && m * MINUTE <= clock + lasted);
      const isLate = due <= clock + lasted - expiryOf(schedule, schedules);
      if (isNext || isLate || due <= record.startsAfter(check, pair, schedule, KNOWN_AFTER_MS, wrong))
        continue;
      const isKnown = record.scheduled.some(
        (each) => each.pair === pair && each.minute === minute && each.at <= over.at,
      );
      const detail = `${pair}'s ${schedule.name} was due at minute ${minute}, and a check of it started nothing`;
      verdicts.judged("schedule: due", over.n, isKnown ? undefined : detail);
    }
}
