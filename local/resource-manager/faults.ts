import { z } from "zod";

const answer = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("status"),
    status: z.number().int().min(200).max(599),
    code: z.string().default("InjectedFault"),
    message: z.string().default("injected"),
    retryAfter: z.number().min(0).optional(),
  }),
  z.strictObject({ kind: z.literal("reset-before") }),
  z.strictObject({ kind: z.literal("reset-after") }),
  z.strictObject({ kind: z.literal("hang") }),
  z.strictObject({
    kind: z.literal("operation-fails"),
    code: z.string().default("InternalOperationFailure"),
  }),
  z.strictObject({ kind: z.literal("operation-canceled") }),
  z.strictObject({ kind: z.literal("operation-lost") }),
  z.strictObject({ kind: z.literal("no-effect") }),
]);

const fault = z.strictObject({
  method: z.enum(["GET", "PUT", "POST", "*"]).default("*"),
  /** Part of the URL, ignoring case. */
  url: z.string().default(""),
  /** How many matching calls pass first. */
  skip: z.number().int().min(0).default(0),
  times: z.number().int().min(1).default(1),
  answer,
});

export type Fault = z.infer<typeof fault>;
export type FaultAnswer = z.infer<typeof answer>;

export function parseFault(value: unknown): Fault | string[] {
  const parsed = fault.safeParse(value);
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map((issue) => `${issue.path.join(".") || "fault"}: ${issue.message}`);
}

/** Faults to come; each strikes the calls it matches, so many times. */
export class Faults {
  #faults: Fault[] = [];

  add(given: Fault): void {
    this.#faults.push({ ...given });
  }

  clear(): void {
    this.#faults = [];
  }

  strike(method: string, url: string): FaultAnswer | undefined {
    for (const each of this.#faults) {
      const matches =
        (each.method === "*" || each.method === method) && url.toLowerCase().includes(each.url.toLowerCase());
      if (!matches || each.times === 0) continue;
      if (each.skip > 0) {
        each.skip--;
        continue;
      }
      each.times--;
      return each.answer;
    }
    return undefined;
  }
}
