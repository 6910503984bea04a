import { z } from "zod";
import { duration, durationMs, pairName } from "../contracts/fields";
import { defaultPolicy, type PairPolicy } from "../domain/policy";

const armId = z
  .string({ error: "a full ARM id" })
  .regex(
    /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[\w.()-]{1,90}\/providers\/Microsoft\.Compute\/cloudServices\/[\w-]{1,80}$/i,
    "the full ARM id of a cloud service: /subscriptions/…/providers/Microsoft.Compute/cloudServices/…",
  );

const policyFields = {
  versionTag: z
    .string()
    .regex(/^[\w.-]{1,100}$/, "the name of a tag")
    .optional()
    .describe("Tag that holds a service's version (default: version)."),
  allowUnpinned: z
    .boolean({ error: "true or false" })
    .optional()
    .describe('Allows promote "staging" without expect.'),
  timeZone: z
    .string({ error: "an IANA time zone" })
    .refine(isTimeZone, { error: "an IANA time zone such as Europe/Berlin" })
    .optional(),
  line: z
    .strictObject({
      maxQueued: z.number({ error: "a number from 1 to 30" }).int().min(1).max(30).optional(),
      whenBusy: z.enum(["wait", "refuse"], { error: '"wait" or "refuse"' }).optional(),
    })
    .optional(),
  turn: z.strictObject({ deadline: duration("1s", "30d").optional() }).optional(),
  readiness: z
    .strictObject({
      poll: duration("1s", "60s").optional(),
      stableFor: duration("1s", "1d").optional(),
      deadline: duration("1s", "7d").optional(),
    })
    .optional(),
  swap: z
    .strictObject({
      claimWindow: duration("1s", "60s").optional(),
      putTimeout: duration("1s", "120s").optional(),
      operationDeadline: duration("1s", "2h").optional(),
      poll: duration("1s", "60s").optional(),
    })
    .optional(),
  verification: z
    .strictObject({ poll: duration("1s", "60s").optional(), deadline: duration("1s", "1h").optional() })
    .optional(),
};

const defaultsSchema = z.strictObject(policyFields);
const pairSchema = z.strictObject({ blue: armId, green: armId, ...policyFields });

/** `pairs.json`: the pairs this installation may touch, and their policy. */
export const pairsFileSchema = z
  .strictObject({
    $schema: z.string().optional(),
    defaults: defaultsSchema.optional(),
    pairs: z
      .record(pairName, pairSchema)
      .refine((pairs) => Object.keys(pairs).length > 0, { error: "at least one pair" }),
  })
  .superRefine(({ pairs }, context) => {
    const seen = new Map<string, string>();
    for (const [name, pair] of Object.entries(pairs)) {
      for (const side of ["blue", "green"] as const) {
        const id = pair[side].toLowerCase();
        const other = seen.get(id);
        if (other)
          context.addIssue({
            code: "custom",
            path: ["pairs", name, side],
            message: `a service that stands nowhere else (it is ${other})`,
          });
        seen.set(id, `${name}.${side}`);
      }
    }
  });

type PairsFile = z.infer<typeof pairsFileSchema>;
type Fields = z.infer<typeof defaultsSchema>;

/** The policy of every pair: its own settings over the file's defaults over the product's. */
export function policiesOf(file: PairsFile): PairPolicy[] {
  return Object.entries(file.pairs).map(([name, { blue, green, ...own }]) => ({
    ...policyOf(own, file.defaults ?? {}),
    name,
    blue,
    green,
  }));
}

function policyOf(own: Fields, shared: Fields): Omit<PairPolicy, "name" | "blue" | "green"> {
  const d = defaultPolicy;
  const ms = (mine: string | undefined, all: string | undefined, standard: number): number => {
    const text = mine ?? all;
    return text === undefined ? standard : durationMs(text);
  };
  return {
    versionTag: own.versionTag ?? shared.versionTag ?? d.versionTag,
    allowUnpinned: own.allowUnpinned ?? shared.allowUnpinned ?? d.allowUnpinned,
    timeZone: own.timeZone ?? shared.timeZone ?? d.timeZone,
    line: { ...d.line, ...shared.line, ...own.line },
    turn: { deadlineMs: ms(own.turn?.deadline, shared.turn?.deadline, d.turn.deadlineMs) },
    readiness: {
      pollMs: ms(own.readiness?.poll, shared.readiness?.poll, d.readiness.pollMs),
      stableForMs: ms(own.readiness?.stableFor, shared.readiness?.stableFor, d.readiness.stableForMs),
      deadlineMs: ms(own.readiness?.deadline, shared.readiness?.deadline, d.readiness.deadlineMs),
    },
    swap: {
      claimWindowMs: ms(own.swap?.claimWindow, shared.swap?.claimWindow, d.swap.claimWindowMs),
      putTimeoutMs: ms(own.swap?.putTimeout, shared.swap?.putTimeout, d.swap.putTimeoutMs),
      operationDeadlineMs: ms(
        own.swap?.operationDeadline,
        shared.swap?.operationDeadline,
        d.swap.operationDeadlineMs,
      ),
      pollMs: ms(own.swap?.poll, shared.swap?.poll, d.swap.pollMs),
    },
    verification: {
      pollMs: ms(own.verification?.poll, shared.verification?.poll, d.verification.pollMs),
      deadlineMs: ms(own.verification?.deadline, shared.verification?.deadline, d.verification.deadlineMs),
    },
  };
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
