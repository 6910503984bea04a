import { z } from "zod";
import { issuesOf } from "./issues";
import { urlRules } from "./operation-urls";

const seconds = z.number().min(0);
const slow = {
  /** Delays the reply; the call takes effect at once. */
  delayMs: z.number().min(0).optional(),
};

/** The shape of an error; the scenario's when absent. */
const errorShape = z.enum(["nested", "top-level"]).optional();

/** How the operation of a swap goes; the scenario decides what is absent. */
const operation = z.strictObject({
  kind: z.literal("operation"),
  /** Its outcome. With "never" it never ends, and its lock stays. */
  outcome: z.enum(["Succeeded", "Failed", "Canceled", "never"]).optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  /** The status text, for example "SUCCEEDED" or "Frobnicating". */
  word: z.string().optional(),
  /** From the request to the reported end. */
  seconds: seconds.optional(),
  /** Whether it swaps; by default unless it fails or is cancelled. */
  effect: z.boolean().optional(),
  /** From the request to the effect; by default when the operation ends. */
  effectAfter: seconds.optional(),
  /** Reading it answers 404. */
  lost: z.boolean().optional(),
  /** What the caller gets instead of the 202: a broken connection, nothing, or this status. */
  answer: z.union([z.enum(["reset", "hang"]), z.number().int().min(200).max(599)]).optional(),
  /** The request reaches Resource Manager after this time; the caller gets no answer. */
  arrivesAfter: seconds.optional(),
  /** Scheme and host in the headers. */
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
    /** The real reply with a damaged body. */
    kind: z.literal("damaged"),
    how: z.enum(["truncated", "malformed", "empty", "html", "oversized"]),
    /** The size of an oversized body. */
    megabytes: z.number().min(1).max(64).optional(),
    ...slow,
  }),
  z.strictObject({
    /** The real reply, edited wherever a name or value occurs in it. */
    kind: z.literal("edited"),
    remove: z.array(z.string()).optional(),
    rename: z.record(z.string(), z.string()).optional(),
    /** Texts and their replacements. */
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
  /** How many matching calls pass before the first fault. */
  skip: z.number().int().min(0).optional(),
  /** How many calls it strikes; one when absent. */
  times: z.number().int().min(1).optional(),
  /** Seconds since it was added: the fault starts at `from` and ends at `until`. */
  from: seconds.optional(),
  until: seconds.optional(),
  /** The probability for a matching call, drawn from the scenario's seed. */
  chance: z.number().min(0).max(1).optional(),
  answer,
});

/** Which calls fail, and how. */
type Fault = z.infer<typeof faultSchema>;
/** How one call fails. */
export type FaultAnswer = z.infer<typeof answer>;
export type OperationFault = z.infer<typeof operation>;

export function parseFault(value: unknown): Fault | string[] {
  const parsed = faultSchema.safeParse(value);
  return parsed.success ? parsed.data : issuesOf(parsed.error, "fault");
}

/** The operation for a fault, with short kinds in full. */
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

/** The faults that were added; each strikes matching calls a limited number of times. */
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
