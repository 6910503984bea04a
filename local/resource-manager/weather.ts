import { z } from "zod";
import { issuesOf } from "./issues";

const duration = z.number().min(0);
const common = {
  service: z.string(),
  /** Seconds after it is added; a scenario's own weather is added when the world begins. */
  at: duration.optional(),
};
const lock = z.enum(["429", "409", "none"]);

const weather = z.discriminatedUnion("kind", [
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
  /** A role or one instance: Busy, Recycle, then Started for a quarter of each period of 60 s; absent seconds: for good. */
  z.strictObject({
    ...common,
    kind: z.literal("cycling"),
    role: z.string().optional(),
    instance: z.string().optional(),
    period: z.number().positive().optional(),
    seconds: duration.optional(),
  }),
  /** One instance or all report this state; absent seconds: for good. */
  z.strictObject({
    ...common,
    kind: z.literal("state"),
    instance: z.string().optional(),
    state: z.string(),
    seconds: duration.optional(),
  }),
  /** An instance is missing from the list; absent seconds: for good. */
  z.strictObject({
    ...common,
    kind: z.literal("unlisted"),
    instance: z.string(),
    seconds: duration.optional(),
  }),
  /** Capacity changes at once, the instances follow: new ones are listed after half of 120 s, started at the end. */
  z.strictObject({
    ...common,
    kind: z.literal("scale"),
    role: z.string(),
    capacity: z.number().int().min(0),
    seconds: duration.optional(),
  }),
  /** Somebody deploys: Updating for 180 s, the update domains one after the other; the new identity shows at once. */
  z.strictObject({
    ...common,
    kind: z.literal("redeployment"),
    version: z.string().optional(),
    uniqueId: z.string().optional(),
    seconds: duration.optional(),
    lock: lock.optional(),
  }),
  /** The service is gone, and nobody is paired with it any more. */
  z.strictObject({ ...common, kind: z.literal("deleted") }),
  /** The pairing is gone, on both sides. */
  z.strictObject({ ...common, kind: z.literal("unpaired") }),
  /** Another operation locks the pair: swaps are answered 429 RetryableErrorDueToAnotherOperation, or 409. */
  z.strictObject({
    ...common,
    kind: z.literal("other-operation"),
    seconds: duration,
    lock: lock.optional(),
  }),
  /** Somebody swaps in the portal; the pair is locked for `seconds` (0) before. */
  z.strictObject({ ...common, kind: z.literal("swap-by-hand"), seconds: duration.optional() }),
]);

/** What happens to a service without our doing, as a function of time. */
export type Weather = z.infer<typeof weather>;
export const weatherSchema = weather;

export function parseWeather(value: unknown): Weather | string[] {
  const parsed = weather.safeParse(value);
  return parsed.success ? parsed.data : issuesOf(parsed.error, "weather");
}

/** Weather with its place in time; `steps` counts those of its changes that are done. */
export interface Spell {
  readonly weather: Weather;
  /** Ms since 1970. */
  readonly from: number;
  steps: number;
  /** How many instances the role had that is scaled. */
  before?: number;
}

/** How long it lasts, in seconds; what has no end answers Infinity. */
export function secondsOf(given: Weather): number {
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
