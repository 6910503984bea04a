import { z } from "zod";
import { faultSchema } from "./faults";
import { issuesOf } from "./issues";
import { urlRules } from "./operation-urls";
import { grantSchema, usualGrants } from "./permissions";
import { serviceFaultSchema } from "./service-faults";

const duration = z.number().min(0).describe("seconds");

const step = z.strictObject({
  instance: z.string(),
  /** Seconds after the instances of this service were first listed. */
  after: duration,
  state: z.string().describe("RoleState vocabulary, for example RoleStateBusy"),
});

const frontend = z.strictObject({
  name: z.string(),
  publicIp: z.string().optional(),
  subnet: z.string().optional(),
});

/** An error of the release: its web roles answer with this status from `after` seconds in production on. */
export const bug = z.strictObject({ after: duration, status: z.number().int().min(100).max(599) });

/** The answer of web roles at a path, in addition to their usual text. */
const answer = z.strictObject({
  path: z.string(),
  status: z.number().int().min(100).max(599).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional().describe("merged into the usual one where it is an object, else in its place"),
});

const service = z.strictObject({
  name: z.string().describe("unique in the scenario"),
  armName: z.string().optional().describe("the last segment of its ARM id, where that is not its name"),
  group: z.string(),
  subscription: z.string().optional().describe("absent: that of the scenario"),
  version: z.string().optional(),
  versionTag: z.string().optional().describe("the tag that holds the version; absent: version"),
  slot: z.enum(["Production", "Staging"]).optional().describe("left out of replies when absent"),
  provisioningState: z.string().default("Succeeded"),
  location: z.string().default("westeurope"),
  /** The service that it points at; the other one of the pair when absent; null: none. */
  swappable: z.string().nullable().optional(),
  roles: z.array(
    z.strictObject({ name: z.string(), capacity: z.number().int().min(0), web: z.boolean().default(false) }),
  ),
  /** How many instances exist per role; its capacity when absent. */
  instances: z.record(z.string(), z.number().int().min(0)).default({}),
  loadBalancers: z.array(z.strictObject({ name: z.string(), frontends: z.array(frontend) })).min(1),
  script: z.array(step).default([]),
  bug: bug.optional(),
  answers: z.array(answer).optional(),
});

const publicIp = z.strictObject({
  name: z.string(),
  address: z.string(),
  allocation: z.enum(["Static", "Dynamic"]).default("Static"),
  sku: z.enum(["Basic", "Standard"]).default("Standard"),
  label: z.string(),
});

const pair = z.strictObject({
  name: z.string(),
  blue: service,
  green: service,
  publicIps: z.array(publicIp).min(2),
});

/**
 * Resource Manager's token buckets, per subscription and principal: in each region reads 250 and 25/s, writes 200 and
 * 10/s; over all regions 15 times that
 * (https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling).
 */
const bucket = (size: number, perSecond: number) =>
  z
    .strictObject({
      size: z.number().int().min(1).default(size),
      perSecond: z.number().positive().default(perSecond),
    })
    .prefault({});

const scenarioSchema = z.strictObject({
  subscription: z.string(),
  seed: z.number().int().default(1).describe("of the faults' chances"),
  throttling: z
    .strictObject({
      /** Whether an empty bucket answers 429; the headers always count down. */
      enforced: z.boolean().default(false),
      reads: bucket(250, 25),
      writes: bucket(200, 10),
      globalReads: bucket(3_750, 375),
      globalWrites: bucket(3_000, 150),
      /**
       * Which headers show the remaining calls. Recorded in 2025 and 2026: for reads only the global one, for writes
       * both.
       */
      names: z.enum(["recorded", "regional", "global", "both", "none"]).default("recorded"),
    })
    .prefault({}),
  wire: z
    .strictObject({
      /** The page size of a list; everything when absent. */
      pageSize: z.number().int().min(1).optional(),
      /** Both spellings occur; the SDK decodes only the first. */
      frontends: z
        .enum(["frontendIpConfigurations", "frontendIPConfigurations"])
        .default("frontendIpConfigurations"),
      swappable: z.enum(["swappableCloudService", "SwappableCloudService"]).default("swappableCloudService"),
      /** The shape of errors; "top-level" is Microsoft.Web's. */
      errors: z.enum(["nested", "top-level"]).default("nested"),
    })
    .prefault({}),
  /** Roles of the caller; by default exactly what the app's documentation requires. */
  permissions: z.array(grantSchema).default([...usualGrants]),
  faults: z.array(faultSchema).default([]),
  serviceFaults: z.array(serviceFaultSchema).default([]),
  swap: z
    .strictObject({
      operationSeconds: duration.default(1.5),
      gapSeconds: duration.default(0.3),
      retryAfterSeconds: z.number().int().min(1).default(1),
      /** The effect of a PUT for the slot that is already held; Azure's is unknown. */
      repeatedPut: z.enum(["no-op", "error", "toggle"]).default("no-op"),
      /** Whether Azure fails the operation when instances are not running. */
      requireRunning: z.boolean().default(true),
      operationUrls: z.strictObject(urlRules).prefault({}),
    })
    .prefault({}),
  pairs: z.array(pair).min(1),
});

export type Scenario = z.infer<typeof scenarioSchema>;
export type ServiceScenario = z.infer<typeof service>;

/** Reads a scenario; throws with every issue and its path. */
export function parseScenario(value: unknown): Scenario {
  const parsed = scenarioSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`the scenario is wrong:\n  ${issuesOf(parsed.error, "scenario").join("\n  ")}`);
}
