import fc from "fast-check";
import type { Read, ServiceObservation } from "../../../../src/domain/cloud-service/observation";
import {
  checkRoles,
  decideReadiness,
  type ReadinessMemory,
} from "../../../../src/domain/cloud-service/readiness";
import { decidePlan } from "../../../../src/domain/plan/planning";
import { defaultPolicy } from "../../../../src/domain/policy/policy";
import { afterAttempt } from "../../../../src/domain/promotion/next-step";
import type { AttemptResult, AttemptVerdict, OperationRead } from "../../../../src/domain/swap/attempt";
import { decideAttempt } from "../../../../src/domain/swap/decide-attempt";
import {
  decideSettlement,
  proofSpan,
  settlementDeadline,
  type SettlementMemory,
} from "../../../../src/domain/swap/settlement";
import { decideVerification } from "../../../../src/domain/swap/verification";
import {
  anIp,
  aPair,
  aPolicy,
  aRequest,
  aService,
  found,
  NOW,
  someInstances,
} from "../../../support/observations";
import { runs } from "../../../support/runs";

/** The judgements of the domain under whatever Resource Manager may show. */
const { swap } = defaultPolicy;

const slot = fc.constantFrom<ServiceObservation["slot"]>("production", "staging", undefined);
const provisioning = fc.constantFrom("Succeeded", "Succeeded", "Succeeded", "Updating", "Failed", undefined);
const unseen = fc.constantFrom<Exclude<Read<never>, { kind: "found" }>>(
  { kind: "absent", detail: "d" },
  { kind: "denied", detail: "d" },
  { kind: "throttled", detail: "d", retryAfterMs: 1_000 },
  { kind: "unavailable", detail: "d" },
);

function service(side: "blue" | "green"): fc.Arbitrary<Read<ServiceObservation>> {
  const seen = fc.record({
    slot,
    provisioningState: provisioning,
    version: fc.constantFrom(side === "blue" ? "v1" : "v2", "v9", undefined),
    uniqueId: fc.constantFrom(`unique-${side}`, `unique-${side}`, "another"),
  });
  return fc.oneof(
    { weight: 5, arbitrary: seen.map((over) => found(aService(side, over))) },
    { weight: 4, arbitrary: fc.constantFrom(found(aService(side)), found(aService(side, swapped(side)))) },
    { weight: 1, arbitrary: unseen },
  );
}

function swapped(side: "blue" | "green"): Partial<ServiceObservation> {
  return { slot: side === "blue" ? "staging" : "production" };
}
const pair = fc.record({ incoming: service("green"), outgoing: service("blue") });

const slotOf = (read: Read<ServiceObservation>) => (read.kind === "found" ? read.value.slot : undefined);
const succeeded = (read: Read<ServiceObservation>) =>
  read.kind === "found" && read.value.provisioningState === "Succeeded";

const states = fc.array(
  fc.constantFrom("Started", "Started", "Started", "Busy", "Stopped", "Odd", undefined),
  { maxLength: 3 },
);

test("ready is never said from an unknown, missing, short or unready list, nor before stableFor of unbroken looks (I11)", () => {
  const rule = { pollMs: 30_000, stableForMs: 90_000, deadlineMs: 1_800_000 };
  const check = fc.record({
    afterMs: fc.constantFrom(10_000, 30_000, 60_000, 100_000),
    green: fc.option(states, { nil: undefined, freq: 8 }),
  });
  const mostlyUp = fc.oneof(
    { weight: 6, arbitrary: check.map((each) => ({ ...each, green: ["Started", "Started"] })) },
    { weight: 1, arbitrary: check },
  );
  let ready = 0;
  fc.assert(
    fc.property(fc.array(mostlyUp, { maxLength: 12, size: "max" }), (checks) => {
      let memory: ReadinessMemory | undefined;
      let at = NOW;
      let upSince: number | undefined;
      let last = NOW;
      for (const { afterMs, green } of checks) {
        at += afterMs;
        const list =
          green === undefined
            ? ({ kind: "unavailable", detail: "d" } as const)
            : found(someInstances("green", green, at));
        const check = checkRoles("green", found(aService("green", { observedAt: at })), list);
        const other = checkRoles(
          "blue",
          found(aService("blue")),
          found(someInstances("blue", undefined, at)),
        );
        const isUp = green?.length === 2 && green.every((state) => state === "Started");
        const unbroken = upSince !== undefined && at - last <= 3 * rule.pollMs;
        upSince = isUp ? (unbroken ? upSince : at) : undefined;
        last = at;
        const decision = decideReadiness(memory, check, other, rule);
        if (decision.kind === "ready") {
          ready++;
          expect(isUp).toBe(true);
          expect(at - upSince!).toBeGreaterThanOrEqual(rule.stableForMs);
          return;
        }
        if (upSince !== undefined) expect(at - upSince).toBeLessThan(rule.stableForMs);
        expect(decision.kind).toBe("not-yet");
        memory = decision.kind === "not-yet" ? decision.memory : undefined;
      }
    }),
    { numRuns: runs(500) },
  );
  expect(ready).toBeGreaterThan(0);
});

test("an attempt is closed by proof only: done by slots and provisioning, no effect never within the span after an unknown reply", () => {
  const verdict = fc.constantFrom<AttemptVerdict | undefined>(
    undefined,
    { kind: "accepted", status: 202 },
    { kind: "unknown", detail: "d" },
    { kind: "busy", code: "409", detail: "d" },
    { kind: "declined", status: 403, code: "c", detail: "d" },
  );
  const operation = fc.constantFrom<OperationRead | undefined>(
    undefined,
    { kind: "running" },
    { kind: "succeeded" },
    { kind: "failed", code: "c", detail: "d" },
    { kind: "unreadable", detail: "d" },
  );
  const check = fc.record({ afterMs: fc.integer({ min: 1_000, max: 400_000 }), observed: pair, operation });
  const closed = new Map<string, number>();
  fc.assert(
    fc.property(verdict, fc.array(check, { maxLength: 25, size: "max" }), (said, checks) => {
      let memory: SettlementMemory = { startedAt: NOW };
      let now = NOW;
      let beforeSince: number | undefined;
      for (const { afterMs, observed, operation: read } of checks) {
        now += afterMs;
        const [a, b] = [slotOf(observed.incoming), slotOf(observed.outgoing)];
        const settled = succeeded(observed.incoming) && succeeded(observed.outgoing);
        const isBefore = settled && a === "staging" && b === "production";
        beforeSince = isBefore ? (beforeSince ?? now) : undefined;
        const decision = decideSettlement(memory, { verdict: said, operation: read, observed, now }, swap);
        if (decision.kind === "not-yet") {
          expect(now).toBeLessThan(settlementDeadline(swap, NOW));
          memory = decision.memory;
          continue;
        }
        closed.set(decision.kind, (closed.get(decision.kind) ?? 0) + 1);
        if (decision.kind === "unproved") expect(now).toBeGreaterThanOrEqual(settlementDeadline(swap, NOW));
        else if (decision.proof.kind === "done")
          expect([a, b, settled]).toEqual(["production", "staging", true]);
        else {
          expect(isBefore).toBe(true);
          const definite = said?.kind === "busy" || said?.kind === "declined" || read?.kind === "failed";
          if (!definite) expect(now - beforeSince!).toBeGreaterThanOrEqual(proofSpan(swap));
          if (read?.kind === "running") expect(["busy", "declined"]).toContain(said?.kind);
        }
        return;
      }
    }),
    { numRuns: runs(800) },
  );
  expect([...closed.keys()]).toContain("closed");
});

function planned() {
  const verdict = decidePlan({
    ...{ request: aRequest(), policy: aPolicy(), observed: aPair(), now: NOW },
    digest: (text: string) => text,
  });
  if (verdict.kind !== "planned") throw new Error(verdict.kind);
  return verdict.plan;
}

test("the PUT is sent only when both services were read as planned, settled, in the state before, and ready", () => {
  const plan = planned();
  let sent = 0;
  fc.assert(
    fc.property(pair, fc.oneof(fc.constant(["Started", "Started"]), states), (reads, list) => {
      const instances = found(someInstances("green", list));
      const decision = decideAttempt(plan, {
        ...reads,
        incomingCheck: checkRoles("green", reads.incoming, instances),
        outgoingCheck: checkRoles("blue", reads.outgoing, found(someInstances("blue"))),
      });
      const [a, b] = [slotOf(reads.incoming), slotOf(reads.outgoing)];
      if (decision.kind === "already") expect([a, b]).toEqual(["production", "staging"]);
      if (decision.kind === "foreign-state") expect([a, a]).toEqual([b, a ?? "none"]);
      if (decision.kind !== "send") return;
      sent++;
      expect([a, b]).toEqual(["staging", "production"]);
      expect([succeeded(reads.incoming), succeeded(reads.outgoing)]).toEqual([true, true]);
      expect(reads.incoming).toMatchObject({ value: { version: "v2", uniqueId: "unique-green" } });
      expect(reads.outgoing).toMatchObject({ value: { version: "v1", uniqueId: "unique-blue" } });
      expect(list).toEqual(["Started", "Started"]);
    }),
    { numRuns: runs(3_000) },
  );
  expect(sent).toBeGreaterThan(0);
});

test("success is said only after a read that shows the target state (I6)", () => {
  const plan = planned();
  fc.assert(
    fc.property(pair, (reads) => {
      const observed = { ...reads, incomingIp: found(anIp("ip-green")), outgoingIp: found(anIp("ip-blue")) };
      if (decideVerification(plan, observed).kind !== "verified") return;
      expect([slotOf(reads.incoming), slotOf(reads.outgoing)]).toEqual(["production", "staging"]);
      expect(succeeded(reads.incoming) && succeeded(reads.outgoing)).toBe(true);
    }),
    { numRuns: runs(500) },
  );
});

test("a plan never swaps away from its target, is refused with a reason, and knows no difference in the case of ids", () => {
  fc.assert(
    fc.property(
      pair,
      fc.constantFrom("blue" as const, "green" as const, "staging" as const),
      (reads, promote) => {
        const observed = { ...aPair(), green: reads.incoming, blue: reads.outgoing };
        const request = aRequest({ promote });
        const common = { request, policy: aPolicy(), now: NOW, digest: (text: string) => text };
        const verdict = decidePlan({ ...common, observed });
        if (verdict.kind === "refused") expect(verdict.detail.length).toBeGreaterThan(5);
        if (verdict.kind === "unchanged")
          expect(slotOf(observed[promote === "staging" ? "green" : promote])).not.toBe("staging");
        if (verdict.kind !== "planned") return;
        const { incoming, outgoing } = verdict.plan;
        expect([slotOf(observed[incoming.side]), slotOf(observed[outgoing.side])]).toEqual([
          "staging",
          "production",
        ]);
        if (promote !== "staging") expect(incoming.side).toBe(promote);
        expect(verdict.plan.prerequisites.filter((each) => each.verdict === "broken")).toEqual([]);
        const upper = (read: Read<ServiceObservation>) =>
          read.kind === "found" ? found({ ...read.value, id: read.value.id.toUpperCase() }) : read;
        const again = decidePlan({
          ...common,
          observed: { ...observed, blue: upper(observed.blue), green: upper(observed.green) },
        });
        expect(again).toMatchObject({ kind: "planned", plan: { hash: verdict.plan.hash } });
      },
    ),
    { numRuns: runs(500) },
  );
});

test("an attempt that may have sent its PUT is settled, and only one that sent nothing is closed without reads", () => {
  const verdict = fc.constantFrom<AttemptVerdict>(
    { kind: "accepted", status: 202 },
    { kind: "busy", code: "c", detail: "d" },
    { kind: "throttled", detail: "d", retryAfterMs: 1 },
    { kind: "declined", status: 400, code: "c", detail: "d" },
    { kind: "unknown", detail: "d" },
    { kind: "already", detail: "d" },
    { kind: "foreign-state", detail: "d" },
    { kind: "stale-plan", detail: "d" },
    { kind: "not-ready", detail: "d" },
    { kind: "withheld", detail: "d" },
  );
  fc.assert(
    fc.property(verdict, fc.nat(3), (said, unknowns) => {
      const result: AttemptResult = { kind: "attempted", nonce: "n", verdict: said };
      const { next, close } = afterAttempt(result, unknowns);
      const sent = ["accepted", "busy", "throttled", "declined", "unknown"].includes(said.kind);
      expect(next.kind === "settle").toBe(sent);
      // A target that is held after a lost attempt is held by that attempt.
      const kind = said.kind === "already" && unknowns > 0 ? "done" : "nothing-sent";
      if (sent) expect(close).toBeUndefined();
      else expect(close).toMatchObject({ nonce: "n", proof: { kind } });
    }),
  );
});
