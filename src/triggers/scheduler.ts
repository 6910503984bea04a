import type { TimerHandler } from "@azure/functions";
import { parseSwapRequest } from "../contracts/swap-request";
import type { PairKey } from "../domain/kernel/pair-key";
import { toTime } from "../domain/kernel/time";
import { removedPairs } from "../domain/pair/roster";
import type { PairPolicy } from "../domain/policy/policy";
import {
  hasStarted,
  isOfSchedule,
  noSchedules,
  pauseOf,
  scheduledId,
  type ScheduleState,
  sinceOf,
  timesOf,
} from "../domain/policy/schedule";
import type { PromotionState, Registration } from "../domain/promotion/state";
import type { Ports } from "../ports/ports";
import type { Schedule } from "../ports/schedules";
import { acceptRequest } from "./accept";
import { createWalk, withPatience } from "./walk";
import type { PortsFor } from "./ports-for";

/**
 * Starts what is due, every minute and after any downtime, unless it has expired. The promotion's id is made of
 * pair key and instant, so another host, a renamed schedule or pair, or a second run finds it in the promotion
 * record. Pairs that do not fit the budget are logged and come first the next minute.
 */
export function createScheduler(portsFor: PortsFor): TimerHandler {
  const walk = createWalk();
  return async (_timer, context) => {
    const bound = portsFor(context);
    const ports = { ...bound, announcer: withPatience(bound.announcer, bound.clock) };
    const schedules = ports.schedules.all();
    // Pairs without a schedule too: a schedule removed from the file must be noticed.
    const pairs = ports.policies.all();
    const visit = async ({ name, key }: PairPolicy) => {
      const own = schedules.filter(({ pair }) => pair === name);
      await safely(name, ports, () => startDue(key, own, ports));
      return true;
    };
    await walk(pairs, visit, ports);
    await safely("all", ports, () => missRemoved(ports));
  };
}

async function safely(pair: string, { log }: Ports, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (fault) {
    log.warn("the schedules of a pair could not be processed", { pair, fault });
  }
}

/** A pair that returns to the file starts nothing that was due while it was away. */
async function missRemoved(ports: Ports): Promise<void> {
  const inFile = ports.policies.all().map(({ key }) => key);
  for (const key of removedPairs(await ports.pairs.readRoster(), inFile)) await startDue(key, [], ports);
}

async function startDue(pair: PairKey, schedules: readonly Schedule[], ports: Ports): Promise<void> {
  const at = ports.clock.now();
  const state = (await ports.schedules.read(pair)) ?? noSchedules;
  await rememberTimes(pair, schedules.map(timesOf), state, ports);
  for (const schedule of schedules) {
    const due = dueTime(schedule, state, at);
    if (due === undefined) continue;
    try {
      await startAt(pair, schedule, due, state, ports);
    } catch (fault) {
      ports.log.warn("a schedule could not start its promotion", {
        pair: schedule.pair,
        detail: schedule.name,
        fault,
      });
    }
  }
}

/** Records which times are in the file and which were removed, where that changed. */
async function rememberTimes(
  pair: PairKey,
  inFile: readonly string[],
  { known }: ScheduleState,
  { schedules, clock }: Ports,
): Promise<void> {
  const at = clock.now();
  const there = new Set(known.filter(({ gone }) => gone === undefined).map(({ times }) => times));
  const unknown = inFile.filter((times) => !there.has(times));
  if (unknown.length > 0) await schedules.signal(pair, { kind: "see", times: unknown, at });
  const missing = [...there].filter((times) => !inFile.includes(times));
  if (missing.length > 0) await schedules.signal(pair, { kind: "miss", times: missing, at });
}

/** The newest instant that is due, has not expired, and came after these times were first seen. */
function dueTime(schedule: Schedule, state: ScheduleState, now: number): number | undefined {
  const since = sinceOf(state, timesOf(schedule), now);
  if (since === undefined || pauseOf(state, schedule)) return undefined;
  return schedule.last(now, Math.max(since, now - schedule.expiresAfterMs));
}

/** A promotion that a schedule has registered goes on, whatever the file says now. */
async function startAt(
  key: PairKey,
  schedule: Schedule,
  due: number,
  state: ScheduleState,
  ports: Ports,
): Promise<void> {
  const promotion = await startedAs(key, schedule, due, ports);
  if (!promotion) return;
  if (!isOfSchedule(promotion, key)) {
    describeSquatted(schedule, promotion, ports);
    return;
  }
  const start = { times: timesOf(schedule), requestId: promotion.requestId, at: due };
  if (!hasStarted(state, start)) await ports.schedules.signal(key, { kind: "started", ...start });
}

/** The promotion with this id, started now when there is none; undefined when it may no longer start. */
async function startedAs(
  key: PairKey,
  schedule: Schedule,
  due: number,
  ports: Ports,
): Promise<PromotionState | undefined> {
  const { pair, name } = schedule;
  const requestId = scheduledId(key, due);
  const known = await ports.promotions.read(requestId);
  if (known) return known;
  const accepted = await acceptRequest(registrationOf(schedule, requestId, due, ports), ports);
  if (accepted.kind === "refused") {
    const detail = `${name}: ${accepted.reason.detail}`;
    ports.log.warn("a schedule could not start its promotion", { pair, code: accepted.reason.code, detail });
    return undefined;
  }
  if (accepted.kind === "new" && isOfSchedule(accepted.state, key))
    ports.log.info("a schedule started a promotion", { requestId, pair, detail: name });
  return accepted.state;
}

/** No API accepts an id of this shape: whoever stored it can write to the storage account, or could before. */
function describeSquatted(
  { pair, name }: Schedule,
  { requestId, origin, request }: PromotionState,
  ports: Ports,
) {
  const asked = request.pair === pair ? "" : ` of pair ${request.pair}`;
  const detail = `${name}: its id is taken by a request${asked} from ${origin.channel}`;
  const about = { requestId, pair, detail };
  ports.log.alert("schedule-squatted", "a schedule cannot start its promotion", about);
}

function registrationOf(schedule: Schedule, requestId: string, due: number, ports: Ports): Registration {
  const { pair, name, promote, expect, reason, expiresAfterMs } = schedule;
  const parsed = parseSwapRequest({
    requestId,
    pair,
    promote,
    reason,
    requestedBy: `schedule ${name}`,
    ...(expect ? { expect } : {}),
    expiresAt: toTime(due + expiresAfterMs),
  });
  if (!parsed.ok) throw new Error(`it is no request: ${JSON.stringify(parsed.issues)}`);
  return { requestId, ...parsed.value, origin: { channel: "schedule" }, at: ports.clock.now() };
}
