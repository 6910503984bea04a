import type { Listed } from "./planted-fault";

const attempt = "activities/attempt-swap.js";
const acceptance = "domain/promotion/acceptance.js";

/** Faults that edited pairs files, squatted ids and full queues show. */
export const faultsOfUserActions: readonly Listed[] = [
  {
    name: "state is kept under a pair's name",
    theme: "editedPairs",
    rule: "pairs file",
    file: "adapters/policies.js",
    find: "const named = new Map(",
    replace: "pairs = pairs.map((pair) => ({ ...pair, key: pair.name }));\n    const named = new Map(",
  },
  {
    name: "sides are those of the present file",
    theme: "tightened",
    rule: "plan",
    file: "activities/plan-promotion.js",
    find: "(0, pair_key_1.asAccepted)(policy, input.pair)",
    replace: "policy",
  },
  {
    name: "a tightened rule does not count at the claim",
    theme: "tightened",
    rule: "I2",
    file: attempt,
    find: "return tightened === undefined ?",
    replace: "return true ?",
  },
  {
    name: "a claim goes on though its pair was taken out",
    theme: "takenOut",
    rule: "pairs file",
    file: attempt,
    find: "const present = policies.byKey(pairKey);",
    replace: "const present = policies.byKey(pairKey) ?? plan.policy;",
  },
  {
    name: "promotions of a removed pair are not reconciled",
    theme: "takenOut",
    rule: "pairs file",
    file: "domain/pair/roster.js",
    find: "return gone !== undefined && now - gone >= AWAY_MS;",
    replace: "return false;",
  },
  {
    name: "ids of schedules are accepted from every sender",
    theme: "squatters",
    rule: "schedule",
    file: acceptance,
    find: `if (origin.channel !== "schedule" && (0, schedule_1.isScheduledId)(requestId))`,
    replace: "if (false)",
  },
  {
    name: "only ids in the schedules' own case are theirs",
    theme: "squatters",
    rule: "schedule",
    file: "domain/policy/schedule.js",
    find: String.raw`return /^schedule-.*-\d{8}T\d{6}Z$/i.test(requestId);`,
    replace: String.raw`return /^schedule-.*-\d{8}T\d{6}Z$/.test(requestId);`,
  },
  {
    name: "no place is kept for operators",
    theme: "floods",
    rule: "queue",
    file: "domain/pair/answers.js",
    find: "const free = kept ? 0 : pair_1.KEPT_PLACES;",
    replace: "const free = pair_1.KEPT_PLACES;",
  },
  {
    name: "times may be any distance ahead",
    theme: "floods",
    rule: "accept",
    file: acceptance,
    find: "now + horizonMs);",
    replace: "Infinity);",
  },
  {
    name: "one cancel of many leaves the last ones",
    theme: "floods",
    rule: "cancel",
    file: "triggers/http/pair-cancels.js",
    find: ".filter(({ left }) => !left)",
    replace: ".filter(({ left }) => !left).slice(0, 8)",
  },
];
