import { tellText } from "../contracts/complaints";

const MOST_FAULTS = 8;
const MESSAGE_ROOM = 300;
const NAME_ROOM = 60;

/**
 * A fault and what caused it, outermost first: `Error: it failed; caused by SystemError (ENOTFOUND): no such host`.
 * Name, code and message of each and nothing else they hold, masked and shortened. The attempts that an AggregateError
 * collects count as causes: the Azure SDKs throw one, without a message, after retries. Cycles and repeats are cut.
 */
export function tellFaults(fault: unknown): string {
  const told = new Set<string>();
  const seen = new Set<unknown>();
  const open: unknown[] = [fault];
  while (open.length > 0) {
    const next = open.shift();
    if (next === undefined || next === null || seen.has(next)) continue;
    if (told.size === MOST_FAULTS) return `${[...told].join("; caused by ")}; and more`;
    seen.add(next);
    told.add(tellOne(next));
    open.push(...causesOf(next));
  }
  return [...told].join("; caused by ");
}

/** Members are read one by one: what was thrown may be anything, and of another realm than this `Error`. */
function tellOne(value: unknown): string {
  if (typeof value !== "object" || value === null) return tellText(String(value), MESSAGE_ROOM);
  const name = textOf(value, "name", NAME_ROOM) ?? "unnamed fault";
  const code = textOf(value, "code", NAME_ROOM) ?? textOf(value, "statusCode", NAME_ROOM);
  const message = textOf(value, "message", MESSAGE_ROOM);
  return `${name}${code === undefined ? "" : ` (${code})`}${message === undefined ? "" : `: ${message}`}`;
}

function causesOf(fault: unknown): readonly unknown[] {
  const { cause, errors } = fault as { cause?: unknown; errors?: unknown };
  return Array.isArray(errors) ? [cause, ...(errors as unknown[]).slice(0, MOST_FAULTS)] : [cause];
}

function textOf(fault: object, member: string, room: number): string | undefined {
  const value = (fault as Record<string, unknown>)[member];
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  return value === "" ? undefined : tellText(String(value), room);
}
