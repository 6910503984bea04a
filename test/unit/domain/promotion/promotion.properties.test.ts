import fc from "fast-check";
import { completionEventSchema } from "../../../../src/contracts/events";
import type { PairObservation } from "../../../../src/domain/cloud-service/observation";
import type { Probe } from "../../../../src/domain/cloud-service/probe";
import type { SoakEvidence } from "../../../../src/domain/cloud-service/soak";
import { isTransition, type Outcome, type Phase } from "../../../../src/domain/kernel/outcome";
import { type Code, codes, reason } from "../../../../src/domain/kernel/reason-codes";
import type { RollbackOrder } from "../../../../src/domain/pair/pair";
import type { Plan } from "../../../../src/domain/plan/plan";
import { decidePlan } from "../../../../src/domain/plan/planning";
import { decideAcceptance } from "../../../../src/domain/promotion/acceptance";
import { auditChange } from "../../../../src/domain/promotion/audit";
import { completionEventId, sealEnding } from "../../../../src/domain/promotion/completion-event";
import { changePromotion, register } from "../../../../src/domain/promotion/promotion";
import type { PromotionChange, PromotionState } from "../../../../src/domain/promotion/state";
import { longestSide } from "../../../support/longest-record";
import { aPair, aPolicy, aRequest, NOW } from "../../../support/observations";
import { runs } from "../../../support/runs";

/** The promotion record of one request under every sequence of changes, of runs in charge and of runs that are not. */
const phases: readonly Phase[] = [
  ...([
    "accepted",
    "planning",
    "awaiting-approval",
    "awaiting-window",
    "queued",
    "awaiting-readiness",
  ] as const),
  ...(["swapping", "verifying", "soaking", "rolling-back", "concluded"] as const),
];
const outcomes: readonly Outcome[] = [
  ...(["promoted", "unchanged", "refused", "rejected"] as const),
  ...(["expired", "cancelled", "rolled-back", "halted"] as const),
];

const request = aRequest({ reason: "r".repeat(500), requestedBy: "b".repeat(200) });
const registration = {
  requestId: "r-1",
  contentHash: "h",
  request,
  origin: {
    channel: "http" as const,
    principal: { oid: "p".repeat(36), name: "n".repeat(60) },
  },
  at: NOW,
};
const fresh = register(undefined, registration);
const roles = Array.from({ length: 25 }, (_, i) => ({
  name: `Role${i}OfAServiceWithLongNames`,
  capacity: 8,
}));

const probes: readonly Probe[] = Array.from({ length: 2 }, (_, i) => ({
  name: `${i}`.padEnd(20, "p"),
  url: "https://shop.example/".padEnd(120, "u"),
  incomingUrl: "https://shop-staging.example/".padEnd(120, "u"),
  expect: {
    ...{ status: 200, header: { name: "h".repeat(40), equals: "e".repeat(80) } },
    ...{ json: { path: "$.".padEnd(60, "j"), equals: "e".repeat(40) }, maxLatencyMs: 60_000 },
  },
  timeoutMs: 30_000,
}));

const guid = (n: number) => `${n}`.repeat(36);
/** As long as an approval rule can be, with a quorum that is hard to reach. */
const approval = {
  ...{ quorum: 5, deadlineMs: 72 * 3_600_000, validForMs: 24 * 3_600_000 },
  roles: Array.from({ length: 3 }, (_, i) => `${i}`.repeat(40)),
  people: Array.from({ length: 8 }, (_, i) => guid(i)),
  neverApprove: Array.from({ length: 8 }, (_, i) => guid(6).replace("6", `${i}`)),
};

function planOf(observed: PairObservation): Plan {
  const verdict = decidePlan({
    request,
    policy: aPolicy({ probes, approval }),
    observed,
    now: NOW,
    digest: () => "d".repeat(64),
  });
  if (verdict.kind !== "planned") throw new Error("the sample pair cannot be planned");
  return verdict.plan;
}
const plans = fc.constantFrom(planOf(aPair()), planOf(aPair({ roles }, { roles })));

const evidence: SoakEvidence = {
  ...{ since: NOW, until: NOW + 600_000, checks: 1_000, failures: 100 },
  last: Array.from({ length: 4 }, (_, i) => ({
    ...{ name: `${i}`.padEnd(40, "n"), verdict: "unsteady" as const, detail: "d".repeat(80) },
  })),
};
const order: RollbackOrder = {
  ...{ id: "o", cause: "regression", by: "b".repeat(60), note: "n".repeat(160), at: NOW },
};

const runId = fc.constantFrom("run-1", "run-2", "run-3");
const at = fc.integer({ min: 0, max: 1_000 }).map((more) => NOW + more);
const text = fc.constantFrom("", "short", "l".repeat(1_500));

const change: fc.Arbitrary<PromotionChange> = fc.oneof(
  fc.record({ kind: fc.constant("begin" as const), runId, at }),
  fc.record({
    kind: fc.constant("enter" as const),
    runId,
    at,
    phase: fc.constantFrom(...phases.filter((phase) => phase !== "concluded")),
    note: fc.option(text, { nil: undefined }),
  }),
  fc.record({ kind: fc.constant("plan" as const), runId, plan: plans, at }),
  fc.tuple(runId, fc.integer({ min: 1, max: 20 }), at).map(([id, n, when]): PromotionChange => ({
    kind: "note-attempt",
    runId: id,
    note: {
      ...{ at: when, n, direction: "rollback" as const },
      verdict: { kind: "unknown", detail: "v".repeat(280), correlationId: "c".repeat(36) },
    },
  })),
  fc.tuple(runId, fc.boolean(), at).map(([id, ordered, when]): PromotionChange => ({
    kind: "watched",
    runId: id,
    soak: evidence,
    ...(ordered ? { rollback: { ...order, at: when } } : {}),
  })),
  fc.tuple(runId, text).map(([id, detail]): PromotionChange => ({
    kind: "wait",
    runId: id,
    waiting: {
      ...{ kind: "readiness", detail, since: NOW, until: NOW, endsWith: "e", next: "n" },
      instanceId: "i".repeat(130),
    },
    readiness: [longestSide(() => detail), longestSide(() => detail)],
  })),
  fc
    .tuple(fc.option(runId, { nil: undefined }), fc.constantFrom(...outcomes), at)
    .map(([id, outcome, when]): PromotionChange => ({
      kind: "conclude",
      ...(id === undefined ? {} : { runId: id }),
      ending: { outcome, reason: reason("queue-full", "d") },
      at: when,
    })),
  fc.record({ kind: fc.constant("announced" as const), at }),
  fc.record({
    kind: fc.constant("ask-approval" as const),
    runId,
    planHash: fc.constantFrom("d".repeat(64), "e".repeat(64)),
    at,
  }),
  fc.tuple(fc.integer({ min: 0, max: 9 }), at).map(([n, when]): PromotionChange => ({
    kind: "vote",
    id: `${n}`.repeat(32),
    vote: {
      ...{ oid: `${n}`.repeat(36), name: "n".repeat(200), comment: "c".repeat(500) },
      ...{ decision: n === 9 ? "reject" : "approve", at: when },
    },
    planHash: n === 8 ? "e".repeat(64) : "d".repeat(64),
    application: n === 7,
    roles: [],
  })),
  fc.record({ kind: fc.constant("close-gate" as const), at: at.map((when) => when + 100_000_000) }),
);
const changes = fc.array(change, { maxLength: 40, size: "max" });

function play(
  list: readonly PromotionChange[],
  check: (before: PromotionState, change: PromotionChange, after: PromotionState) => void,
): PromotionState {
  return list.reduce((before, each) => {
    const after = changePromotion(before, each);
    check(before, each, after);
    return after;
  }, fresh);
}

test("an outcome and the bytes of its event never change (I4, I9)", () => {
  fc.assert(
    fc.property(changes, (list) => {
      play(list, (before, each, after) => {
        if (!before.conclusion) return;
        expect(after.conclusion).toBe(before.conclusion);
        if (each.kind !== "announced") expect(after).toBe(before);
        else expect(after.announcedAt).toBe(before.announcedAt ?? each.at);
      });
    }),
    { numRuns: runs(300) },
  );
});

test("a repeated change changes nothing, and keeps the revision", () => {
  fc.assert(
    fc.property(changes, (list) => {
      play(list, (before, each, after) => {
        if (after === before) return;
        expect(after.revision).toBe(before.revision + 1);
        const { revision: _first, ...once } = after;
        const { revision: _second, ...twice } = changePromotion(after, each);
        if (each.kind !== "enter" || each.note === undefined) expect(twice).toEqual(once);
      });
    }),
    { numRuns: runs(150) },
  );
});

test("only the current run writes, phases follow the table, and one target is resolved", () => {
  fc.assert(
    fc.property(changes, (list) => {
      play(list, (before, each, after) => {
        if (
          "runId" in each &&
          each.kind !== "begin" &&
          each.runId !== undefined &&
          each.runId !== before.run?.id
        )
          expect(after).toBe(before);
        if (after.phase !== before.phase) expect(isTransition(before.phase, after.phase)).toBe(true);
        if (before.target) expect(after.target).toBe(before.target);
        expect(after.acceptedAt).toBe(NOW);
        if (after.announcedAt !== undefined) expect(after.conclusion).toBeDefined();
      });
    }),
    { numRuns: runs(300) },
  );
});

test("the promotion record stays under 16 KiB, however long the promotion is", () => {
  let largest = 0;
  fc.assert(
    fc.property(fc.array(change, { minLength: 100, maxLength: 200, size: "max" }), (list) => {
      const eventful = list.filter((each) => each.kind !== "conclude");
      const stored = (before: PromotionState, each: PromotionChange) =>
        auditChange(before, each, () => "d".repeat(64)).state;
      const end = eventful.reduce(stored, stored(fresh, { kind: "begin", runId: "run-1", at: NOW }));
      const pairAudit = { entries: 10_000, head: "d".repeat(64) };
      const ending = {
        outcome: "halted",
        reason: reason("foreign-state", "d".repeat(600)),
        pairAudit,
      } as const;
      const concluded = stored(end, { kind: "conclude", ending, at: NOW });
      largest = Math.max(largest, JSON.stringify(end).length, JSON.stringify(concluded).length);
      expect(largest).toBeLessThan(16 * 1_024);
    }),
    { numRuns: runs(60), endOnFailure: true },
  );
});

test("registering again returns the same record", () => {
  fc.assert(
    fc.property(changes, fc.string(), (list, contentHash) => {
      const state = play(list, () => undefined);
      expect(register(state, { ...registration, contentHash })).toBe(state);
      const kind = decideAcceptance(state, contentHash);
      const known = state.conclusion ? "concluded" : "live";
      expect(kind).toBe(contentHash === "h" ? known : "conflict");
    }),
    { numRuns: runs(100) },
  );
  expect(decideAcceptance(undefined, "h")).toBe("new");
});

test("every ending fits the published schema, under the one event id of its request", () => {
  const code = fc.constantFrom(...(Object.keys(codes) as Code[]));
  fc.assert(
    fc.property(changes, fc.constantFrom(...outcomes), code, (list, outcome, why) => {
      const state = play(list, () => undefined);
      const { event } = sealEnding(state, { outcome, reason: reason(why, "d") }, NOW + 5);
      const parsed = completionEventSchema.parse(JSON.parse(event));
      expect(parsed.id).toBe(completionEventId("r-1"));
      expect(parsed.data).toMatchObject({ outcome, reason: { code: why, remedy: codes[why].remedy } });
      expect(parsed.data.phases.at(-1)).toMatchObject({ phase: "concluded" });
    }),
    { numRuns: runs(100) },
  );
});
