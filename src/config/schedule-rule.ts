import { z } from "zod";
import { duration, durationMs, exactly, plainText } from "../contracts/fields";
import { pathOf } from "../contracts/issues";
import type { Issue } from "../domain/kernel/issue";
import type { PairPolicy } from "../domain/policy/policy";
import type { ScheduleRule } from "../domain/policy/schedule";
import { cron } from "./deployment-window-rule";
import { givenAt, isWrongAt, type ReadPart } from "./readable-part";
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

/** What the rules between schedules need; a field is undefined when it is absent or unreadable. */
interface Readable {
  readonly i: number;
  readonly name: string | undefined;
  readonly cron: string | undefined;
  /** Empty stands for the pair's zone, which may be unreadable. */
  readonly zone: string | undefined;
  /** Whether it promotes staging without `expect`. */
  readonly isUnpinned: boolean;
}

/** Checks rules between schedules and their pair; `shared` is the file's defaults. */
export function scheduleMistakes(
  own: ReadPart<unknown>,
  shared: ReadPart<unknown>,
  settled: Pick<PairPolicy, "allowUnpinned" | "timeZone">,
): readonly Issue[] {
  const given = givenAt(own, ["schedules"]);
  const zone = readableOf("timeZone", own, shared) ? settled.timeZone : "";
  const asksForPin = readableOf("allowUnpinned", own, shared) && !settled.allowUnpinned;
  const rules = (Array.isArray(given) ? given : []).map((_, i) => readableRule(own, i, zone));
  const issueOf = ({ i }: Readable, field: string, value: string, expectation: string): Issue => ({
    path: pathOf([...own.at, "schedules", i, field]),
    value,
    expectation,
  });
  return rules.flatMap((rule): Issue[] => {
    const { name, cron: text } = rule;
    const before = rules.slice(0, rule.i);
    const hasName = name !== undefined && before.some((other) => other.name === name);
    const twin = before.find((other) => haveSameTimes(other, rule));
    return [
      ...(hasName ? [issueOf(rule, "name", name, "a name that no other schedule of the pair has")] : []),
      ...(twin && text !== undefined
        ? [issueOf(rule, "cron", text, `other times than ${twin.name ?? `schedules[${twin.i}]`} has`)]
        : []),
      ...(rule.isUnpinned && asksForPin
        ? [issueOf(rule, "promote", "staging", "blue, green, or an expected version")]
        : []),
    ];
  });
}

function haveSameTimes(a: Readable, b: Readable): boolean {
  return a.cron !== undefined && a.zone !== undefined && a.cron === b.cron && a.zone === b.zone;
}

function readableRule(own: ReadPart<unknown>, i: number, standard: string): Readable {
  const read = (field: string) => {
    const place = ["schedules", i, field];
    const value = givenAt(own, place);
    return typeof value === "string" && !isWrongAt(own, place) ? value : undefined;
  };
  const stands = (field: string) => givenAt(own, ["schedules", i, field]) !== undefined;
  return {
    i,
    name: read("name"),
    cron: read("cron")?.trim(),
    zone: stands("zone") ? read("zone") : standard,
    isUnpinned: read("promote") === "staging" && !stands("expect"),
  };
}

/** Whether a setting is readable where the pair takes it from. */
function readableOf(setting: string, ...parts: readonly ReadPart<unknown>[]): boolean {
  const source = parts.find((part) => givenAt(part, [setting]) !== undefined);
  return source === undefined || !isWrongAt(source, [setting]);
}
