import type { EngineApp, RpcData } from "./contract";

export interface FoundFunction {
  readonly name: string;
  /** Name of the trigger binding, which names the input. */
  readonly binding: string;
}

/** Finds a registered function by name, ignoring case, and by kind of trigger. */
export function findFunction(app: EngineApp, name: string, trigger: string): FoundFunction | undefined {
  for (const fn of app.functions) {
    if (fn.name.toLowerCase() !== name.toLowerCase()) continue;
    const found = Object.entries(fn.bindings).find(([, binding]) => binding.type === trigger);
    if (found) return { name: fn.name, binding: found[0] };
  }
  return undefined;
}

/** The names of an app's functions with one kind of trigger, as registered. */
export function namesOf(app: EngineApp, trigger: string): string[] {
  return app.functions
    .filter((fn) => Object.values(fn.bindings).some((binding) => binding.type === trigger))
    .map((fn) => fn.name);
}

/** The input of an activity (golden: act-inputs): booleans become "True" and "False", null becomes nothing. */
export function activityInput(input: unknown): string | undefined {
  if (input === null || input === undefined) return undefined;
  if (typeof input === "boolean") return input ? "True" : "False";
  return typeof input === "string" ? input : JSON.stringify(input);
}

/** A returned value as JSON text for history (golden: act-returns). */
export function resultText(value: RpcData | undefined): string | null {
  if (!value) return null;
  if (value.json !== undefined) return value.json;
  if (value.string !== undefined) return JSON.stringify(value.string);
  if (value.bytes !== undefined) return JSON.stringify(Buffer.from(value.bytes).toString("base64"));
  if (value.int !== undefined) return String(value.int);
  if (value.double !== undefined) return Number.isNaN(value.double) ? '"NaN"' : String(value.double);
  return null;
}
