import { completionEventSchema } from "../../../../src/contracts/events";
import type { Phase } from "../../../../src/domain/kernel/outcome";
import { codes, reason } from "../../../../src/domain/kernel/reason-codes";
import { emptyPair } from "../../../../src/domain/pair/pair";
import { changePromotion, register } from "../../../../src/domain/promotion/promotion";
import {
  decideReconcileAction,
  GRACE_MS,
  lastDeadline,
  type RunStatus,
} from "../../../../src/domain/promotion/recovery";
import type { PromotionChange, PromotionState } from "../../../../src/domain/promotion/state";
import { viewPromotion } from "../../../../src/domain/promotion/view";
import { aPolicy, aRequest, NOW } from "../../../support/observations";

const registration = {
  requestId: "r-1",
  contentHash: "h",
  request: aRequest(),
  origin: { channel: "queue" as const },
  at: NOW,
};
const fresh = register(undefined, registration);
const begun = changePromotion(fresh, { kind: "begin", runId: "run", at: NOW });
const ending = { outcome: "refused", reason: reason("queue-full", "d") } as const;
const concluded = changePromotion(begun, { kind: "conclude", ending, at: NOW + 1 });
const announced = changePromotion(concluded, { kind: "announced", at: NOW + 2 });

test("registering again changes nothing, whatever the content", () => {
  expect(register(fresh, { ...registration, contentHash: "other" })).toBe(fresh);
});

test("the first outcome stands: later outcomes and changes are ignored", () => {
  const other = { outcome: "halted", reason: reason("foreign-state", "d") } as const;
  const changes: PromotionChange[] = [
    { kind: "conclude", ending: other, at: NOW + 2 },
    { kind: "enter", runId: "run", phase: "planning", at: NOW },
    { kind: "begin", runId: "another", at: NOW },
  ];
  expect(changes.reduce(changePromotion, concluded)).toBe(concluded);
});

test("changes of a run that is not in charge are ignored", () => {
  const taken = changePromotion(begun, { kind: "begin", runId: "new", at: NOW });
  expect(changePromotion(taken, { kind: "enter", runId: "run", phase: "planning", at: NOW })).toBe(taken);
  expect(changePromotion(taken, { kind: "enter", runId: "new", phase: "planning", at: NOW }).phase).toBe(
    "planning",
  );
});

test("entering a phase clears what the phase before it waited for; entering it once more does not", () => {
  const waiting = {
    kind: "queue",
    ...{ detail: "2 are before it", since: NOW, until: NOW + 9 },
    ...{ endsWith: "the lease becomes free", next: "readiness is observed", instanceId: "i-1" },
  } as const;
  const phases: readonly Phase[] = ["planning", "queued", "awaiting-readiness", "swapping", "verifying"];
  let state = begun;
  for (const phase of phases) {
    const enter = { kind: "enter", runId: "run", phase, at: NOW } as const;
    state = changePromotion(state, enter);
    expect([phase, viewPromotion(state, "UTC").waitingFor]).toEqual([phase, undefined]);
    expect(viewPromotion(state, "UTC").nextAction).not.toBe(waiting.next);
    state = changePromotion(state, { kind: "wait", runId: "run", waiting });
    expect(changePromotion(state, enter).waiting).toEqual(waiting);
  }
});

test("the timeline is bounded and keeps its beginning and its end", () => {
  let state: PromotionState = begun;
  for (let i = 0; i < 100; i++)
    state = changePromotion(state, {
      kind: "enter",
      runId: "run",
      phase: "planning",
      at: NOW + i,
      note: `n-${i}`,
    });
  expect(state.timeline).toHaveLength(24);
  expect([state.timeline[0]?.phase, state.timeline.at(-1)?.note]).toEqual(["accepted", "n-99"]);
});

test("the completion event fits its published schema, and its id names the request", () => {
  const event = completionEventSchema.parse(JSON.parse(concluded.conclusion?.event ?? ""));
  expect(event).toMatchObject({
    id: "promotion-r-1-completed",
    data: { outcome: "refused", reason: { remedy: codes["queue-full"].remedy } },
  });
});

test("the view shows no run ids, wake-up addresses or operation URLs", () => {
  const waiting = {
    kind: "queue",
    detail: "d",
    since: NOW,
    until: NOW,
    endsWith: "e",
    next: "n",
    instanceId: "secret-address",
  } as const;
  const shown = JSON.stringify(
    viewPromotion(changePromotion(begun, { kind: "wait", runId: "run", waiting }), "Europe/Berlin"),
  );
  expect(shown).toContain("Europe/Berlin");
  expect(shown).not.toMatch(/secret-address|"run"/);
});

const policy = aPolicy();
const claimed = { ...emptyPair, lease: { holder: "r-1", epoch: 1, since: 0, closed: 1, unknowns: 0 } };
const late = lastDeadline(policy, NOW) + 1;
const rows: readonly [string, PromotionState | undefined, RunStatus, number, typeof emptyPair, string][] = [
  ["leaves a live run alone", begun, "live", NOW + GRACE_MS * 2, emptyPair, "leave"],
  ["gives a missing run its grace", begun, "absent", NOW + 1, emptyPair, "leave"],
  ["starts a missing run again", begun, "absent", NOW + GRACE_MS + 1, emptyPair, "start-run"],
  ["starts a failed run again", begun, "failed", NOW + GRACE_MS + 1, emptyPair, "start-run"],
  ["cancels what was terminated before a claim", begun, "terminated", NOW + 1, emptyPair, "cancelled"],
  [
    "resumes what was terminated after a claim",
    begun,
    "terminated",
    NOW + GRACE_MS + 1,
    claimed,
    "start-run",
  ],
  ["expires what is past every deadline", begun, "live", late, emptyPair, "expired"],
  ["halts what is past every deadline after a claim", begun, "live", late, claimed, "halted"],
  ["finishes what is concluded and not announced", concluded, "completed", NOW + 2, emptyPair, "finish"],
  ["deregisters what has been through with it", announced, "completed", NOW + 2, emptyPair, "deregister"],
  ["leaves a concluded live run its grace", concluded, "live", NOW + 2, emptyPair, "leave"],
  ["waits for a promotion record that lags", undefined, "absent", NOW + 60_000, emptyPair, "leave"],
  [
    "deregisters what the promotion record never heard of",
    undefined,
    "absent",
    NOW + 11 * 60_000,
    emptyPair,
    "deregister",
  ],
];

test.each(rows)("the reconciler %s", (_claim, promotion, run, now, pair, expected) => {
  const action = decideReconcileAction({
    requestId: "r-1",
    registeredAt: NOW,
    promotion,
    run,
    now,
    pair,
    policy,
  });
  expect(action.kind === "conclude" ? action.ending.outcome : action.kind).toBe(expected);
});
