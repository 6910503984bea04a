import { z } from "zod";
import { serviceIdPattern } from "../contracts/arm-id";
import { contentHashOf } from "../contracts/content-hash";
import { duration, durationMs, exactly, pairName } from "../contracts/fields";
import { issuesOf, pathOf, formatText } from "../contracts/issues";
import type { Issue } from "../domain/kernel/issue";
import { pairKeyOf } from "../domain/kernel/pair-key";
import { defaultPolicy, type DeploymentWindowRule, type PairPolicy } from "../domain/policy/policy";
import type { ScheduleRule } from "../domain/policy/schedule";
import { RETAIN_MS } from "../domain/promotion/retention";
import { approvalFields, approvalMistakes, approvalRule } from "./approval-policy";
import { windowFields, windowOf } from "./deployment-window-rule";
import { probeMistakes } from "./probe-addresses";
import { fieldOf, readPart, type ReadPart } from "./readable-part";
import { scheduleFields, scheduleMistakes, schedulesOf } from "./schedule-rule";
import { probesOf, soakFields, soakOf } from "./soak-fields";
import { timeZone } from "./time-zone";
import { timingMistakes } from "./timing-rules";

const armId = z
  .string({ error: "a full ARM id" })
  .regex(
    serviceIdPattern,
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
  queue: exactly({
    maxQueued: z.int({ error: queued }).min(1, queued).max(30, queued).optional(),
    whenBusy: z.enum(["wait", "refuse"], { error: '"wait" or "refuse"' }).optional(),
    horizon: duration("1h", "366d").optional(),
    deadline: duration("1s", "30d").optional(),
  })
    .optional()
    .describe(
      "How many promotions may wait in the queue of the pair (20), whether they may wait at all (wait), how far ahead the times of a request may lie (90d), and how long a promotion waits for the lease (2h).",
    ),
  approval: approvalFields
    .optional()
    .describe(
      "Asks people before every swap: how many (quorum, 1), holders of which app roles or which object ids (default: everybody with Swap.Approve), who never counts, by when (72h), and for how long the approval holds (24h). Absent: nobody is asked.",
    ),
  readiness: exactly({
    poll: duration("1s", "60s").optional(),
    stableFor: duration("1s", "1d").optional(),
    deadline: duration("1s", "7d").optional(),
  })
    .optional()
    .describe(
      "How often role instances are checked (30s), how long they must be ready without a break (2m), and by when (30m).",
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
  retain: duration("30d", "3650d")
    .optional()
    .describe(
      "How long a promotion is kept whole after its outcome (400d); then it is reduced to what duplicates are answered with.",
    ),
  window: windowFields.optional().describe("When swaps may start: windows, denied windows, freezes."),
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

/** The parsed file, and every mistake in it. */
export interface PairsFile {
  readonly policies: readonly PairPolicy[];
  readonly deploymentWindows: ReadonlyMap<string, DeploymentWindowRule>;
  readonly schedules: readonly ScheduleRule[];
  /** How long promotions stay complete after their outcome, by pair, ms. */
  readonly retention: ReadonlyMap<string, number>;
  readonly issues: readonly Issue[];
}

/** Checked even when a service of the pair is missing. */
const settingsSchema = exactly({ schedules: scheduleFields.optional(), ...policyFields });

/**
 * Every pair's policy (its settings, then the file's defaults, then the product's), and every mistake in the file,
 * mistakes of fields first. A rule between fields is checked wherever its fields are readable. Pairs with mistakes
 * are returned as far as they are readable.
 */
export function parsePairsFile(content: unknown, inAzure = false): PairsFile {
  const shared = readPart(defaultsSchema, fieldOf(content, "defaults") ?? {}, ["defaults"]);
  const found = namedPairs(content).map(([name, given]) => readPair(name, given, shared));
  const parsed = pairsFileSchema.safeParse(content);
  const issues = [
    ...found.flatMap(({ name }) => nameMistakes(name)),
    ...(parsed.success ? [] : issuesOf(parsed.error, content)),
    ...repeatedServices(found),
    ...probeMistakes(shared, inAzure),
    ...onceEach(found.flatMap((pair) => mistakesBetween(pair, shared))),
    ...found.flatMap(({ own }) => probeMistakes(own, inAzure)),
  ];
  return {
    policies: found.flatMap(({ policy }) => policy ?? []),
    deploymentWindows: new Map(
      found.flatMap(({ name, window }) => (window ? [[name, window.rule] as const] : [])),
    ),
    schedules: found.flatMap(({ schedules }) => schedules),
    retention: new Map(found.map(({ name, retainMs }) => [name, retainMs])),
    issues,
  };
}

type Settled = Omit<PairPolicy, "name" | "key" | "blue" | "green">;

interface ReadPair {
  readonly name: string;
  readonly own: ReadPart<Fields>;
  readonly settled: Settled;
  readonly window: ReturnType<typeof windowOf>;
  readonly schedules: readonly ScheduleRule[];
  readonly retainMs: number;
  /** The readable ones. */
  readonly services: Readonly<Record<"blue" | "green", string | undefined>>;
  /** Only when both services are named. */
  readonly policy: PairPolicy | undefined;
}

function readPair(name: string, given: unknown, shared: ReadPart<Fields>): ReadPair {
  const own = readPart(settingsSchema, withoutServices(given), ["pairs", name]);
  const { schedules, ...fields } = own.value;
  const base = policyOf(fields, shared.value);
  const window = windowOf(fields.window, shared.value.window, base.timeZone);
  const settled = window ? { ...base, window: window.policy } : base;
  const blue = armId.safeParse(fieldOf(given, "blue")).data;
  const green = armId.safeParse(fieldOf(given, "green")).data;
  const retain = fields.retain ?? shared.value.retain;
  const isWhole = blue !== undefined && green !== undefined;
  return {
    name,
    own,
    settled,
    window,
    services: { blue, green },
    schedules: schedulesOf(schedules, { name, timeZone: settled.timeZone }),
    retainMs: retain === undefined ? RETAIN_MS : durationMs(retain),
    policy: isWhole
      ? { ...settled, name, key: pairKeyOf({ blue, green }, contentHashOf), blue, green }
      : undefined,
  };
}

function withoutServices(given: unknown): unknown {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return given;
  return Object.fromEntries(Object.entries(given).filter(([field]) => field !== "blue" && field !== "green"));
}

function mistakesBetween({ own, settled }: ReadPair, shared: ReadPart<Fields>): readonly Issue[] {
  const parts = [own, shared];
  return [
    ...timingMistakes(settled, parts),
    ...scheduleMistakes(own, shared, settled),
    ...approvalMistakes(settled.approval, parts),
  ];
}

/** A mistake in the defaults shows up in every pair that uses them. */
function onceEach(issues: readonly Issue[]): readonly Issue[] {
  const described = new Set<string>();
  return issues.filter((each) => {
    const text = JSON.stringify(each);
    return !described.has(text) && described.add(text);
  });
}

function namedPairs(content: unknown): readonly (readonly [string, unknown])[] {
  const pairs = fieldOf(content, "pairs");
  return typeof pairs === "object" && pairs !== null && !Array.isArray(pairs) ? Object.entries(pairs) : [];
}

function nameMistakes(name: string): Issue[] {
  const wrong = pairName.safeParse(name).error?.issues[0];
  // `all` means every pair in PUT and DELETE holds.
  if (name === "all") return [{ path: pathOf(["pairs", name]), value: "all", expectation: "another name" }];
  return wrong
    ? [{ path: pathOf(["pairs", name]), value: formatText(name), expectation: wrong.message }]
    : [];
}

/**
 * Azure compares resource ids case-insensitively. A service in two pairs could be swapped by two promotions at
 * once.
 */
function repeatedServices(pairs: readonly ReadPair[]): readonly Issue[] {
  const seen = new Map<string, string>();
  return pairs.flatMap(({ name, services }) =>
    (["blue", "green"] as const).flatMap((side): Issue[] => {
      const id = services[side];
      if (id === undefined) return [];
      const other = seen.get(id.toLowerCase());
      seen.set(id.toLowerCase(), other ?? `${name}.${side}`);
      if (other === undefined) return [];
      const expectation = `a service that no other pair names (it is ${formatText(other)})`;
      return [{ path: pathOf(["pairs", name, side]), value: formatText(id, 300), expectation }];
    }),
  );
}

function policyOf(own: Fields, shared: Fields): Settled {
  const d = defaultPolicy;
  return {
    versionTag: own.versionTag ?? shared.versionTag ?? d.versionTag,
    allowUnpinned: own.allowUnpinned ?? shared.allowUnpinned ?? d.allowUnpinned,
    timeZone: own.timeZone ?? shared.timeZone ?? d.timeZone,
    queue: queueOf(d.queue, shared.queue, own.queue),
    approval: approvalRule(own.approval, shared.approval),
    readiness: times(d.readiness, shared.readiness, own.readiness),
    swap: times(d.swap, shared.swap, own.swap),
    verification: times(d.verification, shared.verification, own.verification),
    soak: soakOf(d.soak, shared.soak, own.soak),
    ...probesOf(own.probes ?? shared.probes),
    rollback: own.rollback ?? shared.rollback ?? d.rollback,
  };
}

function queueOf(standard: PairPolicy["queue"], ...settings: Fields["queue"][]): PairPolicy["queue"] {
  const given = settings.map(defined);
  const { horizon, deadline, ...queue } = Object.assign({}, ...given) as NonNullable<Fields["queue"]>;
  return times({ ...standard, ...defined(queue) }, { horizon, deadline });
}

/** Durations of one group: the pair's, then the file's, then the product's; `poll: "30s"` sets `pollMs`. */
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
