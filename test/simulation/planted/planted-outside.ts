import type { Listed } from "./planted-fault";

const attempt = "activities/attempt-swap.js";
const conclude = "orchestrations/steps/conclude.js";
const planning = "domain/plan/planning.js";

/** Removes rules that need a comparison of requests and the wire by true time. */
export const faultsSeenFromOutside: readonly Listed[] = [
  {
    name: "claim window by the wall clock alone",
    theme: "frozenAttempt",
    rule: "one PUT",
    file: attempt,
    find: ` && clock.monotonic() - started.monotonic < windowMs;`,
    replace: `;`,
  },
  {
    name: "claim window by the monotonic clock alone",
    theme: "frozenAttempt",
    rule: "one PUT",
    file: attempt,
    find: `Math.abs(clock.now() - started.wall) < windowMs && `,
    replace: ``,
  },
  {
    name: "claim window counted from the grant",
    theme: "frozenAttempt",
    rule: "claim",
    file: attempt,
    find: `await carryOut(input, { nonce, started }, ports)`,
    replace: `await carryOut(input, { nonce, started: { wall: ports.clock.now(), monotonic: ports.clock.monotonic() } }, ports)`,
  },
  {
    name: "expiresAt not checked by the attempt",
    theme: "expiresBeforeAttempt",
    rule: "expiry",
    file: attempt,
    find: `({ policy: plan.policy, asked: asked ?? {} }, ports)`,
    replace: `({ policy: plan.policy, asked: { notBefore: asked?.notBefore } }, ports)`,
  },
  {
    name: "expiresAt passed by break-glass",
    theme: "expiresBeforeAttempt",
    rule: "expiry",
    file: attempt,
    find: `if (ports.clock.now() >= (asked.expiresAt ?? Infinity))`,
    replace: `if (false)`,
  },
  {
    name: "the queue left before the hold of a halt is set",
    theme: "haltAndNext",
    rule: "conclude",
    file: conclude,
    find: `if ((0, outcome_1.needsHold)(outcome)) {`,
    // Leaving twice is the same as leaving once.
    replace: `const left = run.turnedAway ? {} : yield* (0, calls_1.applyToPairEntity)(context, run.pairKey ?? pair, { kind: "leave", requestId, concluded: stored.audit && { at, outcome, ends: stored.audit } });
    if (left.next !== undefined) yield* (0, calls_1.act)(context, "wakeNext", { pair, pairKey: run.pairKey });
    if ((0, outcome_1.needsHold)(outcome)) {`,
  },
  {
    name: "promote ignored",
    theme: "inQueue",
    rule: "plan",
    file: planning,
    find: `if (request.promote !== "staging")`,
    replace: `if (false)`,
  },
  {
    name: "versions left out of the plan's hash",
    theme: "redeployedAfterVotes",
    rule: "approval",
    file: planning,
    find: `incoming: comparable(incoming), outgoing: comparable(outgoing), policy`,
    replace: `incoming: incoming.id, outgoing: outgoing.id, policy`,
  },
  {
    name: "expect ignored",
    rule: "plan",
    file: "domain/plan/prerequisites.js",
    find: `const wanted = request.expect?.version;`,
    replace: `const wanted = undefined;`,
  },
  {
    name: "an approval never lapses",
    theme: "approvalLapses",
    rule: "approval",
    file: "domain/approval/gate.js",
    find: `&& now < gate.decision.validUntil;`,
    replace: `;`,
    onlyBy: {
      test: "domain/approval/gate.test.ts",
      because: "the claim checks validFor again, by the present rule",
    },
  },
  {
    name: "the lease kept after the outcome",
    rule: "conclude",
    file: "domain/pair/operations.js",
    find: `lease: state.lease?.holder === op.requestId ? undefined : state.lease,`,
    replace: `lease: state.lease,`,
  },
];
