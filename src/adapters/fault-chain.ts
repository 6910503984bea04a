import { formatText } from "../contracts/issues";

const MOST_FAULTS = 8;
const MESSAGE_BUDGET = 300;
const NAME_BUDGET = 60;

/**
 * Describes a fault and its causes, outermost first: `Error: it failed; caused by SystemError (ENOTFOUND): no such host`.
 * Only name, code and message of each, masked and shortened. The errors of an AggregateError count as causes: the Azure
 * SDKs throw one, without a message, after retries. Skips cycles and repeats.
 */
export function describeFaults(fault: unknown): string {
  const described = new Set<string>();
  const seen = new Set<unknown>();
  const open: unknown[] = [fault];
  while (open.length > 0) {
    const next = open.shift();
    if (next === undefined || next === null || seen.has(next)) continue;
    if (described.size === MOST_FAULTS) return `${[...described].join("; caused by ")}; and more`;
    seen.add(next);
    described.add(describeOne(next));
    open.push(...causesOf(next));
  }
  return [...described].join("; caused by ");
}

/** Does not rely on `instanceof Error`: the thrown value may be anything, or an error of another realm. */
function describeOne(value: unknown): string {
  if (typeof value !== "object" || value === null) return formatText(String(value), MESSAGE_BUDGET);
  const name = textOf(value, "name", NAME_BUDGET) ?? "unnamed fault";
  const code = textOf(value, "code", NAME_BUDGET) ?? textOf(value, "statusCode", NAME_BUDGET);
  const message = textOf(value, "message", MESSAGE_BUDGET);
  return `${name}${code === undefined ? "" : ` (${code})`}${message === undefined ? "" : `: ${message}`}`;
}

function causesOf(fault: unknown): readonly unknown[] {
  const { cause, errors } = fault as { cause?: unknown; errors?: unknown };
  return Array.isArray(errors) ? [cause, ...(errors as unknown[]).slice(0, MOST_FAULTS)] : [cause];
}

function textOf(fault: object, member: string, budget: number): string | undefined {
  const value = (fault as Record<string, unknown>)[member];
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  return value === "" ? undefined : formatText(String(value), budget);
}
