import type { PlantedFault } from "./planted-fault";

const readiness = "domain/cloud-service/readiness.js";
const settlement = "domain/swap/settlement.js";
const soak = "domain/cloud-service/soak.js";
const attempt = "activities/attempt-swap.js";

/** Slips in checks of Azure and of the clock. */
export const slipsOfTheChecks: readonly PlantedFault[] = [
  {
    name: "stable for the longer of two spans",
    category: "wrong operand",
    theme: "checksFarApart",
    rule: "readiness",
    file: readiness,
    find: `Math.min(until.incoming - since.incoming, until.outgoing - since.outgoing)`,
    replace: `Math.max(until.incoming - since.incoming, until.outgoing - since.outgoing)`,
    onlyBy: {
      test: "domain/cloud-service/readiness.test.ts",
      because: "both services are checked together, so the two spans hardly differ",
    },
  },
  {
    name: "the shorter gap counts",
    category: "wrong operand",
    theme: "checksFarApart",
    rule: "readiness",
    file: readiness,
    find: `Math.max(check.incoming - last.incoming, check.outgoing - last.outgoing)`,
    replace: `Math.min(check.incoming - last.incoming, check.outgoing - last.outgoing)`,
  },
  {
    name: "a gap of four polls is none",
    category: "off by one",
    theme: "checksFarApart",
    rule: "readiness",
    file: readiness,
    find: `const POLLS_IN_A_GAP = 3;`,
    replace: `const POLLS_IN_A_GAP = 4;`,
    onlyBy: {
      test: "domain/cloud-service/readiness.test.ts",
      because: "checks are hardly ever late by three to four polls; twelve worlds had none that counted",
    },
  },
  {
    name: "stable one poll early",
    category: "off by one",
    theme: "checksFarApart",
    rule: "readiness",
    file: readiness,
    find: `stableMs >= rule.stableForMs`,
    replace: `stableMs + rule.pollMs >= rule.stableForMs`,
  },
  {
    name: "outgoing need not be ready unless said",
    category: "wrong default",
    theme: "outgoingFallsSick",
    rule: "readiness",
    file: readiness,
    find: `rule.outgoingMayBeDown === true`,
    replace: `rule.outgoingMayBeDown !== false`,
  },
  {
    name: "readiness checks the incoming side twice",
    category: "reused read",
    theme: "outgoingFallsSick",
    rule: "readiness",
    file: "orchestrations/steps/readiness.js",
    find: `(0, calls_1.callActivity)(context, "checkRoleState", { service: outgoing }),`,
    replace: `(0, calls_1.callActivity)(context, "checkRoleState", { service: incoming }),`,
  },
  {
    name: "instances of the incoming side stand for both",
    category: "reused read",
    theme: "outgoingFallsSick",
    rule: "one PUT",
    file: "activities/read-services.js",
    find: `cloudServices.readInstances(b),`,
    replace: `cloudServices.readInstances(a),`,
  },
  {
    name: "the outgoing side is judged by the instances of the incoming one",
    category: "reused read",
    theme: "outgoingFallsSick",
    rule: "one PUT",
    file: attempt,
    find: `(plan.outgoing.side, outgoing, outgoingInstances)`,
    replace: `(plan.outgoing.side, outgoing, incomingInstances)`,
    onlyBy: {
      test: "activities/attempt-swap.test.ts",
      because: "an instance would have to stop in the milliseconds between readiness and the attempt's reads",
    },
  },
  {
    name: "services read before the claim",
    category: "reused read",
    theme: "grantIsSlow",
    rule: "one PUT",
    file: attempt,
    find: `const claim = await claimAttempt(input, nonce, started, ports);`,
    replace: `const early = ports.cloudServices;
    const seen = new Map();
    const once = (name, id, tag) => {
        if (!seen.has(name + id)) seen.set(name + id, early[name](id, tag));
        return seen.get(name + id);
    };
    const { plan } = input;
    await Promise.allSettled([plan.incoming, plan.outgoing].flatMap(({ id }) => [once("readService", id, plan.policy.versionTag), once("readInstances", id)]));
    ports = { ...ports, cloudServices: { readService: (id, tag) => once("readService", id, tag), readInstances: (id) => once("readInstances", id), requestSwap: (...put) => early.requestSwap(...put) } };
    const claim = await claimAttempt(input, nonce, started, ports);`,
  },
  {
    name: "the outgoing side's identity is that of the plan",
    category: "reused read",
    theme: "redeployed",
    rule: "one PUT",
    file: "domain/swap/decide-attempt.js",
    find: `(0, planning_1.identityOf)(plan.outgoing.side, outgoing)) ? []`,
    replace: `plan.outgoing) ? []`,
  },
  {
    name: "claim window a thousand times as long",
    category: "unit",
    theme: "frozenAttempt",
    rule: "one PUT",
    file: attempt,
    find: `input.plan.policy.swap.claimWindowMs;`,
    replace: `input.plan.policy.swap.claimWindowMs * 1_000;`,
  },
  {
    name: "a clock that went back is not noticed",
    category: "wrong operand",
    theme: "frozenAttempt",
    rule: "one PUT",
    file: attempt,
    find: `Math.abs(clock.now() - started.wall) < windowMs && clock.monotonic() - started.monotonic < windowMs`,
    replace: `(clock.now() - started.wall < windowMs || clock.monotonic() - started.monotonic < windowMs)`,
  },
  {
    name: "either side settled is enough",
    category: "wrong operand",
    theme: "operationMoves",
    rule: "proof",
    file: "domain/swap/verification.js",
    find: `return [incoming, outgoing].every(`,
    replace: `return [incoming, outgoing].some(`,
    onlyBy: {
      test: "domain/swap/verification.test.ts",
      because: "both services of the simulated platform settle at the same moment",
    },
  },
  {
    name: "all time between two checks counts",
    category: "late check",
    theme: "lostWhileClocksDiffer",
    rule: "proof",
    file: settlement,
    find: `return beforeSince + gap - counted;`,
    replace: `return beforeSince;`,
    onlyBy: {
      test: "domain/swap/settlement.test.ts",
      because:
        "two hosts with different clocks would have to alternate in one settlement; twelve worlds had none",
    },
  },
  {
    name: "the time of the PUT is left out of a proof",
    category: "wrong operand",
    theme: "lostAndLate",
    rule: "proof",
    file: settlement,
    find: `return swap.claimWindowMs + swap.putTimeoutMs + swap.operationDeadlineMs;`,
    replace: `return swap.operationDeadlineMs;`,
    onlyBy: {
      test: "domain/swap/settlement.test.ts",
      because: "an effect would have to come in the last two of seventeen minutes",
    },
  },
  {
    name: "an accepted swap is without effect by time alone",
    category: "wrong operand",
    theme: "acceptedAndNotFollowed",
    rule: "proof",
    file: settlement,
    find: `return verdict?.kind === "accepted" || operation?.kind === "running" ||`,
    replace: `return operation?.kind === "running" ||`,
  },
  {
    name: "a soak tolerates one failure more",
    category: "off by one",
    theme: "fallsSickShortly",
    rule: "soak and rollback",
    file: soak,
    find: `if (next.failures > rule.failures)`,
    replace: `if (next.failures > rule.failures + 1)`,
  },
  {
    name: "a soak gives up one error early",
    category: "off by one",
    theme: "unansweredShortly",
    rule: "soak and rollback",
    file: soak,
    find: `count > rule.consecutiveErrors`,
    replace: `count >= rule.consecutiveErrors`,
    onlyBy: {
      test: "domain/cloud-service/soak.test.ts",
      because: "the outcome is halted either way when probes go unanswered",
    },
  },
  {
    name: "errors in a row are errors at all",
    category: "stale copy",
    theme: "unansweredShortly",
    rule: "soak and rollback",
    file: soak,
    find: `const errors = Object.fromEntries(seen`,
    replace: `const errors = Object.assign({ ...memory.errors }, Object.fromEntries(seen
        .filter(({ name, verdict }) => verdict === "error" && name !== PLATFORM)
        .map(({ name }) => [name, (memory.errors[name] ?? 0) + 1]))); Object.fromEntries(seen`,
    onlyBy: {
      test: "domain/cloud-service/soak.test.ts",
      because: "the outcome is halted either way when probes go unanswered",
    },
  },
  {
    name: "the rollback keeps the addresses of the forward swap",
    category: "reused read",
    theme: "soakFails",
    rule: "soak and rollback",
    file: "domain/promotion/rollback.js",
    find: `incoming: { ...outgoing, publicIpId: incoming.publicIpId },
        outgoing: { ...incoming, publicIpId: outgoing.publicIpId },`,
    replace: `incoming: outgoing,
        outgoing: incoming,`,
    onlyBy: {
      test: "domain/promotion/rollback.test.ts",
      because: "slots prove the rollback; public IPs are further evidence only",
    },
  },
];
