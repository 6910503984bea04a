import { z } from "zod";

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

const service = z.strictObject({
  name: z.string(),
  group: z.string(),
  version: z.string().optional(),
  slot: z.enum(["Production", "Staging"]).optional().describe("left out of replies when absent"),
  provisioningState: z.string().default("Succeeded"),
  location: z.string().default("westeurope"),
  /** Name of the service it points at; absent: the other one of the pair; null: none. */
  swappable: z.string().nullable().optional(),
  roles: z.array(
    z.strictObject({ name: z.string(), capacity: z.number().int().min(0), web: z.boolean().default(false) }),
  ),
  /** How many instances really exist per role; absent: its capacity. */
  instances: z.record(z.string(), z.number().int().min(0)).default({}),
  loadBalancers: z.array(z.strictObject({ name: z.string(), frontends: z.array(frontend) })).min(1),
  script: z.array(step).default([]),
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

const scenarioSchema = z.strictObject({
  subscription: z.string(),
  swap: z
    .strictObject({
      operationSeconds: duration.default(1.5),
      gapSeconds: duration.default(0.3),
      retryAfterSeconds: z.number().int().min(1).default(1),
      /** What a PUT does that names the slot which is held already; Azure's answer is unknown. */
      repeatedPut: z.enum(["no-op", "error", "toggle"]).default("no-op"),
      /** Whether Azure fails the operation when instances are not running. */
      requireRunning: z.boolean().default(true),
    })
    .prefault({}),
  pairs: z.array(pair).min(1),
});

export type Scenario = z.infer<typeof scenarioSchema>;
export type ServiceScenario = z.infer<typeof service>;

/** Reads a scenario; every mistake at once, with its path. */
export function parseScenario(value: unknown): Scenario {
  const parsed = scenarioSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(
    (issue) => `${issue.path.join(".") || "scenario"}: ${issue.message}`,
  );
  throw new Error(`the scenario is wrong:\n  ${mistakes.join("\n  ")}`);
}
