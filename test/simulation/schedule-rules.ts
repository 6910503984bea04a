import { clockErrorOf, setsClocks } from "./clocks";
import { Verdicts, type Judged, type RuleModule } from "./coverage";
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

type Scheduled = Of<"scheduled">;

/** What design.md §5 asks of schedules, judged by the promotions that became known, and by who was there to start them. */
export const scheduleRules: RuleModule = {
  rules: ["§5 never twice", "§5 expiry", "§5 asked", "§5 pause", "§5 backwards", "§5 due"],
  // There nobody pauses, and no schedule is known for long.
  notInSmallWorlds: ["§5 pause", "§5 due"],
  judge({ history, plan }: Judged) {
    const verdicts = new Verdicts();
    const { schedules, deeds } = plan;
    if (!schedules) return verdicts;
    const record = new ScheduleRecord(history, filesOf({ schedules, deeds }), clockErrorOf(plan));
    for (const each of history.scheduled) judgeStarted(each, record, plan, verdicts);
    for (const look of record.looks) judgeLook(look, record, plan, verdicts);
    return verdicts;
  },
};

/** The first thing that is wrong with a promotion that was started is what it is told for. */
function judgeStarted(each: Scheduled, record: ScheduleRecord, plan: WorldPlan, verdicts: Verdicts): void {
  const { schedules } = plan;
  let isBroken = false;
  const tell = (rule: string, what: string, is: boolean) => {
    if (isBroken) return;
    isBroken = is;
    const detail = `${each.request}, due at minute ${each.minute}, ${what}`;
    verdicts.judged(rule, each.n, is ? detail : undefined);
  };
  const isAgain = record.scheduled.some(
    (other) => other.pair === each.pair && other.minute === each.minute && other.n < each.n,
  );
  tell("§5 never twice", "is the second of its pair and instant", isAgain);
  const able = record.looksBehind(each).filter((look) => inTime(look, each));
  tell("§5 expiry", "was started before its time or too late", able.length === 0);
  const found = able.map((look) => [look, record.asking(look, each)] as const);
  tell(
    "§5 asked",
    "was asked for by no file in force",
    found.every(([, all]) => all.length === 0),
  );
  const asking = found
    .map(([look, all]) => [look, all.filter((s) => expiryOf(s, schedules) === each.expiresAfterMs)] as const)
    .filter(([, all]) => all.length > 0);
  tell("§5 expiry", "has an expiry that no file in force gave to it", asking.length === 0);
  if (record.wasPaused(each))
    tell(
      "§5 pause",
      "was started although its schedule was paused then, or at its instant",
      asking.every(([look, all]) => all.every((s) => record.isStopped(look, s, each))),
    );
  if (clockErrorOf(plan) === 0)
    tell(
      "§5 backwards",
      "was started although no file asked for it at its instant",
      asking.every(([, all]) => all.every((s) => wasAway(record, s, each))),
    );
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
function judgeLook(look: Look, record: ScheduleRecord, plan: WorldPlan, verdicts: Verdicts): void {
  const { schedules } = plan;
  const wrong = clockErrorOf(plan);
  const { over, clock, lasted } = look;
  // What a look read of a clock that is set meanwhile says nothing of how long it took.
  if (!over || setsClocks(plan) || lasted > SWIFT_MS || record.isDisturbed(look)) return;
  for (const [pair, all] of Object.entries(look.file))
    for (const schedule of all) {
      const minute = schedule.minutes.filter((m) => m * MINUTE <= clock).at(-1);
      if (minute === undefined) continue;
      const due = minute * MINUTE;
      const isNext = schedule.minutes.some((m) => m * MINUTE > clock && m * MINUTE <= clock + lasted);
      const isLate = due <= clock + lasted - expiryOf(schedule, schedules);
      if (isNext || isLate || due <= record.startsAfter(look, pair, schedule, KNOWN_AFTER_MS, wrong))
        continue;
      const isKnown = record.scheduled.some(
        (each) => each.pair === pair && each.minute === minute && each.at <= over.at,
      );
      const detail = `${pair}'s ${schedule.name} was due at minute ${minute}, and a look at it started nothing`;
      verdicts.judged("§5 due", over.n, isKnown ? undefined : detail);
    }
}
