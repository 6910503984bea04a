import { z } from "zod";
import { complaintsOf, pathOf, tellText } from "../contracts/complaints";
import { contentHashOf } from "../contracts/content-hash";
import { duration, durationMs, exactly, pairName } from "../contracts/fields";
import type { Complaint } from "../domain/events";
import type { ScheduleRule } from "../domain/schedule";
import { pairKeyOf } from "../domain/pair-key";
import { defaultPolicy, type OpeningRule, type PairPolicy } from "../domain/policy";
import { approvalFields, approvalMistakes, approvalRule } from "./approval-policy";
import { openingFields, openingOf } from "./opening-rule";
import { scheduleFields, scheduleMistakes, schedulesOf } from "./schedule-rule";
import { timeZone } from "./time-zone";
import { probesOf, soakFields, soakOf } from "./soak-fields";

const armId = z
  .string({ error: "a full ARM id" })
  .regex(
    /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[\w.()-]{1,90}\/providers\/Microsoft\.Compute\/cloudServices\/[\w-]{1,80}$/i,
    "the full ARM id of a cloud service: /subscriptions/…/providers/Microsoft.Compute/cloudServices/…",
  );

const queued = "a whole number from 1 to 30";

const policyFields = {
  versionTag: z
    .string({ error: "the name of a tag" })
    .regex(/^[\w.-]{1,100}$/, "the name of a tag")
    .optional()
    .describe("Tag that holds a service's version (default: version)."),
  allowUnpinned: z
    .boolean({ error: "true or false" })
    .optional()
    .describe('Allows promote "staging" without expect.'),
  timeZone: timeZone.optional().describe("IANA zone in which people see times of this pair (default: UTC)."),
  line: exactly({
    maxQueued: z.int({ error: queued }).min(1, queued).max(30, queued).optional(),
    whenBusy: z.enum(["wait", "refuse"], { error: '"wait" or "refuse"' }).optional(),
  })
    .optional()
    .describe("How many promotions may wait for their turn (20), and whether they may wait at all (wait)."),
  approval: approvalFields
    .optional()
    .describe(
      "Asks people before every swap: how many (quorum, 1), holders of which app roles or which object ids (default: everybody with Swap.Approve), who never counts, by when (72h), and for how long the approval holds (24h). Absent: nobody is asked.",
    ),
  turn: exactly({ deadline: duration("1s", "30d").optional() })
    .optional()
    .describe("How long a promotion waits for its turn (2h)."),
  readiness: exactly({
    poll: duration("1s", "60s").optional(),
    stableFor: duration("1s", "1d").optional(),
    deadline: duration("1s", "7d").optional(),
  })
    .optional()
    .describe(
      "How often role instances are looked at (30s), how long they must be ready without a break (2m), and by when (30m).",
    ),
  swap: exactly({
    claimWindow: duration("1s", "60s").optional(),
    putTimeout: duration("1s", "120s").optional(),
    operationDeadline: duration("1s", "2h").optional(),
    poll: duration("1s", "60s").optional(),
  })
    .optional()
    .describe(
      "How long after its claim a swap call may be sent (60s), its timeout (60s), how long Azure may take (15m), and how often it is asked (10s).",
    ),
  verification: exactly({
    poll: duration("1s", "60s").optional(),
    deadline: duration("1s", "1h").optional(),
  })
    .optional()
    .describe("How often both services are read after the swap (10s), and for how long at most (5m)."),
  opening: openingFields.optional().describe("When swaps may start: windows, denied windows, freezes."),
  ...soakFields,
};

const defaultsSchema = exactly(policyFields);
const pairSchema = exactly({
  blue: armId.describe("Full ARM id of one service; blue and green are identities that never move."),
  green: armId.describe("Full ARM id of the other service."),
  schedules: scheduleFields.optional().describe("Promotions that are started by the clock."),
  ...policyFields,
});

/** `pairs.json`: the pairs this installation may touch, and their policy. */
export const pairsFileSchema = exactly({
  $schema: z.string({ error: "the address of the schema" }).optional().describe("For editors."),
  defaults: defaultsSchema.optional().describe("Policy of every pair that does not say otherwise."),
  pairs: z
    .record(z.string(), pairSchema, { error: "the pairs by their names" })
    .refine((pairs) => Object.keys(pairs).length > 0, { error: "at least one pair" })
    .describe("The pairs by their names; nothing else is ever touched."),
});

type Fields = z.infer<typeof defaultsSchema>;

/** What the file says, pair by pair, and every mistake in it. */
export interface PairsFile {
  readonly policies: readonly PairPolicy[];
  readonly openings: ReadonlyMap<string, OpeningRule>;
  readonly schedules: readonly ScheduleRule[];
  readonly complaints: readonly Complaint[];
}

/** Every pair's policy, its own settings over the file's defaults over the product's; and every mistake in the file. */
export function parsePairsFile(content: unknown): PairsFile {
  const parsed = pairsFileSchema.safeParse(content);
  const named = namedPairs(content);
  const openings = new Map<string, OpeningRule>();
  const schedules: ScheduleRule[] = [];
  const wrongSchedules: Complaint[] = [];
  const policies = named.flatMap(([name, pair]): PairPolicy[] => {
    // Pair by pair: a mistake in one must not hide what is wrong with the durations of another.
    const own = pairSchema.safeParse(pair);
    const shared = defaultsSchema.safeParse(fieldOf(content, "defaults") ?? {});
    if (!own.success || !shared.success) return [];
    const { blue, green, schedules: planned, ...fields } = own.data;
    const key = pairKeyOf({ blue, green }, contentHashOf);
    const policy = { ...policyOf(fields, shared.data), name, key, blue, green };
    const rules = schedulesOf(planned, policy);
    schedules.push(...rules);
    wrongSchedules.push(...scheduleMistakes(rules, policy));
    const opening = openingOf(fields.opening, shared.data.opening, policy.timeZone);
    if (!opening) return [policy];
    openings.set(name, opening.rule);
    return [{ ...policy, opening: opening.policy }];
  });
  const complaints = [
    ...named.flatMap(([name]) => nameMistakes(name)),
    ...(parsed.success ? [] : complaintsOf(parsed.error, content)),
    ...repeatedServices(named),
    ...policies.flatMap(timingMistakes),
    ...wrongSchedules,
    ...policies.flatMap(approvalMistakes),
  ];
  return { policies, openings, schedules, complaints };
}

function fieldOf(holder: unknown, name: string): unknown {
  return typeof holder === "object" && holder !== null
    ? (holder as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function namedPairs(content: unknown): readonly (readonly [string, unknown])[] {
  const pairs = fieldOf(content, "pairs");
  return typeof pairs === "object" && pairs !== null ? Object.entries(pairs) : [];
}

function nameMistakes(name: string): Complaint[] {
  const wrong = pairName.safeParse(name).error?.issues[0];
  // `all` stands for every pair in PUT and DELETE holds.
  if (name === "all") return [{ path: pathOf(["pairs", name]), value: "all", expectation: "another name" }];
  return wrong ? [{ path: pathOf(["pairs", name]), value: tellText(name), expectation: wrong.message }] : [];
}

/** Azure compares resource ids without regard to case; one service in two places could be swapped by two promotions at once. */
function repeatedServices(named: readonly (readonly [string, unknown])[]): readonly Complaint[] {
  const seen = new Map<string, string>();
  return named.flatMap(([name, pair]) =>
    (["blue", "green"] as const).flatMap((side): Complaint[] => {
      const id = fieldOf(pair, side);
      if (typeof id !== "string") return [];
      const other = seen.get(id.toLowerCase());
      seen.set(id.toLowerCase(), other ?? `${name}.${side}`);
      if (other === undefined) return [];
      const expectation = `a service that stands nowhere else (it is ${tellText(other)})`;
      return [{ path: pathOf(["pairs", name, side]), value: tellText(id, 300), expectation }];
    }),
  );
}

/** Rules between durations, after defaults: each of them broken would be a wait that cannot end well. */
function timingMistakes({ name, readiness, swap, verification, soak }: PairPolicy): readonly Complaint[] {
  const rules: readonly [wrong: boolean, group: string, value: string, expectation: string][] = [
    [
      readiness.stableForMs >= readiness.deadlineMs,
      "readiness",
      "stableFor ≥ deadline",
      "a deadline after stableFor",
    ],
    [readiness.pollMs > readiness.stableForMs, "readiness", "poll > stableFor", "a poll within stableFor"],
    [
      swap.pollMs > swap.operationDeadlineMs,
      "swap",
      "poll > operationDeadline",
      "a poll within its deadline",
    ],
    [
      verification.pollMs > verification.deadlineMs,
      "verification",
      "poll > deadline",
      "a poll within its deadline",
    ],
    [soak.forMs > 0 && soak.everyMs > soak.forMs, "soak", "every > for", "a look within the soak"],
  ];
  return rules
    .filter(([wrong]) => wrong)
    .map(([, group, value, expectation]) => ({ path: pathOf(["pairs", name, group]), value, expectation }));
}

function policyOf(own: Fields, shared: Fields): Omit<PairPolicy, "name" | "key" | "blue" | "green"> {
  const d = defaultPolicy;
  return {
    versionTag: own.versionTag ?? shared.versionTag ?? d.versionTag,
    allowUnpinned: own.allowUnpinned ?? shared.allowUnpinned ?? d.allowUnpinned,
    timeZone: own.timeZone ?? shared.timeZone ?? d.timeZone,
    line: { ...d.line, ...defined(shared.line), ...defined(own.line) },
    approval: approvalRule(own.approval, shared.approval),
    turn: times(d.turn, shared.turn, own.turn),
    readiness: times(d.readiness, shared.readiness, own.readiness),
    swap: times(d.swap, shared.swap, own.swap),
    verification: times(d.verification, shared.verification, own.verification),
    soak: soakOf(d.soak, shared.soak, own.soak),
    ...probesOf(own.probes ?? shared.probes),
    swapBack: own.swapBack ?? shared.swapBack ?? d.swapBack,
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
