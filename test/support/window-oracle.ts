import fc from "fast-check";
import { createWindow } from "../../src/adapters/deployment-windows/deployment-windows";
import { decideWindow, onlyOnce, type DeploymentWindow } from "../../src/domain/policy/deployment-window";
import type { WindowRule } from "../../src/domain/policy/policy";
import { dateIn, happensAt, instantsOf, wallIn } from "./wall-clock";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const days = ["*", "MON", "TUE", "SAT", "SUN"] as const;

/** A window that the second library can compute: one time of day, on some days. */
interface DailyWindow {
  readonly minute: number;
  readonly hour: number;
  readonly day: (typeof days)[number];
  readonly minutes: number;
  readonly zone: string;
}

/** Random windows, denied windows and freezes, all on whole minutes. */
export interface RandomPolicy {
  readonly allow: readonly DailyWindow[];
  readonly deny: readonly DailyWindow[];
  readonly freezes: readonly { readonly from: number; readonly to: number }[];
  readonly notBefore: number | undefined;
  readonly asked: readonly number[];
}

const FROM = Date.parse("2026-01-15T00:00:00Z");
/** Questions are within one year, answers can be in the next. */
const MINUTES = 2 * 367 * 24 * 60;

const daily: fc.Arbitrary<DailyWindow> = fc.record({
  minute: fc.integer({ min: 0, max: 59 }),
  hour: fc.oneof(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 4 })),
  day: fc.constantFrom(...days),
  minutes: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1_000, max: 4_000 })),
  zone: fc.constantFrom("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"),
});
const minuteOfYear = fc.integer({ min: 0, max: 366 * 24 * 60 }).map((n) => FROM + n * MINUTE);

export const randomPolicies: fc.Arbitrary<RandomPolicy> = fc.record({
  allow: fc.array(daily, { maxLength: 3 }),
  deny: fc.array(daily, { maxLength: 2 }),
  freezes: fc.array(
    fc
      .tuple(minuteOfYear, fc.integer({ min: 1, max: 90 * 24 * 60 }))
      .map(([from, lasting]) => ({ from, to: from + lasting * MINUTE })),
    { maxLength: 3 },
  ),
  notBefore: fc.option(minuteOfYear, { nil: undefined, freq: 5 }),
  asked: fc.array(
    fc.tuple(minuteOfYear, fc.constantFrom(0, 1, 59_999)).map(([at, more]) => at + more),
    { minLength: 12, maxLength: 12 },
  ),
});

/** The product's answers to the questions of a policy. */
export function askProduct({
  allow,
  deny,
  freezes,
  notBefore,
  asked,
}: RandomPolicy): readonly DeploymentWindow[] {
  const rules = {
    allow: allow.map((window) => createWindow(ruleOf(window), "allow")),
    deny: deny.map((window) => createWindow(ruleOf(window), "deny")),
    freezes: freezes.map((span) => ({ kind: "readable", spans: onlyOnce(span) }) as const),
  };
  return asked.map((at) => decideWindow(rules, { notBefore, holds: [] }, at));
}

function ruleOf({ minute, hour, day, minutes, zone }: DailyWindow): WindowRule {
  return { cron: `${minute} ${hour} * * ${day}`, durationMs: minutes * MINUTE, zone };
}

/** Describes how the product's answers differ from those found minute by minute. */
export function differences(policy: RandomPolicy): readonly string[] {
  const isOpen = openMinutes(policy);
  return askProduct(policy).flatMap((answer, i) => {
    const at = policy.asked[i] ?? FROM;
    const expected = bruteForce(isOpen, at);
    const given = answer.open ? { open: true, at: answer.closesAt } : { open: false, at: answer.nextOpensAt };
    const same = given.open === expected.open && given.at === expected.at;
    return same ? [] : [`at ${new Date(at).toISOString()}: ${JSON.stringify({ given, expected })}`];
  });
}

/** Steps through the minutes until the state changes. */
function bruteForce(isOpen: Uint8Array, at: number): { open: boolean; at: number | undefined } {
  let minute = Math.floor((at - FROM) / MINUTE);
  const open = isOpen[minute] === 1;
  while (minute < isOpen.length && (isOpen[minute] === 1) === open) minute++;
  const change = FROM + minute * MINUTE;
  const horizon = open ? 31 * DAY : 366 * DAY;
  return { open, at: minute < isOpen.length && change - at <= horizon ? change : undefined };
}

function openMinutes({ allow, deny, freezes, notBefore }: RandomPolicy): Uint8Array {
  const isOpen = new Uint8Array(MINUTES).fill(allow.length === 0 ? 1 : 0);
  const fill = (from: number, to: number, value: number) => {
    const [first, last] = [from, to].map((time) => Math.max(0, (time - FROM) / MINUTE));
    isOpen.fill(value, first, last);
  };
  for (const window of allow) for (const { from, to } of spansOf(window, "allow")) fill(from, to, 1);
  for (const window of deny) for (const { from, to } of spansOf(window, "deny")) fill(from, to, 0);
  for (const { from, to } of freezes) fill(from, to, 0);
  if (notBefore !== undefined) fill(FROM, notBefore, 0);
  return isOpen;
}

/** A repeated wall time opens a window once but denies it twice, until its end occurs for the last time. */
function spansOf(
  { minute, hour, day, minutes, zone }: DailyWindow,
  kind: "allow" | "deny",
): { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = [];
  const end = FROM + MINUTES * MINUTE;
  const weekday = { "*": 0, MON: 1, TUE: 2, SAT: 6, SUN: 7 }[day];
  for (let date = dateIn(zone, FROM - 5 * DAY), from = 0; from < end; date = date.add({ days: 1 })) {
    from = happensAt(zone, date, hour, minute);
    if (weekday !== 0 && date.dayOfWeek !== weekday) continue;
    const starts = kind === "deny" ? instantsOf(zone, date, hour, minute) : [];
    for (const start of new Set([from, ...starts])) {
      const shown = wallIn(zone, start).add({ minutes }).toZonedDateTime(zone, { disambiguation: "later" });
      const lasting = start + minutes * MINUTE;
      spans.push({
        from: start,
        to: kind === "deny" ? Math.max(lasting, shown.epochMilliseconds) : lasting,
      });
    }
  }
  return spans;
}
