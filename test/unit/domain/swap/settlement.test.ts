import type { ServiceObservation } from "../../../../src/domain/cloud-service/observation";
import { checkRoles } from "../../../../src/domain/cloud-service/readiness";
import { decidePlan, identityOf } from "../../../../src/domain/plan/planning";
import { defaultPolicy } from "../../../../src/domain/policy/policy";
import type { AttemptVerdict } from "../../../../src/domain/swap/attempt";
import { decideAttempt } from "../../../../src/domain/swap/decide-attempt";
import type { OperationSeen } from "../../../../src/domain/swap/operation";
import {
  decideSettlement,
  isUnderWay,
  proofSpan,
  settlementDeadline,
  type SettlementMemory,
  untilNextCheck,
} from "../../../../src/domain/swap/settlement";
import { decideVerification } from "../../../../src/domain/swap/verification";
import {
  anIp,
  aPair,
  aPolicy,
  aRequest,
  aService,
  found,
  ipId,
  NOW,
  someInstances,
} from "../../../support/observations";

const swap = defaultPolicy.swap;
const before = { incoming: found(aService("green")), outgoing: found(aService("blue")) };
const after = {
  incoming: found(aService("green", { slot: "production" })),
  outgoing: found(aService("blue", { slot: "staging" })),
};

function settle(
  observed: typeof before,
  verdict?: AttemptVerdict,
  operation?: OperationSeen,
  sinceMs = 0,
  totalMs = sinceMs,
) {
  const memory = {
    startedAt: NOW,
    beforeSince: sinceMs > 0 ? NOW + totalMs - sinceMs : undefined,
    checkedAt: NOW + totalMs,
  };
  return decideSettlement(memory, { observed, verdict, operation, now: NOW + totalMs }, swap);
}

const accepted: AttemptVerdict = { kind: "accepted", status: 202 };

test("done is proved by slots and provisioning, once the operation is over", () => {
  expect(settle(after, accepted, { kind: "succeeded" })).toMatchObject({
    kind: "closed",
    proof: { kind: "done" },
  });
  expect(settle(after, accepted, { kind: "running" })).toMatchObject({ kind: "not-yet" });
  expect(settle(after, undefined, undefined)).toMatchObject({ kind: "closed", proof: { kind: "done" } });
});

test("an operation's success without a change of slots is not believed", () => {
  expect(settle(before, accepted, { kind: "succeeded" })).toMatchObject({ kind: "not-yet" });
});

test("an operation that succeeded never proves that nothing happened (world 228)", () => {
  const succeeded = { kind: "succeeded" } as const;
  expect(settle(before, accepted, succeeded, proofSpan(swap))).toMatchObject({ kind: "not-yet" });
  const deadline = settlementDeadline(swap, 0);
  expect(settle(before, accepted, succeeded, deadline)).toMatchObject({ kind: "unproved" });
});

test("one read of the state before closes a refused attempt or a failed operation", () => {
  expect(settle(before, { kind: "busy", code: "409", detail: "" })).toMatchObject({
    kind: "closed",
    proof: { kind: "no-effect" },
  });
  expect(settle(before, accepted, { kind: "failed", code: "X", detail: "y" })).toMatchObject({
    kind: "closed",
    failure: "X: y",
  });
});

test("an unknown reply is closed only after the whole span in the state before", () => {
  const unknown: AttemptVerdict = { kind: "unknown", detail: "" };
  expect(settle(before, unknown, undefined, proofSpan(swap) - 1)).toMatchObject({ kind: "not-yet" });
  expect(settle(before, unknown, undefined, proofSpan(swap))).toMatchObject({
    kind: "closed",
    proof: { kind: "no-effect" },
  });
});

test("a running operation never proves that nothing happened", () => {
  expect(settle(before, accepted, { kind: "running" }, proofSpan(swap))).toMatchObject({ kind: "not-yet" });
  expect(settle(before, accepted, { kind: "running" }, 40 * 60_000)).toMatchObject({ kind: "unproved" });
});

test("an operation without a readable address counts as running", () => {
  expect(settle(after, accepted, { kind: "pending" })).toMatchObject({ kind: "not-yet" });
  expect(settle(after, accepted, { kind: "unnamed" })).toMatchObject({ kind: "closed" });
  const { operationDeadlineMs } = swap;
  expect(settle(after, accepted, { kind: "pending" }, 0, operationDeadlineMs)).toMatchObject({
    kind: "closed",
  });
});

test.each<[string, OperationSeen | undefined]>([
  ["cannot be read", { kind: "unreadable", detail: "HTTP 403" }],
  ["cannot be read back", { kind: "pending" }],
  ["was never named", undefined],
])("an accepted swap with an operation that is %s ends unproved (world 9700065)", (_how, operation) => {
  expect(settle(before, accepted, operation, proofSpan(swap))).toMatchObject({ kind: "not-yet" });
  expect(settle(before, accepted, operation, settlementDeadline(swap, 0))).toMatchObject({
    kind: "unproved",
  });
});

test("an unproved attempt says why its operation was no proof", () => {
  const unreadable = { kind: "unreadable", detail: "HTTP 403" } as const;
  expect(settle(before, accepted, unreadable, settlementDeadline(swap, 0))).toMatchObject({
    detail: 'after the deadline the slots still read "before" (operation unreadable: HTTP 403)',
  });
});

test.each([{ kind: "failed", code: "X", detail: "y" } as const, { kind: "succeeded" } as const])(
  "an operation that has $kind is remembered until the services show it",
  (operation) => {
    const unread = { kind: "unavailable", detail: "no answer" } as const;
    const observed = { incoming: unread, outgoing: unread };
    expect(decideSettlement({ startedAt: NOW }, { observed, operation, now: NOW + 1 }, swap)).toMatchObject({
      kind: "not-yet",
      memory: { ended: operation },
    });
  },
);

test("the services prove nothing while our operation runs, until its deadline", () => {
  const memory = { startedAt: NOW };
  const under = (operation: OperationSeen | undefined, ms: number) =>
    isUnderWay(memory, operation, NOW + ms, swap);
  expect(under({ kind: "running" }, swap.operationDeadlineMs - 1)).toBe(true);
  expect(under({ kind: "running" }, swap.operationDeadlineMs)).toBe(false);
  expect([undefined, { kind: "unreadable", detail: "404" } as const].map((op) => under(op, 1))).toEqual([
    false,
    false,
  ]);
  const unread = { verdict: accepted, operation: { kind: "running" } as const, now: NOW + 10_000 };
  expect(decideSettlement(memory, unread, swap)).toEqual({
    kind: "not-yet",
    memory,
    detail: "operation running",
    retryAfterMs: undefined,
  });
});

test("a check obeys Retry-After, but not beyond the operation's deadline", () => {
  expect([undefined, 1_000, 90_000, 3_600_000].map((wait) => untilNextCheck(swap, wait))).toEqual([
    10_000, 10_000, 90_000, 900_000,
  ]);
});

/** Looks that see the state before the swap, at these minutes of whatever clock; how many it took to be proof. */
function checksUntilProof(minutes: readonly number[]): number | undefined {
  let memory: SettlementMemory = { startedAt: NOW };
  for (const [n, minute] of minutes.entries()) {
    const decision = decideSettlement(memory, { observed: before, now: NOW + minute * 60_000 }, swap);
    if (decision.kind === "closed") return n + 1;
    if (decision.kind === "not-yet") memory = decision.memory;
  }
  return undefined;
}

test("a clock that jumps between two checks proves nothing (world 41004411)", () => {
  const minutes = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  expect(checksUntilProof(minutes(0, 20))).toBe(18);
  // Fourteen minutes forward after the fourth minute: as many looks as before, but one.
  expect(checksUntilProof([...minutes(0, 4), ...minutes(18, 30)])).toBe(18);
  expect(checksUntilProof([...minutes(0, 10), ...minutes(0, 20)])).toBeGreaterThanOrEqual(18);
  expect(checksUntilProof([0, 25])).toBeUndefined();
});

test("checks of a long operation become rarer, up to a minute apart", () => {
  const minutes = [0, 1, 2, 5, 10, 15, 600];
  expect(minutes.map((waited) => untilNextCheck(swap, undefined, waited * 60_000) / 1_000)).toEqual([
    10, 10, 12, 30, 60, 60, 60,
  ]);
  const slow = { ...swap, pollMs: 120_000 };
  expect(untilNextCheck(slow, undefined, 600_000)).toBe(120_000);
  expect(untilNextCheck(swap, 90_000, 600_000)).toBe(90_000);
});

function plan() {
  const result = decidePlan({
    request: aRequest(),
    policy: aPolicy(),
    observed: aPair(),
    now: NOW,
    digest: (text) => String(text.length),
  });
  if (result.kind !== "planned") throw new Error(result.kind);
  return result.plan;
}

function attempt(
  green: Partial<ServiceObservation> = {},
  blue: Partial<ServiceObservation> = {},
  states = ["Started", "Started"],
) {
  const incoming = found(aService("green", green));
  const outgoing = found(aService("blue", blue));
  return decideAttempt(plan(), {
    incoming,
    outgoing,
    incomingCheck: checkRoles("green", incoming, found(someInstances("green", states))),
    outgoingCheck: checkRoles("blue", outgoing, found(someInstances("blue"))),
  });
}

test.each([
  ["send", attempt()],
  ["already", attempt({ slot: "production" }, { slot: "staging" })],
  ["foreign-state", attempt({ slot: "production" })],
  ["not-ready", attempt({ slot: undefined })],
  ["stale-plan", attempt({ version: "v3" })],
  ["stale-plan", attempt({ uniqueId: "another" })],
  ["stale-plan", attempt({ swappableId: ipId("x") })],
  ["not-ready", attempt({ provisioningState: "Updating" })],
  ["not-ready", attempt({}, {}, ["Started", "Busy"])],
  ["not-ready", attempt({}, {}, ["Started"])],
])("fresh reads decide: %s", (kind, decision) => {
  expect(decision.kind).toBe(kind);
});

test("a service that cannot be read withholds the PUT and passes Retry-After on", () => {
  const throttled = { kind: "throttled", detail: "429", retryAfterMs: 9_000 } as const;
  const check = checkRoles("green", throttled, throttled);
  expect(
    decideAttempt(plan(), {
      incoming: throttled,
      outgoing: before.outgoing,
      incomingCheck: check,
      outgoingCheck: check,
    }),
  ).toMatchObject({
    kind: "not-ready",
    retryAfterMs: 9_000,
  });
});

test("verified needs matching slots, provisioning and public IPs, with a final read", () => {
  const swapped = (ip: string) => ({
    incoming: found(
      aService("green", {
        slot: "production",
        frontends: [{ loadBalancer: "lb", name: "fe", publicIpId: ipId(ip) }],
      }),
    ),
    outgoing: found(aService("blue", { slot: "staging" })),
    incomingIp: found(anIp(ip, { address: "203.0.113.7" })),
  });
  const good = decideVerification(plan(), swapped("IP-BLUE"));
  expect(good).toMatchObject({
    kind: "verified",
    finalRead: { incoming: { slot: "production", publicIp: { address: "203.0.113.7" } } },
  });
  expect(decideVerification(plan(), swapped("ip-green"))).toMatchObject({ kind: "not-yet" });
  expect(decideVerification(plan(), before)).toMatchObject({ kind: "not-yet" });
});

test("the public IP moves with a swap and does not make a plan stale", () => {
  expect(identityOf("green", aService("green")).publicIpId).toBe(ipId("ip-green"));
  expect(attempt({ frontends: [] }).kind).toBe("send");
});
