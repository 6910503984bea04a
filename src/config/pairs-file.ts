import { z } from "zod";
import { duration, durationMs } from "../contracts/fields";
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
      .record(z.string(), pairSchema)
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
  return {
    versionTag: own.versionTag ?? shared.versionTag ?? d.versionTag,
    allowUnpinned: own.allowUnpinned ?? shared.allowUnpinned ?? d.allowUnpinned,
    timeZone: own.timeZone ?? shared.timeZone ?? d.timeZone,
    line: { ...d.line, ...defined(shared.line), ...defined(own.line) },
    turn: times(d.turn, shared.turn, own.turn),
    readiness: times(d.readiness, shared.readiness, own.readiness),
    swap: times(d.swap, shared.swap, own.swap),
    verification: times(d.verification, shared.verification, own.verification),
  };
}

/** Durations of one group: the pair's over the file's over the product's; `poll: "30s"` sets `pollMs`. */
function times<T extends object>(
  standard: T,
  ...settings: (Readonly<Record<string, string | undefined>> | undefined)[]
): T {
  const given = settings.flatMap((group) => Object.entries(defined(group)));
  return { ...standard, ...Object.fromEntries(given.map(([name, text]) => [`${name}Ms`, durationMs(text)])) };
}

function defined<T extends object>(group: T | undefined): { [K in keyof T]-?: NonNullable<T[K]> } {
  const entries = Object.entries(group ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]-?: NonNullable<T[K]> };
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
