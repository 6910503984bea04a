import fc from "fast-check";
import { reason } from "../../../../src/domain/kernel/reason-codes";
import { emptyPair, type PairState } from "../../../../src/domain/pair/pair";
import { changePromotion, register } from "../../../../src/domain/promotion/promotion";
import {
  decideReconcileAction,
  GRACE_MS,
  lastDeadline,
  type RunStatus,
} from "../../../../src/domain/promotion/recovery";
import { aPolicy, aRequest, NOW } from "../../../support/observations";
import { runs } from "../../../support/runs";

const fresh = register(undefined, {
  ...{ requestId: "r", contentHash: "h", request: aRequest(), origin: { channel: "queue" }, at: NOW },
});
const begun = changePromotion(fresh, { kind: "begin", runId: "run", at: NOW });
const noted = changePromotion(begun, {
  kind: "note-attempt",
  runId: "run",
  note: { at: NOW, n: 1, verdict: { kind: "busy" } },
});
const ended = { outcome: "refused", reason: reason("queue-full", "d") } as const;
const concluded = changePromotion(fresh, { kind: "conclude", ending: ended, at: NOW });

const policy = aPolicy();

test("the last deadline is the sum of all deadlines, lost attempts and grace", () => {
  const soak = 2 * (5 + 2) + 30;
  const minutes = 15 + 120 + 2 * 30 + 5 + 4 * (17 + 15) + soak + (30 + 5) + 30;
  expect(lastDeadline(policy, NOW)).toBe(NOW + minutes * 60_000);
  const request = aRequest({ soak: { forMs: 60 * 60_000 } });
  expect(lastDeadline(policy, NOW, 0, { request, origin: { channel: "queue" } })).toBe(
    NOW + (minutes + 110) * 60_000,
  );
});

test("with approvals the last deadline has time for three questions", () => {
  const approval = { quorum: 1, deadlineMs: 72 * 3_600_000, validForMs: 1 };
  const asking = { request: aRequest(), origin: { channel: "queue" } } as const;
  const round = 72 * 60 + 0.5 + 15 + 120 + 2 * 30;
  const minutes = 15 + 3 * round + 5 + 4 * (17 + 15) + (2 * (5 + 2) + 30) + (30 + 5) + 30;
  expect(lastDeadline(aPolicy({ approval }), NOW, 0, asking)).toBe(NOW + minutes * 60_000);
  expect(lastDeadline(policy, NOW, 0, asking)).toBe(lastDeadline(policy, NOW));
});

const lease = { holder: "r", epoch: 1, since: 0, closed: 0, unknowns: 0 };
const HOUR = 3_600_000;
test.each<[string, number, Partial<Parameters<typeof aPolicy>[0]>, Partial<typeof fresh>]>([
  ["no deployment window", 0, {}, {}],
  [
    "a deployment window, from its planning on",
    0.25 + 5,
    { window: { deadlineMs: 5 * HOUR, rules: "r" } },
    {},
  ],
  ["a time before which it does not swap", 10 + 1, {}, { request: aRequest({ notBefore: NOW + 10 * HOUR }) }],
  ["a deployment window until a deadline that is set", 9, {}, { deadlines: { window: NOW + 9 * HOUR } }],
])("a promotion that waits for %s has the time for that as well", (_what, hours, over, record) => {
  const late = lastDeadline(policy, NOW) + hours * HOUR;
  const at = (now: number) =>
    action({ now, run: "live", promotion: { ...fresh, ...record }, policy: aPolicy(over) }).kind;
  expect([at(late), at(late + 1)]).toEqual(["leave", "conclude"]);
});

test.each(["queued", "awaiting-readiness", "swapping", "verifying", "soaking", "rolling-back"] as const)(
  "in phase %s a promotion has the time of what follows (world 45000149)",
  (phase) => {
    const window = { deadlineMs: 168 * HOUR, rules: "r" };
    const request = aRequest({ notBefore: NOW + HOUR });
    const entered = {
      phase,
      timeline: [{ at: NOW + 2 * HOUR, phase }],
      deadlines: { window: NOW + 169 * HOUR },
    };
    const late = lastDeadline(policy, NOW) + 2 * HOUR;
    const at = (now: number) =>
      action({
        ...{
          now,
          run: "live",
          policy: aPolicy({ window }),
          pair: { ...emptyPair, lease: { ...lease, closed: 1 } },
        },
        promotion: { ...fresh, request, ...entered },
      });
    expect([at(late).kind, at(late + 1)]).toMatchObject(["leave", { ending: { outcome: "halted" } }]);
  },
);

test("a wait for notBefore alone gets no week for a window (world 85013507)", () => {
  const waiting = {
    request: aRequest({ notBefore: NOW + HOUR }),
    phase: "awaiting-window",
    timeline: [{ at: NOW, phase: "awaiting-window" }],
    deadlines: { window: NOW + 2 * HOUR },
  } as const;
  const late = lastDeadline(policy, NOW, 2 * HOUR);
  const at = (now: number) => action({ now, run: "live", promotion: { ...fresh, ...waiting } });
  expect([at(late).kind, at(late + 1)]).toMatchObject([
    "leave",
    { ending: { reason: { code: "run-lost" } } },
  ]);
});

test("a promotion that waits for its deployment window again has the time for it again", () => {
  const timeline = [{ at: NOW + 2 * HOUR, phase: "awaiting-window" } as const];
  const promotion = {
    ...fresh,
    phase: "awaiting-window",
    timeline,
    deadlines: { window: NOW + 9 * HOUR },
  } as const;
  const late = lastDeadline(policy, NOW) + 9 * HOUR;
  const at = (now: number) => action({ now, run: "live", promotion }).kind;
  expect([at(late), at(late + 1)]).toEqual(["leave", "conclude"]);
});

function action(over: {
  promotion?: typeof fresh;
  run?: RunStatus;
  now: number;
  pair?: PairState;
  policy?: typeof policy;
}) {
  const view = {
    requestId: "r",
    registeredAt: NOW,
    promotion: fresh,
    run: "absent" as const,
    pair: emptyPair,
    policy,
  };
  return decideReconcileAction({ ...view, ...over });
}

test("grace periods and deadlines end after their last millisecond", () => {
  const late = lastDeadline(policy, NOW);
  const orphan = NOW + 10 * 60_000;
  expect([
    action({ now: NOW + GRACE_MS }).kind,
    action({ now: NOW + GRACE_MS + 1 }).kind,
    action({ now: orphan, promotion: undefined }).kind,
    action({ now: orphan + 1, promotion: undefined }).kind,
    action({ now: late, run: "live" }).kind,
    action({ now: late + 1, run: "live" }).kind,
    action({ now: NOW + GRACE_MS - 1, run: "live", promotion: concluded }).kind,
    action({ now: NOW + GRACE_MS, run: "live", promotion: concluded }).kind,
    action({ now: NOW, run: "failed", promotion: concluded }).kind,
  ]).toEqual(["leave", "start-run", "leave", "deregister", "leave", "conclude", "leave", "finish", "finish"]);
});

const attempt = {
  requestId: "r",
  direction: "forward",
  n: 1,
  nonce: "n",
  epoch: 1,
  planHash: "h",
  claimedAt: 0,
} as const;

test.each<[string, PairState, typeof fresh, boolean]>([
  ["nothing at all", emptyPair, fresh, false],
  ["a lease without an attempt", { ...emptyPair, lease }, fresh, false],
  ["an attempt closed under its lease", { ...emptyPair, lease: { ...lease, closed: 1 } }, fresh, true],
  [
    "an attempt closed under another's lease",
    { ...emptyPair, lease: { ...lease, holder: "x", closed: 1 } },
    fresh,
    false,
  ],
  ["its own open attempt", { ...emptyPair, open: attempt }, fresh, true],
  ["another's open attempt", { ...emptyPair, open: { ...attempt, requestId: "x" } }, fresh, false],
  ["an attempt noted in the promotion record", emptyPair, noted, true],
])("with %s a lost run has the right outcome", (_what, pair, promotion, claimed) => {
  const now = lastDeadline(policy, NOW) + 1;
  const ending = claimed
    ? {
        outcome: "halted",
        reason: reason("run-lost-after-claim", "no outcome after every deadline, and an attempt was claimed"),
      }
    : {
        outcome: "expired",
        reason: reason("run-lost", "no outcome after every deadline; nothing was claimed"),
      };
  expect(action({ now, pair, promotion, run: "live" })).toEqual({ kind: "conclude", ending });
  const terminated = action({ now: NOW + GRACE_MS + 1, pair, promotion, run: "terminated" });
  const described = "the run was terminated by hand; nothing was claimed";
  expect(terminated).toEqual(
    claimed
      ? { kind: "start-run" }
      : {
          kind: "conclude",
          ending: { outcome: "cancelled", reason: reason("terminated-by-hand", described) },
        },
  );
});

test("without an outcome a promotion is left, resumed or, past its end, concluded (I7)", () => {
  const policy = aPolicy();
  const known = register(undefined, {
    requestId: "r",
    contentHash: "h",
    request: aRequest(),
    origin: { channel: "queue" },
    at: NOW,
  });
  const seen = fc.constantFrom<RunStatus>("absent", "live", "completed", "failed", "terminated");
  fc.assert(
    fc.property(seen, fc.integer({ min: 0, max: 40 * 3_600_000 }), fc.boolean(), (run, age, claimed) => {
      const pairState = claimed
        ? { ...emptyPair, lease: { holder: "r", epoch: 1, since: 0, closed: 1, unknowns: 0 } }
        : emptyPair;
      const now = NOW + age;
      const action = decideReconcileAction({
        requestId: "r",
        registeredAt: NOW,
        promotion: known,
        pair: pairState,
        run,
        policy,
        now,
      });
      const isLate = now > lastDeadline(policy, NOW);
      if (isLate) expect(action.kind).toBe("conclude");
      if (action.kind === "conclude") {
        const { outcome } = action.ending;
        expect(outcome).toBe(claimed ? "halted" : run === "terminated" ? "cancelled" : "expired");
      } else if (run === "live") expect(action.kind).toBe("leave");
      expect(["leave", "start-run", "conclude"]).toContain(action.kind);
    }),
    { numRuns: runs(500) },
  );
});

const announced = changePromotion(concluded, { kind: "announced", at: NOW + 2 });
const past = lastDeadline(policy, NOW) + 1;
const claimed = { ...emptyPair, lease: { ...lease, closed: 1 } };
test.each<[string, Parameters<typeof action>[0], string]>([
  ["leaves a live run alone", { run: "live", now: NOW + GRACE_MS * 2 }, "leave"],
  ["starts a failed run again", { run: "failed", now: NOW + GRACE_MS + 1 }, "start-run"],
  ["cancels what was terminated before a claim", { run: "terminated", now: NOW + 1 }, "cancelled"],
  [
    "resumes what was terminated after a claim",
    { run: "terminated", now: NOW + GRACE_MS + 1, pair: claimed },
    "start-run",
  ],
  ["expires what is past every deadline", { run: "live", now: past }, "expired"],
  ["halts what is past every deadline after a claim", { run: "live", now: past, pair: claimed }, "halted"],
  [
    "finishes what is concluded and not announced",
    { run: "completed", now: NOW + 2, promotion: concluded },
    "finish",
  ],
  ["deregisters what is announced", { run: "completed", now: NOW + 2, promotion: announced }, "deregister"],
  [
    "gives a live run of a conclusion its grace",
    { run: "live", now: NOW + 2, promotion: concluded },
    "leave",
  ],
])("the reconciler %s", (_claim, view, expected) => {
  const found = action(view);
  expect(found.kind === "conclude" ? found.ending.outcome : found.kind).toBe(expected);
});
