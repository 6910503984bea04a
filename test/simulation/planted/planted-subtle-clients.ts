import type { PlantedFault } from "./planted-fault";

const window = "domain/policy/deployment-window.js";
const schedule = "domain/policy/schedule.js";
const conclude = "orchestrations/steps/conclude.js";
const reconciler = "triggers/reconciler.js";
const parse = "adapters/resource-manager/parse-operation.js";

/** Slips in gates, deployment windows and schedules, in adapters and triggers, and after an outcome. */
export const slipsAtTheClients: readonly PlantedFault[] = [
  {
    name: "approvals are valid for twice as long",
    category: "unit",
    theme: "approvalLapses",
    rule: "approval",
    file: "domain/approval/gate.js",
    find: `validUntil: at + validForMs`,
    replace: `validUntil: at + 2 * validForMs`,
    onlyBy: {
      test: "domain/approval/gate.test.ts",
      because: "the claim checks validFor again, by the present rule",
    },
  },
  {
    name: "an approval is dated by the vote that arrived last",
    category: "late check",
    theme: "approvalLapses",
    rule: "approval",
    file: "domain/approval/gate.js",
    find: `const at = Math.max(...votes.map((vote) => vote.at));`,
    replace: `const at = last.at;`,
    onlyBy: {
      test: "domain/approval/gate.test.ts",
      because: "approvals lapse some milliseconds earlier, never later",
    },
  },
  {
    name: "requester and approvers are compared by name",
    category: "wrong id compared",
    theme: "votesOnOnesOwn",
    rule: "approval",
    file: "domain/approval/rule.js",
    find: `isSamePerson(origin.principal.oid, oid)`,
    replace: `isSamePerson(origin.principal.name, oid)`,
  },
  {
    name: "a changed plan keeps its question",
    category: "stale copy",
    theme: "redeployedAfterVotes",
    rule: "approval",
    file: "domain/approval/gate.js",
    find: `return gate.planHash !== planHash || (decision !== undefined && at >= decision.validUntil);`,
    replace: `return decision !== undefined && at >= decision.validUntil;`,
    onlyBy: {
      test: "domain/approval/gate.test.ts",
      because: "the attempt refuses an approval of another plan, and people are asked again",
    },
  },
  {
    name: "notBefore one minute early",
    category: "unit",
    theme: "beginsSoon",
    rule: "window",
    file: window,
    find: `...(at < notBefore`,
    replace: `...(at < notBefore - 60_000`,
  },
  {
    name: "a request expires some seconds late",
    category: "unit",
    theme: "expiresWithTheAttempt",
    rule: "expiry",
    file: window,
    find: `...(at >= expiresAt ?`,
    replace: `...(at >= expiresAt + 10_000 ?`,
  },
  {
    name: "a window is open some seconds longer",
    category: "unit",
    theme: "windowCloses",
    rule: "window",
    file: "adapters/deployment-windows/deployment-windows.js",
    find: `const from = times.last(at, at - durationMs - (isDenied ? DAY_MS : 0));`,
    replace: `durationMs += 5_000;
            const from = times.last(at, at - durationMs - (isDenied ? DAY_MS : 0));
            durationMs -= 5_000;
            if (from !== undefined) return { from, to: from + durationMs + 5_000, label: cron };`,
  },
  {
    name: "a pause holds only under both its names",
    category: "wrong operand",
    theme: "renamedWhilePaused",
    rule: "schedule",
    file: schedule,
    find: `name === of.name || times === of.times`,
    replace: `name === of.name && times === of.times`,
  },
  {
    name: "resuming an unpaused schedule forgets what is due",
    category: "missing idempotency",
    theme: "resumedForNothing",
    rule: "schedule",
    file: schedule,
    find: `if (pauses.length === state.pauses.length)`,
    replace: `if (false)`,
  },
  {
    name: "a start is named after when it was seen",
    category: "wrong operand",
    theme: "clocksApart",
    rule: "schedule",
    file: "triggers/scheduler.js",
    find: `const { pair, name } = schedule;
    const requestId = (0, schedule_1.scheduledId)(key, due);`,
    replace: `const { pair, name } = schedule;
    const requestId = (0, schedule_1.scheduledId)(key, Math.max(due, Math.floor(ports.clock.now() / 120_000) * 120_000));`,
  },
  {
    name: "a start expires counted from when it was seen",
    category: "wrong operand",
    theme: "awayAtInstant",
    rule: "schedule",
    file: "triggers/scheduler.js",
    find: `expiresAt: (0, time_1.toTime)(due + expiresAfterMs),`,
    replace: `expiresAt: (0, time_1.toTime)(Math.floor(ports.clock.now() / 60_000) * 60_000 + expiresAfterMs),`,
  },
  {
    name: "marked as announced before it is",
    category: "order exchanged",
    theme: "brokerLosesAnswers",
    rule: "conclude",
    file: conclude,
    find: `if (!stored.announced && !(yield* announce(run, ANNOUNCEMENT_MS)))`,
    replace: `yield* (0, calls_1.changeRecord)(context, requestId, { kind: "announced", at: (0, calls_1.timeOf)(context) });
    if (!stored.announced && !(yield* announce(run, ANNOUNCEMENT_MS)))`,
  },
  {
    name: "the reconciler deregisters before it publishes",
    category: "order exchanged",
    theme: "brokerAway",
    rule: "conclude",
    file: reconciler,
    find: `if (promotion.announcedAt === undefined) {`,
    replace: `await ports.pairs.signal(pair, { kind: "deregister", requestId });
    if (promotion.announcedAt === undefined) {`,
  },
  {
    name: "the reconciler concludes without barring the run",
    category: "order exchanged",
    theme: "terminated",
    rule: "reconciler",
    file: reconciler,
    find: `if (promotion && (await bar(requestId, action.ending, key, ports)))`,
    replace: `if (promotion)`,
    onlyBy: {
      test: "triggers/reconciler.test.ts",
      because: "a terminated run would have to live on; twelve worlds had none",
    },
  },
  {
    name: "a fault on acceptance completes the message",
    category: "swallowed fault",
    theme: "storageAway",
    rule: "accept",
    file: "triggers/queue.js",
    find: `const accepted = await (0, accept_1.acceptRequest)(registration, ports);`,
    replace: `const accepted = await (0, accept_1.acceptRequest)(registration, ports).catch(() => ({ kind: "live" }));`,
  },
  {
    name: "the address of an operation is cut to 2000 characters",
    category: "trim",
    theme: "operationMoves",
    rule: "operation",
    file: parse,
    find: `return { address: { url, style } };`,
    replace: `return { address: { url: url.slice(0, 2_000), style } };`,
  },
  {
    name: "503 counts as declined",
    category: "off by one",
    theme: "lateEffect",
    rule: "verdict",
    file: parse,
    find: `reply.status >= 400 && reply.status < 500 && reply.status !== 408`,
    replace: `reply.status >= 400 && reply.status <= 503 && reply.status !== 408`,
  },
  {
    name: "Retry-After is read as milliseconds",
    category: "unit",
    theme: "platformBusy",
    rule: "verdict",
    file: "adapters/resource-manager/replies.js",
    find: `return Number(given) * 1000;`,
    replace: `return Number(given);`,
  },
  {
    name: "an attempt's address is kept after the run has its verdict",
    category: "lost await",
    theme: "operationMoves",
    rule: "operation",
    file: "activities/attempt-swap.js",
    find: `await ports.operations.signal(nonce, { kind: "begun", address });`,
    replace: `void ports.operations.signal(nonce, { kind: "begun", address: { ...address, url: "" } }).catch(() => undefined);`,
  },
];
