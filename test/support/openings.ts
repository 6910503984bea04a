import { createOpenings, type CalendarSources } from "../../src/adapters/openings/openings";
import type { OpeningRule } from "../../src/domain/policy";
import type { Clock } from "../../src/ports/clock";
import type { Policies } from "../../src/ports/policies";

/** The product's openings over rules in memory; a calendar is what `texts` holds under its file name, else unreadable. */
export function openingsOf(
  policies: Policies,
  clock: Clock,
  rules: ReadonlyMap<string, OpeningRule> = new Map(),
  texts: Pick<ReadonlyMap<string, string>, "get"> = new Map(),
): ReturnType<typeof createOpenings> {
  const read: CalendarSources["fetch"] = (source) => {
    const text = texts.get(source);
    return Promise.resolve(
      text === undefined ? { kind: "error", detail: "it is not there" } : { kind: "text", text },
    );
  };
  return createOpenings({
    policies,
    rules,
    addresses: new Map(),
    sources: { fetch: read, readFile: read },
    clock,
  });
}

export function anOpening(over: Partial<OpeningRule> = {}): OpeningRule {
  return { windows: [], deny: [], freezes: [], zone: "Europe/Berlin", ...over };
}
