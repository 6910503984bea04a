import type { InvocationContext, Timer } from "@azure/functions";
import { createScheduleTimes } from "../../src/adapters/schedules";
import type { ScheduleRule } from "../../src/domain/policy/schedule";
import { createScheduler } from "../../src/triggers/scheduler";
import { createFakePorts, type FakePorts } from "./fake-ports";
import { aPolicy } from "./observations";

/** Tuesdays at 02:00 in Berlin. A promotion can start up to 30 minutes late. */
export function rule(over: Partial<ScheduleRule> = {}): ScheduleRule {
  return {
    ...{ pair: "shop", name: "weekly", cron: "0 2 * * TUE", zone: "Europe/Berlin" },
    ...{ promote: "green", reason: "the weekly release", expiresAfterMs: 30 * 60_000 },
    ...over,
  };
}

/** Ports with a clock that the test sets. Accepting a request takes no time. */
export function begin(at: string, ...rules: readonly ScheduleRule[]) {
  const ports = createFakePorts([aPolicy({ timeZone: "Europe/Berlin" })]);
  let now = Date.parse(at);
  Object.assign(ports.clock, { now: () => now, monotonic: () => now });
  ports.scheduled = createScheduleTimes(rules);
  return {
    ports,
    at: (time: string | number) => (now = typeof time === "string" ? Date.parse(time) : time),
    tick: () => tick(ports),
    started: () => [...ports.record.keys()],
  };
}

async function tick(ports: FakePorts): Promise<void> {
  await createScheduler(() => ports)({} as Timer, {} as unknown as InvocationContext);
}
