import { z } from "zod";
import { isLoopback } from "../contracts/address-kind";
import { contentHashOf } from "../contracts/content-hash";
import { duration, durationMs, exactly, instant, plainText, whereReadable } from "../contracts/fields";
import {
  type FreezeRule,
  WINDOW_DEADLINE_MS,
  type WindowPolicy,
  type DeploymentWindowRule,
  type WindowRule,
} from "../domain/policy/policy";
import { cronMistake } from "./cron-text";
import { timeZone } from "./time-zone";

/** A five-field cron text. */
export const cron = z
  .string({ error: "a five-field cron text" })
  .max(60, "a five-field cron text of at most 60 characters")
  .superRefine((text, check) => {
    const mistake = cronMistake(text);
    if (mistake !== undefined) check.addIssue({ code: "custom", message: mistake });
  });

const window = exactly({
  cron: cron.describe("When it begins: five-field cron."),
  duration: duration("1m", "31d").describe("How long it lasts, in elapsed time."),
  zone: timeZone.optional().describe("IANA zone of the cron text (default: the pair's timeZone)."),
});

const allow = (what: string) =>
  z.array(window, { error: "a list of windows" }).max(50, "at most 50 windows").optional().describe(what);

const interval = exactly({
  from: instant,
  to: instant,
  reason: plainText(200, "why"),
}).refine(({ from, to }) => Date.parse(from) < Date.parse(to), {
  when: whereReadable({ from: instant, to: instant }),
  path: ["to"],
  error: "a time after from: the interval is empty",
});

const calendarText = "a file, or an https address without credentials";
const calendar = exactly({
  calendar: z
    .string({ error: calendarText })
    .regex(/^\S.{0,500}$/, calendarText)
    .refine((text) => !/^[a-z][a-z0-9+.-]+:/i.test(text) || isFeedUrl(text), { error: calendarText })
    .describe(
      "iCalendar: a file, or an https address. An address that is a secret is named by calendarSetting.",
    ),
});
const calendarSetting = exactly({
  calendarSetting: z
    .string({ error: "the name of an app setting" })
    .regex(/^[A-Za-z][A-Za-z0-9_]{0,99}$/, "the name of an app setting: letters, digits and underscores")
    .describe("App setting that holds the https address of an iCalendar feed; the address is never shown."),
});

const freeze = z.union([calendar, calendarSetting, interval], {
  error: "{from, to, reason}, {calendar}, or {calendarSetting}",
});

/** The `window` group of a pair or of the defaults. */
export const windowFields = exactly({
  allow: allow("When swaps may start; none: always."),
  deny: allow("When they may not; deny wins."),
  freezes: z
    .array(freeze, { error: "a list of freezes" })
    .max(20, "at most 20 freezes")
    .optional()
    .describe(
      "When nothing starts: intervals, iCalendar files and feeds. What cannot be read counts as frozen.",
    ),
  deadline: duration("1m", "30d")
    .optional()
    .describe("How long a promotion waits for its deployment window (7d)."),
});

type Fields = z.infer<typeof windowFields>;

/** Whether a text can be a calendar's address; plain http only on loopback. */
export function isFeedUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hostname } = new URL(text);
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}

/** The rule of one pair, and the part that its plans keep; undefined when the file has none. */
export function windowOf(
  own: Fields | undefined,
  shared: Fields | undefined,
  zone: string,
): { readonly rule: DeploymentWindowRule; readonly policy: WindowPolicy } | undefined {
  if (!own && !shared) return undefined;
  const given = { ...shared, ...own };
  const toWindow = ({ cron: text, duration: lasting, zone: named }: z.infer<typeof window>): WindowRule => ({
    cron: text.trim(),
    durationMs: durationMs(lasting),
    zone: named ?? zone,
  });
  const rule: DeploymentWindowRule = {
    allow: (given.allow ?? []).map(toWindow),
    deny: (given.deny ?? []).map(toWindow),
    freezes: (given.freezes ?? []).map(toFreeze),
    zone,
  };
  const deadlineMs = given.deadline === undefined ? WINDOW_DEADLINE_MS : durationMs(given.deadline);
  return { rule, policy: { deadlineMs, rules: contentHashOf(rule) } };
}

function toFreeze(given: z.infer<typeof freeze>): FreezeRule {
  if ("calendar" in given) return { kind: "calendar", source: given.calendar };
  if ("calendarSetting" in given) return { kind: "setting", setting: given.calendarSetting };
  const { from, to, reason } = given;
  return { kind: "interval", from: Date.parse(from), to: Date.parse(to), reason };
}
