import { z } from "zod";
import { MOST_APPROVALS } from "../domain/approval/rule";
import { isPlain } from "../domain/kernel/untrusted-text";

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "30s", "5m", "2h", "1d" in milliseconds. */
export function durationMs(text: string): number {
  return Number(text.slice(0, -1)) * (units[text.slice(-1)] ?? Number.NaN);
}

/** A duration within bounds, as text. */
export function duration(min: string, max: string) {
  return z
    .string({ error: `a duration from ${min} to ${max}, such as "30s"` })
    .regex(/^\d{1,6}[smhd]$/, `a duration from ${min} to ${max}, such as "30s"`)
    .refine((text) => durationMs(text) >= durationMs(min) && durationMs(text) <= durationMs(max), {
      error: `a duration from ${min} to ${max}`,
    });
}

/** An object with exactly these fields; the issue for another field lists them. */
export function exactly<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === "unrecognized_keys" ? `no such field; known fields: ${known}` : `an object with: ${known}`,
  });
}

/**
 * A rule between fields applies when each of them is present and valid by itself: it is reported together with
 * other mistakes, never on top of a mistake in its own fields.
 */
export function whereReadable(fields: Readonly<Record<string, z.ZodType>>) {
  return ({ value }: { readonly value: unknown }): boolean =>
    typeof value === "object" &&
    value !== null &&
    Object.entries(fields).every(
      ([name, schema]) =>
        Object.hasOwn(value, name) && schema.safeParse((value as Record<string, unknown>)[name]).success,
    );
}

/** Text from a person: not blank, no control or invisible characters. */
export function plainText(max: number, what: string) {
  const expectation = `${what}: text of 1 to ${max} characters, not blank, without control or invisible characters`;
  return z
    .string({ error: expectation })
    .min(1, expectation)
    .max(max, expectation)
    .refine((text) => /\S/.test(text) && isPlain(text), { error: expectation });
}

export const requestId = z
  .string({ error: "an id of 1 to 100 letters, digits and hyphens, as text" })
  .regex(/^[A-Za-z0-9-]{1,100}$/, "an id of 1 to 100 letters, digits and hyphens")
  .describe("Idempotency key: the same id with the same content is the same promotion.");

export const pairName = z
  .string({ error: "the name of a pair" })
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/,
    "a pair's name: 1 to 40 lower-case letters, digits and hyphens",
  )
  .describe("The pair's name in the pairs file.");

/** RFC 3339 with an offset; the date exists and has a four-digit year in UTC. */
export const instant = z.iso
  .datetime({ offset: true, error: ({ input }) => instantMistake(input) })
  .refine((text) => hasFourDigitYear(Date.parse(text)), {
    error: "a time whose year has four digits in UTC: 0000 to 9999",
  });

const INSTANT = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:Z|[+-]\d\d:\d\d)$/;

/** The mistake in a time, part by part: a well-formed time may name a day that does not exist. */
function instantMistake(input: unknown): string {
  const [, day = "", time = ""] = (typeof input === "string" && INSTANT.exec(input)) || [];
  if (day === "") return "a time with an offset, such as 2026-11-24T18:00:00Z";
  if (!isDay(day)) return `a day that exists: there is no such day as ${day}`;
  if (!/^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d|$)/.test(time))
    return "a time of day from 00:00:00 to 23:59:59";
  return "an offset from -23:59 to +23:59, or Z";
}

function isDay(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

function hasFourDigitYear(ms: number): boolean {
  return Number.isNaN(ms) || /^\d{4}-/.test(new Date(ms).toISOString());
}

const people = `a whole number from 1 to ${MOST_APPROVALS}`;

/** How many people must approve. */
export const quorum = z.int({ error: people }).min(1, people).max(MOST_APPROVALS, people);
