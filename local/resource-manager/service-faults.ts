import { z } from "zod";
import { issuesOf } from "./issues";

const duration = z.number().min(0);
const common = {
  service: z.string(),
  /** Seconds after it is added. A scenario's faults are added when the world starts. */
  at: duration.optional(),
};
const lock = z.enum(["429", "409", "none"]);

export const serviceFaultSchema = z.discriminatedUnion("kind", [
  /** One instance or all: Stopping, then Starting; 60 s. */
  z.strictObject({
    ...common,
    kind: z.literal("restart"),
    instance: z.string().optional(),
    seconds: duration.optional(),
  }),
  /** The update domains one after the other, each restarted for 120 s. */
  z.strictObject({ ...common, kind: z.literal("guest-os-update"), domainSeconds: duration.optional() }),
  /** One instance: Unknown, then Starting; 300 s. */
  z.strictObject({
    ...common,
    kind: z.literal("healing"),
    instance: z.string(),
    seconds: duration.optional(),
  }),
  /**
   * A role or one instance: Busy, Recycle, then Started for a quarter of each period of 60 s; permanent without
   * `seconds`.
   */
  z.strictObject({
    ...common,
    kind: z.literal("cycling"),
    role: z.string().optional(),
    instance: z.string().optional(),
    period: z.number().positive().optional(),
    seconds: duration.optional(),
  }),
  /** One instance or all report this state; permanent without `seconds`. */
  z.strictObject({
    ...common,
    kind: z.literal("state"),
    instance: z.string().optional(),
    state: z.string(),
    seconds: duration.optional(),
  }),
  /** An instance is missing from the list; permanent without `seconds`. */
  z.strictObject({
    ...common,
    kind: z.literal("unlisted"),
    instance: z.string(),
    seconds: duration.optional(),
  }),
  /**
   * Capacity changes at once, and the instances follow: new ones are listed after half of 120 s and started at the
   * end.
   */
  z.strictObject({
    ...common,
    kind: z.literal("scale"),
    role: z.string(),
    capacity: z.number().int().min(0),
    seconds: duration.optional(),
  }),
  /** A deployment: Updating for 180 s, one update domain after the other; the new identity shows at once. */
  z.strictObject({
    ...common,
    kind: z.literal("redeployment"),
    version: z.string().optional(),
    uniqueId: z.string().optional(),
    seconds: duration.optional(),
    lock: lock.optional(),
  }),
  /** The service and its pairing are gone. */
  z.strictObject({ ...common, kind: z.literal("deleted") }),
  /** The pairing is gone on both sides. */
  z.strictObject({ ...common, kind: z.literal("unpaired") }),
  /** Another operation locks the pair: swaps get 429 RetryableErrorDueToAnotherOperation, or 409. */
  z.strictObject({
    ...common,
    kind: z.literal("other-operation"),
    seconds: duration,
    lock: lock.optional(),
  }),
  /** A swap in the portal; the pair is locked for `seconds` (0) before. */
  z.strictObject({ ...common, kind: z.literal("swap-by-hand"), seconds: duration.optional() }),
]);

/** Something that happens to a service without the app: an outage, a deployment or a swap by somebody else. */
export type ServiceFault = z.infer<typeof serviceFaultSchema>;

export function parseServiceFault(value: unknown): ServiceFault | string[] {
  const parsed = serviceFaultSchema.safeParse(value);
  return parsed.success ? parsed.data : issuesOf(parsed.error, "serviceFault");
}

/** A fault with its start time; `steps` counts its changes that are done. */
export interface ScheduledFault {
  readonly fault: ServiceFault;
  /** Ms since 1970. */
  readonly from: number;
  steps: number;
  /** Instances that the role had before it was scaled. */
  before?: number;
}

/** How long a fault lasts, in seconds; Infinity without an end. */
export function secondsOf(given: ServiceFault): number {
  switch (given.kind) {
    case "restart":
      return given.seconds ?? 60;
    case "guest-os-update":
      return Infinity;
    case "healing":
      return given.seconds ?? 300;
    case "scale":
      return given.seconds ?? 120;
    case "redeployment":
      return given.seconds ?? 180;
    case "cycling":
    case "state":
    case "unlisted":
      return given.seconds ?? Infinity;
    case "other-operation":
      return given.seconds;
    case "swap-by-hand":
      return given.seconds ?? 0;
    case "deleted":
    case "unpaired":
      return 0;
  }
}
