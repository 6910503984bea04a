import type { WindowPolicy, DeploymentWindowRule } from "../../../src/domain/policy/policy";
import type { PlannedWindow, WorldPlan } from "../plans/world-plan";

export const FEED = "freezes.ics";
const MINUTE = 60_000;
const DEADLINE_MS = 3 * 60 * MINUTE;

/** The rule in the form of the pairs file. */
export function ruleOf(window: PlannedWindow, startedAt: number): DeploymentWindowRule {
  const { allow, freeze, feed } = window;
  return {
    allow: allow ? [{ cron: `*/${allow.everyMinutes} * * * *`, durationMs: allow.forMs, zone: "UTC" }] : [],
    deny: [],
    freezes: [
      ...(freeze
        ? [
            {
              kind: "interval",
              from: startedAt + freeze.from,
              to: startedAt + freeze.to,
              reason: "x",
            } as const,
          ]
        : []),
      ...(feed ? [{ kind: "calendar", source: FEED } as const] : []),
    ],
    zone: "UTC",
  };
}

export function windowPolicyOf(window: PlannedWindow): WindowPolicy {
  return { deadlineMs: DEADLINE_MS, rules: JSON.stringify(window) };
}

/** The calendar's text at a time, or undefined while it cannot be read. */
export function feedAt(window: PlannedWindow | undefined, at: number, startedAt: number): string | undefined {
  const feed = window?.feed;
  if (!feed || at < startedAt + feed.readableAfter) return undefined;
  const stamp = (ms: number) => new Date(startedAt + ms).toISOString().replace(/[-:]|\.\d+/g, "");
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//simulated//EN",
    "BEGIN:VEVENT",
    "UID:1",
    `DTSTAMP:${stamp(0)}`,
    `DTSTART:${stamp(feed.from)}`,
    `DTEND:${stamp(feed.to)}`,
    "SUMMARY:a freeze",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}

/** Whether a swap may start at `at` (ms after the world's start, which is a full hour), by the plan alone. */
export function mayStart(
  { window }: Pick<WorldPlan, "window">,
  at: number,
  readableAt: number = at,
): boolean {
  if (!window) return true;
  const { allow, freeze, feed } = window;
  const isIn = (span: { from: number; to: number } | undefined) =>
    span !== undefined && at >= Math.floor(span.from / 1000) * 1000 && at < Math.floor(span.to / 1000) * 1000;
  const every = (allow?.everyMinutes ?? 1) * MINUTE;
  const isInWindow = !allow || ((at % every) + every) % every < allow.forMs;
  const isFrozen = freeze !== undefined && at >= freeze.from && at < freeze.to;
  return isInWindow && !isFrozen && !isIn(feed) && (!feed || readableAt >= feed.readableAfter);
}
