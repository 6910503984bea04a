import { pathOf } from "../contracts/issues";
import type { Issue } from "../domain/kernel/issue";
import { durationText } from "../domain/kernel/time";
import type { PairPolicy } from "../domain/policy/policy";
import { placeToMend, type ReadPart } from "./readable-part";

/** A rule between two durations; breaking it would make a wait that cannot succeed. */
interface TimingRule {
  readonly group: "readiness" | "swap" | "verification" | "soak";
  readonly fields: readonly [string, string];
  readonly relation: ">" | "≥";
  readonly expectation: string;
  readonly values: (policy: Timing) => readonly [number, number];
}

type Timing = Pick<PairPolicy, "readiness" | "swap" | "verification" | "soak">;

const rules: readonly TimingRule[] = [
  {
    group: "readiness",
    fields: ["stableFor", "deadline"],
    relation: "≥",
    expectation: "a deadline after stableFor",
    values: ({ readiness }) => [readiness.stableForMs, readiness.deadlineMs],
  },
  {
    group: "readiness",
    fields: ["poll", "stableFor"],
    relation: ">",
    expectation: "a poll within stableFor",
    values: ({ readiness }) => [readiness.pollMs, readiness.stableForMs],
  },
  {
    group: "swap",
    fields: ["poll", "operationDeadline"],
    relation: ">",
    expectation: "a poll within its deadline",
    values: ({ swap }) => [swap.pollMs, swap.operationDeadlineMs],
  },
  {
    group: "verification",
    fields: ["poll", "deadline"],
    relation: ">",
    expectation: "a poll within its deadline",
    values: ({ verification }) => [verification.pollMs, verification.deadlineMs],
  },
  {
    group: "soak",
    fields: ["every", "for"],
    relation: ">",
    expectation: "a check within the soak",
    // Without a soak there are no checks.
    values: ({ soak }) => [soak.everyMs, soak.forMs === 0 ? Infinity : soak.forMs],
  },
];

/** Conflicting durations of a pair: its settings, then the file's, then the product's. */
export function timingMistakes(policy: Timing, parts: readonly ReadPart<unknown>[]): readonly Issue[] {
  return rules.flatMap(({ group, fields, relation, expectation, values }): Issue[] => {
    const [a, b] = values(policy);
    if (relation === "≥" ? a < b : a <= b) return [];
    const place = placeToMend(parts, group, fields);
    if (!place) return [];
    const value = `${fields[0]} ${durationText(a)} ${relation} ${fields[1]} ${durationText(b)}`;
    return [{ path: pathOf(place), value, expectation }];
  });
}
