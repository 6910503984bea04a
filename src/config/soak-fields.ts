import { z } from "zod";
import { duration, durationMs, exactly, plainText } from "../contracts/fields";
import type { Probe } from "../domain/cloud-service/probe";
import type { SoakRule } from "../domain/cloud-service/soak";
import type { PairPolicy } from "../domain/policy/policy";
import { fieldOf } from "./readable-part";

const budget = "a whole number from 0 to 100";
const count = z.int({ error: budget }).min(0, budget).max(100, budget);
const latency = "milliseconds: a whole number from 1 to 60000";
const status = "a status from 100 to 599";

/** Credentials in an address would be sent with every probe; fragments never are. */
function isProbeAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username === "" && password === "" && hash === "";
}

const address = z
  .string({ error: "an http or https address" })
  .max(200, "an address of at most 200 characters")
  .refine(isProbeAddress, { error: "an http or https address without credentials and fragment" });

const expectation = exactly({
  status: z.int({ error: status }).min(100, status).max(599, status).optional(),
  header: exactly({
    name: z.string({ error: "the name of a header" }).regex(/^[\w-]{1,60}$/, "the name of a header"),
    equals: plainText(200, "a value").optional(),
    matches: z
      .string({ error: "a regular expression" })
      .max(200, "a regular expression of at most 200 characters")
      .refine(isPattern, { error: "a regular expression" })
      .optional(),
  }).optional(),
  json: exactly({
    path: z
      .string({ error: "a path such as $.status" })
      .regex(/^\$(?:\.[\w-]{1,60}|\[\d{1,4}\]){1,10}$/, "a path such as $.status or $.checks[0].status"),
    equals: z.union([z.string().max(200), z.number(), z.boolean(), z.null()], {
      error: "a text, a number, true, false or null",
    }),
  }).optional(),
  maxLatencyMs: z.int({ error: latency }).min(1, latency).max(60_000, latency).optional(),
});

const probe = exactly({
  name: z
    .string({ error: "a name" })
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "a name: 1 to 40 lower-case letters, digits and hyphens"),
  url: address,
  incomingUrl: address.optional(),
  expect: expectation.optional(),
  timeout: duration("1s", "30s").optional(),
});

const TIMEOUT_MS = 5_000;
const PROBES_LENGTH = 1_000;

type ProbeSetting = z.infer<typeof probe>;

/** For rules of a list: checked even when an element has a mistake. */
const isList = ({ value }: { readonly value: unknown }) => Array.isArray(value);

function describeSameNames(probes: readonly unknown[], check: z.RefinementCtx): void {
  const names = probes.map((each) => probe.shape.name.safeParse(fieldOf(each, "name")).data);
  names.forEach((name, i) => {
    if (name === undefined || names.indexOf(name) === i) return;
    check.addIssue({ code: "custom", path: [i, "name"], message: "a name that no other probe has" });
  });
}

/**
 * A promotion record keeps the probes and must stay small. Defaults are not counted: the record has them either
 * way.
 */
function areShort(probes: readonly unknown[]): boolean {
  const brief = probes.flatMap((each) => {
    const read = probe.safeParse(each);
    return read.success ? [briefOf(read.data)] : [];
  });
  return JSON.stringify(brief).length <= PROBES_LENGTH;
}

function briefOf({ timeout, expect = {}, ...rest }: ProbeSetting): ProbeSetting {
  const saysTimeout = timeout !== undefined && durationMs(timeout) !== TIMEOUT_MS;
  return {
    ...rest,
    ...(Object.keys(expect).length > 0 ? { expect } : {}),
    ...(saysTimeout ? { timeout } : {}),
  };
}

/** The fields of the pairs file for soak, probes and rollback. */
export const soakFields = {
  soak: exactly({
    for: duration("0s", "1d").optional(),
    every: duration("1s", "5m").optional(),
    failures: count.optional(),
    consecutiveErrors: count.optional(),
  })
    .optional()
    .describe(
      "For how long new production is watched (5m; 0s: not at all), how often (10s), how many failures are tolerated (0), and how many errors of one probe in a row (4).",
    ),
  probes: z
    .array(probe, { error: "a list of probes" })
    .max(5, "at most 5 probes")
    .superRefine(describeSameNames, { when: isList })
    .refine(areShort, {
      when: isList,
      error: `probes of at most ${PROBES_LENGTH} characters of JSON together`,
    })
    .optional()
    .describe(
      "What is asked of production after a swap, and at incomingUrl (the staging address) before it: status (2xx), header, JSON field, latency; timeout 5s.",
    ),
  rollback: z
    .enum(["automatic", "never"], { error: '"automatic" or "never"' })
    .optional()
    .describe("Whether a regression is rolled back without a person (automatic), or halts."),
};

interface SoakSetting {
  readonly for?: string;
  readonly every?: string;
  readonly failures?: number;
  readonly consecutiveErrors?: number;
}

/** The pair's settings, then the file's, then the product's. */
export function soakOf(standard: SoakRule, ...settings: (SoakSetting | undefined)[]): SoakRule {
  const ms = (text: string | undefined) => (text === undefined ? undefined : durationMs(text));
  return settings.reduce<SoakRule>(
    (before, given) => ({
      forMs: ms(given?.for) ?? before.forMs,
      everyMs: ms(given?.every) ?? before.everyMs,
      failures: given?.failures ?? before.failures,
      consecutiveErrors: given?.consecutiveErrors ?? before.consecutiveErrors,
    }),
    standard,
  );
}

/** Probes as the domain knows them. */
export function probesOf(settings: readonly ProbeSetting[] | undefined): Pick<PairPolicy, "probes"> {
  if (settings === undefined || settings.length === 0) return {};
  return {
    probes: settings.map(({ timeout, expect = {}, ...rest }): Probe => ({
      ...rest,
      expect,
      timeoutMs: timeout === undefined ? TIMEOUT_MS : durationMs(timeout),
    })),
  };
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
