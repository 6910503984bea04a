import { codes } from "../../../../src/domain/kernel/reason-codes";
import { viewRollbackOutlook } from "../../../../src/domain/plan/rollback-outlook";
import { alertOf } from "../../../../src/domain/promotion/events";
import {
  composeProgress,
  sealEnding,
  describeWatch,
} from "../../../../src/domain/promotion/completion-event";
import type { CompletionEvent } from "../../../../src/domain/promotion/events";
import type { Ending, PromotionState } from "../../../../src/domain/promotion/state";
import { summarisePromotion, viewPromotion } from "../../../../src/domain/promotion/view";
import {
  attempt,
  begun,
  busy,
  conclude,
  ending,
  enter,
  fresh,
  planned,
  play,
  seen,
  wait,
} from "../../../support/described-promotion";
import { aRequest, idOf, NOW } from "../../../support/observations";

/** What of a promotion is told in events and shown by the API. */
const eventful = play(
  begun,
  planned,
  enter("planning", NOW + 4, "n"),
  wait("d", [seen("green", { verdict: "not-yet", ready: 1, instances: [busy("a")] }), seen("blue")]),
  attempt(1, { code: "OperationNotAllowed", detail: "another operation" }, "old production: slow"),
);
const time = (ms: number) => new Date(NOW + ms).toISOString();
const describedBusy = {
  ...{ kind: "busy", code: "OperationNotAllowed", detail: "another operation", correlationId: "c-1" },
  text: "busy OperationNotAllowed: another operation",
};
const eventOf = (state: PromotionState, end: Ending) =>
  JSON.parse(sealEnding(state, end, NOW + 9).event) as CompletionEvent;
const brief = (side: "blue" | "green", version: string) => ({
  side,
  id: idOf(side),
  name: `shop-${side}`,
  version,
});

test("the completion event tells the request, the outcome, every phase, what was not met and every attempt", () => {
  const finalRead = { incoming: null, outgoing: null };
  expect(eventOf(eventful, { ...ending, finalRead })).toEqual({
    ...{ specversion: "1.0", id: "promotion-r-1-completed", source: "urn:cloud-service-swap" },
    ...{ type: "cloud-service-swap.promotion.completed", subject: "pairs/shop/promotions/r-1" },
    ...{ time: time(9), datacontenttype: "application/json" },
    data: {
      ...{
        requestId: "r-1",
        pair: "shop",
        requestedBy: { kind: "declared", name: "Rita" },
        requestReason: "because",
      },
      ...{ outcome: "expired", waitingFor: "readiness" },
      reason: { code: "queue-full", detail: "why", remedy: codes["queue-full"].remedy },
      incoming: brief("green", "v2"),
      outgoing: brief("blue", "v1"),
      planHash: "hash",
      phases: [
        { phase: "accepted", at: time(0) },
        { phase: "planning", at: time(4), note: "n" },
        { phase: "concluded", at: time(9) },
      ],
      prerequisites: planned.plan.prerequisites.filter(({ code }) => code === "platform-support"),
      attempts: [{ n: 1, at: time(1), verdict: describedBusy, evidence: "old production: slow" }],
      finalRead,
    },
  });
});

test("what was never planned has no services, plan, prerequisites, attempts or final read", () => {
  expect(eventOf(begun, ending).data).toMatchObject({
    ...{ incoming: null, outgoing: null, planHash: null, prerequisites: [], attempts: [], finalRead: null },
  });
});

test("an ending's own services and prerequisites are told rather than those of the plan", () => {
  const { incoming, outgoing, prerequisites } = planned.plan;
  const [met] = prerequisites;
  const broken = { ...met!, verdict: "broken" as const };
  const described = eventOf(eventful, {
    ...ending,
    incoming: outgoing,
    outgoing: incoming,
    prerequisites: [met!, broken],
  });
  expect(described.data).toMatchObject({
    ...{ incoming: brief("blue", "v1"), outgoing: brief("green", "v2"), prerequisites: [broken] },
  });
});

test("news of a step names request, pair, step and moment", () => {
  expect(
    composeProgress({ requestId: "r-1", pair: "shop" }, "swapped", "green holds production", NOW),
  ).toEqual({
    ...{ specversion: "1.0", id: `promotion-r-1-swapped-${NOW}`, source: "urn:cloud-service-swap" },
    ...{ type: "cloud-service-swap.promotion.progressed", subject: "pairs/shop/promotions/r-1" },
    ...{ time: time(0), datacontenttype: "application/json" },
    data: { requestId: "r-1", pair: "shop", step: "swapped", detail: "green holds production" },
  });
});

const zone = "Europe/Berlin";
const shown = (ms: number, local: string) => ({ utc: time(ms), local: `2026-11-24 ${local} ${zone}` });
const line = {
  ...{
    id: "r-1",
    pair: "shop",
    requestedBy: { kind: "declared", name: "Rita" },
    requestReason: "because",
    acceptedAt: shown(0, "13:00:00"),
  },
};

test("the view of a promotion under way tells what it waits for and what comes next", () => {
  const both = { incoming: brief("green", "v2"), outgoing: brief("blue", "v1") };
  expect(viewPromotion(eventful, zone)).toEqual({
    ...{ ...line, phase: "planning", promote: "green", expect: { version: "v2" } },
    expiresAt: shown(3_600_000, "14:00:00"),
    waitingFor: {
      ...{ what: "readiness", detail: "d", endsWith: "all run" },
      ...{ since: shown(0, "13:00:00"), until: shown(60_000, "13:01:00") },
    },
    nextAction: "the swap",
    readiness: [
      {
        ...{ side: "green", verdict: "not-yet", total: 2, ready: 1, instances: [busy("a")], problems: [] },
        observedAt: shown(0, "13:00:00"),
        text: "1 of 2 instances ready: a Busy (does not respond)",
      },
      {
        ...{ side: "blue", verdict: "ready", total: 2, ready: 2, instances: [], problems: [] },
        observedAt: shown(0, "13:00:00"),
        text: "2 of 2 instances ready",
      },
    ],
    plan: {
      hash: "hash",
      plannedAt: shown(3, "13:00:00"),
      ...both,
      rollbackOutlook: planned.plan.rollbackOutlook && viewRollbackOutlook(planned.plan.rollbackOutlook),
      prerequisites: planned.plan.prerequisites,
    },
    attempts: [{ n: 1, at: shown(1, "13:00:00"), verdict: describedBusy, evidence: "old production: slow" }],
    timeline: [
      { at: shown(0, "13:00:00"), phase: "accepted" },
      { at: shown(4, "13:00:00"), phase: "planning", note: "n" },
    ],
  });
});

test("the view tells where the audit chain ends, and not what is kept beside it", () => {
  const audit = { entries: 3, head: "h", policyHash: "p" };
  expect(viewPromotion({ ...eventful, audit }, zone).audit).toEqual({ entries: 3, head: "h" });
  expect(viewPromotion(eventful, zone).audit).toBeUndefined();
});

test("the view of a promotion that has just come says that it is planned next", () => {
  const bare = { ...fresh, request: aRequest() };
  expect(viewPromotion(bare, zone)).toEqual({
    ...{
      ...line,
      phase: "accepted",
      promote: "green",
      nextAction: "both services are read, and the plan is made",
    },
    ...{ readiness: [], attempts: [], timeline: [{ at: shown(0, "13:00:00"), phase: "accepted" }] },
  });
});

test("the view of a promotion that has ended tells the reason and its remedy, and waits for nothing", () => {
  const ended = play(eventful, conclude(), { kind: "announced", at: NOW + 20 });
  const end = {
    outcome: "expired",
    code: "queue-full",
    phase: "concluded",
    concludedAt: shown(9, "13:00:00"),
  };
  expect(summarisePromotion(ended, zone)).toEqual({ ...line, ...end });
  const view = viewPromotion(ended, zone);
  expect(view).toMatchObject({ ...end, reason: ending.reason, announcedAt: shown(20, "13:00:00") });
  expect(view.nextAction).toBe(codes["queue-full"].remedy);
  expect(view.waitingFor).toBeUndefined();
});

test("what a watch has measured and why it was rolled back are told with their times, each only where it is", () => {
  const soak = { since: NOW, until: NOW + 60_000, checks: 7, failures: 1, last: [] };
  const rollback = { cause: "person", by: "Olga", note: "slow", at: NOW + 5 } as const;
  const seconds = (ms: number) => `${(ms - NOW) / 1_000} s`;
  expect(describeWatch({ soak, rollback }, seconds)).toEqual({
    soak: { ...soak, since: "0 s", until: "60 s" },
    rollback: { ...rollback, at: "0.005 s" },
  });
  expect(describeWatch({}, seconds)).toEqual({ soak: undefined, rollback: undefined });
});

test("an outcome that a person must look at raises an alert by its own name, any other none", () => {
  expect([alertOf("halted"), alertOf("rolled-back"), alertOf("promoted"), alertOf("refused")]).toEqual([
    { code: "halted", message: "a promotion was halted: a person must act" },
    { code: "rolled-back", message: "a promotion was rolled back: review the release" },
    undefined,
    undefined,
  ]);
});
