import { z } from "zod";
import { pathOf } from "../contracts/complaints";
import { duration, durationMs, exactly, plainText } from "../contracts/fields";
import type { Complaint } from "../domain/events";
import type { PairPolicy } from "../domain/policy";
import type { ScheduleRule } from "../domain/schedule";
import { cron } from "./opening-rule";
import { timeZone } from "./time-zone";

const EXPIRES_AFTER = "30m";

const schedule = exactly({
  name: z
    .string({ error: "a name of 1 to 40 lower-case letters, digits and hyphens" })
    .regex(/^[a-z0-9-]{1,40}$/, "a name of 1 to 40 lower-case letters, digits and hyphens")
    .describe("What people call it; a new name is not a new schedule."),
  cron: cron.describe("When: five-field cron."),
  zone: timeZone.optional().describe("IANA zone of the cron text (default: the pair's timeZone)."),
  promote: z.enum(["blue", "green", "staging"], { error: 'one of "blue", "green", "staging"' }),
  expect: exactly({ version: plainText(100, "a version") }).optional(),
  reason: plainText(500, "why"),
  expiresAfter: duration("1m", "1d")
    .optional()
    .describe("How late a promotion may be started, and by when it must have begun to swap (30m)."),
});

/** The `schedules` of a pair. */
export const scheduleFields = z
  .array(schedule, { error: "a list of schedules" })
  .max(20, "at most 20 schedules");

export function schedulesOf(
  given: z.infer<typeof scheduleFields> | undefined,
  { name: pair, timeZone: standard }: Pick<PairPolicy, "name" | "timeZone">,
): readonly ScheduleRule[] {
  return (given ?? []).map(({ cron: text, zone, expiresAfter, ...rest }) => ({
    ...rest,
    pair,
    cron: text.trim(),
    zone: zone ?? standard,
    expiresAfterMs: durationMs(expiresAfter ?? EXPIRES_AFTER),
  }));
}

/** Rules between schedules and their pair. */
export function scheduleMistakes(
  rules: readonly ScheduleRule[],
  { allowUnpinned }: Pick<PairPolicy, "allowUnpinned">,
): readonly Complaint[] {
  return rules.flatMap(({ pair, name, promote, expect, cron: text, zone }, i): Complaint[] => {
    const at = (field: string) => pathOf(["pairs", pair, "schedules", i, field]);
    const before = rules.slice(0, i);
    const same = before.find((other) => other.cron === text && other.zone === zone);
    return [
      ...(before.some((other) => other.name === name)
        ? [{ path: at("name"), value: name, expectation: "a name that no other schedule of the pair has" }]
        : []),
      ...(same ? [{ path: at("cron"), value: text, expectation: `other times than ${same.name} has` }] : []),
      ...(promote === "staging" && !expect && !allowUnpinned
        ? [{ path: at("promote"), value: promote, expectation: "blue, green, or an expected version" }]
        : []),
    ];
  });
}
