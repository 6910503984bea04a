import type { Listed } from "./planted-fault";

const scheduler = "triggers/scheduler.js";
const schedule = "domain/policy/schedule.js";
const auditPage = "domain/audit/chain.js";

/** Removes rules about schedules, break-glass and the audit. */
export const faultsOfOperating: readonly Listed[] = [
  {
    name: "a scheduled promotion is named after its schedule",
    theme: "meetsOthers",
    rule: "schedule",
    file: scheduler,
    find: `const { pair, name } = schedule;
    const requestId = (0, schedule_1.scheduledId)(key, due);`,
    replace:
      "const { pair, name } = schedule;\n    const requestId = `${(0, schedule_1.scheduledId)(key, due)}-${name}`;",
  },
  {
    name: "a resume makes up for what was missed",
    theme: "paused",
    rule: "schedule",
    file: schedule,
    find: "const known = [...state.known.filter((entry) => entry.times !== times), { times, since: at }];",
    replace: "const known = state.known;",
  },
  {
    name: "catching up ignores the expiry",
    theme: "awayAtInstant",
    rule: "schedule",
    file: scheduler,
    find: "Math.max(since, now - schedule.expiresAfterMs)",
    replace: "since",
    onlyBy: {
      test: "triggers/scheduler.test.ts",
      because: "an expired request is also refused when it is accepted",
    },
  },
  {
    name: "a pause does not hold",
    theme: "paused",
    rule: "schedule",
    file: schedule,
    find: "return pauses.find(",
    replace: "return [].find(",
  },
  {
    name: "what is put back into the file was never away",
    theme: "edited",
    rule: "schedule",
    file: schedule,
    find: "return gone !== undefined && now - gone > AWAY_MS;",
    replace: "return false;",
  },
  {
    name: "break-glass passes a hold at the claim",
    theme: "breakGlassStoppedLate",
    rule: "I10",
    file: "activities/attempt-swap.js",
    find: "const claim = readClaim(await ports.pairs.read(pairKey), input, nonce);",
    replace: `const answered = readClaim(await ports.pairs.read(pairKey), input, nonce);
            const passes = answered?.code === "on-hold" && input.asked?.passWindow;
            const claim = passes ? { kind: "granted" } : answered;`,
  },
  {
    name: "break-glass skips readiness",
    theme: "breakGlassStopped",
    rule: "readiness",
    file: "orchestrations/steps/swap.js",
    find: "const ready = yield* (0, readiness_1.awaitReadiness)(run, plan);",
    replace: `const ready = (0, rule_1.isBreakGlass)(run.began) ? { kind: "go", detail: "x" } : yield* (0, readiness_1.awaitReadiness)(run, plan);`,
  },
  {
    name: "an entry of the audit is dropped",
    rule: "audit",
    file: auditPage,
    find: "if (page.entries.some(({ n, hash }) => n === entry.n && hash === entry.hash))",
    replace: "if (entry.n === 2)",
  },
  {
    name: "an entry of the audit is edited",
    rule: "audit",
    file: auditPage,
    find: "entries: [...page.entries, entry].sort(",
    replace: `entries: [...page.entries, { ...entry, who: "nobody" }].sort(`,
  },
];
