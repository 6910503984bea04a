import type { HttpResponseInit } from "@azure/functions";
import { parseNote } from "../../contracts/commands";
import { showTime } from "../../domain/shown-time";
import { noSchedules, pauseOf, timesOf, type ScheduleState } from "../../domain/schedule";
import type { PairPolicy } from "../../domain/policy";
import type { Ports } from "../../ports/ports";
import type { Schedule } from "../../ports/schedules";
import { sendUntilSeen } from "../read-back";
import { acknowledged } from "./acknowledged";
import { readJson, type Call } from "./call";
import { json, Problem } from "./problem";

const NEXT_RUNS = 5;

/** GET schedules: each with its next runs, its last one and who has paused it. */
export async function listSchedules({ ports }: Call): Promise<HttpResponseInit> {
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

/** POST schedules/{pair}/{name}/pause|resume: acknowledged only once it is stored; a note says why. */
export function stopOrGo(kind: "pause" | "resume") {
  return async ({ request, ports, caller }: Call): Promise<HttpResponseInit> => {
    const { pair = "", name = "" } = request.params;
    const schedule = ports.schedules.all().find((each) => each.pair === pair && each.name === name);
    const policy = ports.policies.find(pair);
    if (!schedule || !policy) throw new Problem("not-found", "there is no such schedule");
    const parsed = parseNote(await readJson(request), true);
    if (!parsed.ok)
      throw new Problem("note-required", `a ${kind} needs a note`, { complaints: parsed.complaints });
    const { note } = parsed.value;
    const [id, at, times] = [ports.nonce(), ports.clock.now(), timesOf(schedule)];
    const storing = sendUntilSeen(
      `the ${kind}`,
      () => ports.schedules.signal(policy.key, { kind, id, name, times, by: caller.name, note, at }),
      async () => {
        const read = await ports.schedules.read(policy.key);
        return read?.applied.includes(id) ? read : undefined;
      },
      ports,
    );
    const nextStep = `look at GET /api/schedules, then send the ${kind} again: a second one changes nothing`;
    const { timeZone } = policy;
    const state = await acknowledged(storing, { nextStep, timeZone }, ports);
    ports.log.info(kind === "pause" ? "a schedule was paused" : "a schedule was resumed", {
      ...{ pair, detail: `${name} by ${caller.name} (${caller.oid}): ${note}` },
    });
    return json(200, await view(schedule, state, ports));
  };
}

async function view(schedule: Schedule, state: ScheduleState, ports: Ports) {
  const { pair, name, cron, zone, promote, expect, reason } = schedule;
  const time = (at: number) => showTime(at, ports.policies.find(pair)?.timeZone ?? zone);
  const pause = pauseOf(state, schedule);
  const last = state.last.find((entry) => entry.times === timesOf(schedule));
  const promotion = last && (await ports.promotions.read(last.requestId));
  return {
    ...{ pair, name, cron, zone, promote, expect, reason },
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
