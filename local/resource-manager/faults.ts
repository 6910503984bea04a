import { z } from "zod";
import { issuesOf } from "./issues";
import { urlRules } from "./operation-urls";

const seconds = z.number().min(0);
const slow = {
  /** The reply reaches the caller so much later; what the call does, it does at once. */
  delayMs: z.number().min(0).optional(),
};

/** How an error is told; absent: as the scenario says. */
const errorShape = z.enum(["nested", "top-level"]).optional();

/** How the operation that a swap begins goes; whatever is left out goes as the scenario says. */
const operation = z.strictObject({
  kind: z.literal("operation"),
  /** What it ends as. It never ends: "never", and its lock stays. */
  outcome: z.enum(["Succeeded", "Failed", "Canceled", "never"]).optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  /** The status text in place of the usual one, for example "SUCCEEDED" or "Frobnicating". */
  word: z.string().optional(),
  /** From the request to the reported end. */
  seconds: seconds.optional(),
  /** Whether anything is swapped; absent: unless it fails or is cancelled. */
  effect: z.boolean().optional(),
  /** From the request to the effect; absent: when the operation ends. */
  effectAfter: seconds.optional(),
  /** Asking for it answers 404. */
  lost: z.boolean().optional(),
  /** What the caller gets in place of the 202: a broken connection, nothing, or this status. */
  answer: z.union([z.enum(["reset", "hang"]), z.number().int().min(200).max(599)]).optional(),
  /** The request is under way for so long before Resource Manager sees it; the caller hears nothing of it. */
  arrivesAfter: seconds.optional(),
  /** Scheme and host that the headers name. */
  origin: z.string().optional(),
  ...urlRules,
  errorShape,
  ...slow,
});

const answer = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("status"),
    status: z.number().int().min(200).max(599),
    code: z.string().optional(),
    message: z.string().optional(),
    /** Seconds, or an HTTP date. */
    retryAfter: z.union([z.number().min(0), z.string()]).optional(),
    errorShape,
    ...slow,
  }),
  z.strictObject({ kind: z.literal("slow"), delayMs: z.number().min(0) }),
  z.strictObject({ kind: z.literal("reset-before"), ...slow }),
  z.strictObject({ kind: z.literal("reset-after"), ...slow }),
  z.strictObject({ kind: z.literal("hang") }),
  operation,
  z.strictObject({ kind: z.literal("operation-fails"), code: z.string().optional(), ...slow }),
  z.strictObject({ kind: z.literal("operation-canceled"), ...slow }),
  z.strictObject({ kind: z.literal("operation-lost"), ...slow }),
  z.strictObject({ kind: z.literal("no-effect"), ...slow }),
  z.strictObject({
    /** The true reply, with its body spoilt. */
    kind: z.literal("damaged"),
    how: z.enum(["truncated", "malformed", "empty", "html", "oversized"]),
    /** Of an oversized body. */
    megabytes: z.number().min(1).max(64).optional(),
    ...slow,
  }),
  z.strictObject({
    /** The true reply, changed wherever a name or value occurs in it. */
    kind: z.literal("edited"),
    remove: z.array(z.string()).optional(),
    rename: z.record(z.string(), z.string()).optional(),
    /** Texts, and what stands in their place. */
    replace: z.record(z.string(), z.unknown()).optional(),
    /** Added at the top of the body, for example a nextLink to another host. */
    set: z.record(z.string(), z.unknown()).optional(),
    ...slow,
  }),
]);

export const faultSchema = z.strictObject({
  method: z.enum(["GET", "PUT", "POST", "*"]).optional(),
  /** Part of the URL, ignoring case. */
  url: z.string().optional(),
  /** How many matching calls pass first. */
  skip: z.number().int().min(0).optional(),
  /** How many it strikes; absent: one. */
  times: z.number().int().min(1).optional(),
  /** Seconds since it was added: it strikes from then, and until then. */
  from: seconds.optional(),
  until: seconds.optional(),
  /** How likely it strikes a matching call, drawn from the scenario's seed. */
  chance: z.number().min(0).max(1).optional(),
  answer,
});

/** Which calls go wrong, and how. */
type Fault = z.infer<typeof faultSchema>;
/** How one call goes wrong. */
export type FaultAnswer = z.infer<typeof answer>;
export type OperationFault = z.infer<typeof operation>;

export function parseFault(value: unknown): Fault | string[] {
  const parsed = faultSchema.safeParse(value);
  return parsed.success ? parsed.data : issuesOf(parsed.error, "fault");
}

/** The operation that an answer asks for; the short kinds are spelt out. */
export function operationOf(given: FaultAnswer | undefined): OperationFault {
  switch (given?.kind) {
    case "operation":
      return given;
    case "reset-after":
      return { kind: "operation", answer: "reset" };
    case "operation-fails":
      return { kind: "operation", outcome: "Failed", code: given.code };
    case "operation-canceled":
      return { kind: "operation", outcome: "Canceled" };
    case "operation-lost":
      return { kind: "operation", lost: true };
    case "no-effect":
      return { kind: "operation", effect: false };
    default:
      return { kind: "operation" };
  }
}

interface Armed extends Fault {
  readonly addedAt: number;
  skip: number;
  times: number;
}

/** Faults to come; each strikes the calls it matches, so many times. */
export class Faults {
  readonly #now: () => number;
  readonly #draw: () => number;
  #faults: Armed[] = [];

  constructor(now: () => number, draw: () => number) {
    this.#now = now;
    this.#draw = draw;
  }

  add(fault: Fault): void {
    const { skip = 0, times = 1 } = fault;
    this.#faults.push({ ...fault, skip, times, addedAt: this.#now() });
  }

  clear(): void {
    this.#faults = [];
  }

  strike(method: string, url: string): FaultAnswer | undefined {
    if (this.#faults.length === 0) return undefined;
    const target = url.toLowerCase();
    for (const each of this.#faults) {
      if (!this.#matches(each, method, target)) continue;
      if (each.skip > 0) {
        each.skip--;
        continue;
      }
      each.times--;
      return each.answer;
    }
    return undefined;
  }

  #matches(fault: Armed, method: string, url: string): boolean {
    const { method: asked = "*", from = 0, until = Infinity, chance = 1 } = fault;
    const elapsed = (this.#now() - fault.addedAt) / 1000;
    return (
      fault.times > 0 &&
      (asked === "*" || asked === method) &&
      url.includes((fault.url ?? "").toLowerCase()) &&
      elapsed >= from &&
      elapsed < until &&
      (chance >= 1 || this.#draw() < chance)
    );
  }
}
