import type { InvocationContext, TimerHandler } from "@azure/functions";
import { parseSwapRequest } from "../contracts/swap-request";
import { toTime } from "../domain/events";
import {
  noSchedules,
  pauseOf,
  scheduledId,
  sinceOf,
  startingOf,
  timesOf,
  type ScheduleState,
} from "../domain/schedule";
import type { PromotionState, Registration } from "../domain/promotion";
import type { Ports } from "../ports/ports";
import type { Schedule } from "../ports/schedules";
import { acceptRequest, publishOutcome } from "./accept";

type PortsFor = (context: InvocationContext) => Ports;

/**
 * Starts what is due, every minute and after any downtime, as long as it has not expired. The promotion's id is its pair
 * and instant: another host, an edited or renamed schedule, or a second look find it in the ledger.
 */
export function createScheduler(portsFor: PortsFor): TimerHandler {
  return async (_timer, context) => {
    const ports = portsFor(context);
    const schedules = ports.schedules.all();
    // Pairs without a schedule too: what was taken out of the file has to be missed.
    const named = [...schedules.map(({ pair }) => pair), ...ports.policies.all().map(({ name }) => name)];
    for (const pair of new Set(named)) {
      try {
        await startDue(
          pair,
          schedules.filter((schedule) => schedule.pair === pair),
          ports,
        );
      } catch (fault) {
        ports.log.warn("the schedules of a pair could not be looked after", { pair, fault });
      }
    }
  };
}

async function startDue(pair: string, schedules: readonly Schedule[], ports: Ports): Promise<void> {
  const at = ports.clock.now();
  const state = (await ports.schedules.read(pair)) ?? noSchedules;
  await rememberTimes(pair, schedules.map(timesOf), state, ports);
  const attempt = async (what: string, start: () => Promise<void>) => {
    try {
      await start();
    } catch (fault) {
      ports.log.warn("a schedule could not start its promotion", { pair, detail: what, fault });
    }
  };
  for (const start of startingOf(state)) await attempt(start.requestId, () => carryOn(pair, start, ports));
  for (const schedule of schedules) {
    const due = dueTime(schedule, state, at);
    if (due !== undefined) await attempt(schedule.name, () => startAt(schedule, due, ports));
  }
}

/** Tells the memory which times the file has, and which it has not any more, where it knows otherwise. */
async function rememberTimes(
  pair: string,
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

/** What a host that died has registered gets its outcome, whatever clock and file say by now. */
async function carryOn(
  pair: string,
  start: ReturnType<typeof startingOf>[number],
  ports: Ports,
): Promise<void> {
  const ledger = await ports.promotions.read(start.requestId);
  if (!ledger) return;
  if (!ledger.conclusion) await acceptRequest(pickRegistration(ledger), ports);
  else if (ledger.announcedAt === undefined) await publishOutcome(ledger, ports);
  await ports.schedules.signal(pair, { kind: "started", ...start });
}

/** The newest instant that has come, has not expired, and came after this set of times was first seen. */
function dueTime(schedule: Schedule, state: ScheduleState, now: number): number | undefined {
  const since = sinceOf(state, timesOf(schedule), now);
  if (since === undefined || pauseOf(state, schedule)) return undefined;
  return schedule.last(now, Math.max(since, now - schedule.expiresAfterMs));
}

async function startAt(schedule: Schedule, due: number, ports: Ports): Promise<void> {
  const { pair } = schedule;
  const requestId = scheduledId(pair, due);
  const ledger = await ports.promotions.read(requestId);
  if (ledger?.conclusion) return;
  if (ledger && (await ports.promotions.runStatus(requestId)) === "live") return;
  // What an earlier look registered stands, whatever the file says now.
  const registration: Registration = ledger
    ? pickRegistration(ledger)
    : registrationOf(schedule, requestId, due, ports);
  const start = { times: timesOf(schedule), requestId, at: due };
  await ports.schedules.signal(pair, { kind: "starting", ...start });
  const { kind } = await acceptRequest(registration, ports);
  await ports.schedules.signal(pair, { kind: "started", ...start });
  if (kind === "new")
    ports.log.info("a schedule started a promotion", { requestId, pair, detail: schedule.name });
}

function pickRegistration({
  requestId,
  contentHash,
  request,
  origin,
  acceptedAt,
}: PromotionState): Registration {
  return { requestId, contentHash, request, origin, at: acceptedAt };
}

function registrationOf(schedule: Schedule, requestId: string, due: number, ports: Ports): Registration {
  const { pair, name, promote, expect, reason, expiresAfterMs } = schedule;
  const parsed = parseSwapRequest({
    ...{ requestId, pair, promote, reason, requestedBy: `schedule ${name}` },
    ...(expect ? { expect } : {}),
    expiresAt: toTime(due + expiresAfterMs),
  });
  if (!parsed.ok) throw new Error(`it is no request: ${JSON.stringify(parsed.complaints)}`);
  return { requestId, ...parsed.value, origin: { channel: "schedule" }, at: ports.clock.now() };
}
