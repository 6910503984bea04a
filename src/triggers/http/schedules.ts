import { parseNote } from "../../contracts/commands";
import { showTime } from "../../domain/kernel/time";
import type { PairPolicy } from "../../domain/policy/policy";
import {
  noSchedules,
  pauseOf,
  scheduleAnswer,
  type ScheduleState,
  timesOf,
} from "../../domain/policy/schedule";
import type { Ports } from "../../ports/ports";
import type { Schedule } from "../../ports/schedules";
import { sendUntilSeen } from "../read-back";
import { acknowledged } from "./acknowledged";
import { type Call, readJson } from "./call";
import { json, Problem } from "./problem";

const NEXT_RUNS = 5;

/** GET schedules: each with its next runs, its last run, and who has paused it. */
export async function listSchedules({ ports }: Call) {
  const schedules = ports.schedules.all();
  const pairs = new Set(schedules.map(({ pair }) => pair));
  const policies = ports.policies.all().filter(({ name }) => pairs.has(name));
  const read = async ({ name, key }: PairPolicy) =>
    [name, (await ports.schedules.read(key)) ?? noSchedules] as const;
  const states = new Map(await Promise.all(policies.map(read)));
  const value = await Promise.all(
    schedules.map((schedule) => view(schedule, states.get(schedule.pair) ?? noSchedules, ports)),
  );
  return json(200, { value });
}

/**
 * POST schedules/{pair}/{name}/pause|resume, with a note: acknowledged once it is stored. A repeat changes nothing
 * and is not logged again; a pause with another note is refused.
 */
export function pauseOrResume(kind: "pause" | "resume") {
  return async ({ request, ports, caller }: Call) => {
    const { pair = "", name = "" } = request.params;
    const schedule = ports.schedules.all().find((each) => each.pair === pair && each.name === name);
    const policy = ports.policies.find(pair);
    if (!schedule || !policy) throw new Problem("not-found", "no such schedule");
    const parsed = parseNote(await readJson(request), true);
    if (!parsed.ok) throw new Problem("note-required", `a ${kind} needs a note`, { issues: parsed.issues });
    const { note } = parsed.value;
    const id = ports.nonce();
    const about = {
      id,
      name,
      times: timesOf(schedule),
      at: ports.clock.now(),
      by: caller.name,
      oid: caller.oid,
      note,
    };
    const words = ports.digest(note).slice(0, 16);
    const operation = kind === "pause" ? { ...about, kind, words } : { ...about, kind };
    const storing = sendUntilSeen(
      `the ${kind}`,
      () => ports.schedules.signal(policy.key, operation),
      async () => {
        const state = await ports.schedules.read(policy.key);
        const answer = state && scheduleAnswer(state, id);
        return answer && { state, answer };
      },
      ports,
    );
    const nextStep = `read GET /api/schedules, then send the ${kind} again: a repeat changes nothing`;
    const { timeZone } = policy;
    const { state, answer } = await acknowledged(storing, { nextStep, timeZone }, ports);
    if (answer === "other-words") throw differs(schedule, state);
    const detail = `${name} by ${caller.name} (${caller.oid}): ${note}`;
    if (answer === "paused") ports.log.info("a schedule was paused", { pair, detail });
    if (answer === "resumed") ports.log.info("a schedule was resumed", { pair, detail });
    return json(200, await view(schedule, state, ports));
  };
}

function differs(schedule: Schedule, state: ScheduleState): Problem {
  const pause = pauseOf(state, schedule);
  return new Problem("pause-differs", `already paused by ${pause?.by ?? "?"}: ${pause?.note ?? "?"}`);
}

async function view(schedule: Schedule, state: ScheduleState, ports: Ports) {
  const { pair, name, cron, zone, promote, expect, reason } = schedule;
  const time = (at: number) => showTime(at, ports.policies.find(pair)?.timeZone ?? zone);
  const pause = pauseOf(state, schedule);
  const last = state.last.find((entry) => entry.times === timesOf(schedule));
  const promotion = last && (await ports.promotions.read(last.requestId));
  return {
    pair,
    name,
    cron,
    zone,
    promote,
    expect,
    reason,
    paused: pause && { by: pause.by, note: pause.note, since: time(pause.at) },
    nextRuns: nextTimes(schedule, ports.clock.now()).map(time),
    lastRun: last && {
      id: last.requestId,
      at: time(last.at),
      phase: promotion?.phase,
      outcome: promotion?.conclusion?.outcome,
    },
  };
}

function nextTimes(schedule: Schedule, now: number): readonly number[] {
  const found: number[] = [];
  let at = schedule.next(now);
  while (at !== undefined && found.length < NEXT_RUNS) {
    found.push(at);
    at = schedule.next(at);
  }
  return found;
}
