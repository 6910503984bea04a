import { codes, reason } from "../../../../src/domain/kernel/reason-codes";
import {
  composeHoldNews,
  composeProgress,
  describeWatch,
  sealEnding,
} from "../../../../src/domain/promotion/completion-event";
import type { CompletionEvent } from "../../../../src/domain/promotion/events";
import type { Ending, PromotionChange, PromotionState } from "../../../../src/domain/promotion/state";
import { begun, describedBusy, ending, eventful, planned, play } from "../../../support/described-promotion";
import { idOf, NOW, SHOP } from "../../../support/observations";
import * as stored from "../../../support/stored-promotion";

const time = (ms: number) => new Date(NOW + ms).toISOString();
const eventOf = (state: PromotionState, end: Ending) =>
  JSON.parse(sealEnding(state, end, NOW + 9).event) as CompletionEvent;
const brief = (side: "blue" | "green", version: string) => ({
  side,
  id: idOf(side),
  name: `shop-${side}`,
  version,
});

test("the completion event has request, outcome, phases, prerequisites and attempts", () => {
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

test("without a plan the event has no services, prerequisites, attempts or final read", () => {
  expect(eventOf(begun, ending).data).toMatchObject({
    ...{ incoming: null, outgoing: null, planHash: null, prerequisites: [], attempts: [], finalRead: null },
  });
});

test("an ending's own services and prerequisites replace those of the plan", () => {
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

test("a progress event has the request, the pair, the step and the time", () => {
  expect(
    composeProgress({ requestId: "r-1", pair: "shop" }, "swapped", "green holds production", NOW),
  ).toEqual({
    ...{ specversion: "1.0", id: `promotion-r-1-swapped-${NOW}`, source: "urn:cloud-service-swap" },
    ...{ type: "cloud-service-swap.promotion.progressed", subject: "pairs/shop/promotions/r-1" },
    ...{ time: time(0), datacontenttype: "application/json" },
    data: { requestId: "r-1", pair: "shop", step: "swapped", detail: "green holds production" },
  });
});

test("a watch and a rollback have times in the event, and only where they exist", () => {
  const soak = { since: NOW, until: NOW + 60_000, checks: 7, failures: 1, last: [] };
  const rollback = { cause: "person", by: "Olga", note: "slow", at: NOW + 5 } as const;
  const seconds = (ms: number) => `${(ms - NOW) / 1_000} s`;
  expect(describeWatch({ soak, rollback }, seconds)).toEqual({
    soak: { ...soak, since: "0 s", until: "60 s" },
    rollback: { ...rollback, at: "0.005 s" },
  });
  expect(describeWatch({}, seconds)).toEqual({ soak: undefined, rollback: undefined });
});

const eventAt = (state: PromotionState, over: Partial<Ending> = {}) =>
  eventOf(state, { outcome: "promoted", reason: reason("promoted", "d"), ...over });
const ask: PromotionChange = { kind: "ask-approval", ...stored.run, planHash: "hash", at: NOW };
const vote = (oid: string, comment: string): PromotionChange => ({
  ...{ kind: "vote", id: `v-${oid}`, planHash: "hash", application: false, roles: [] },
  vote: { oid, name: oid.toUpperCase(), decision: "approve", comment, at: NOW + 5 },
});

test("the completion event has every vote, its comment, and the decision", () => {
  const asked = play(stored.planned, ask, vote("a", "fine"));
  const described = { planHash: "hash", quorum: 2, asked: 1 };
  const one = {
    oid: "a",
    name: "A",
    decision: "approve",
    at: new Date(NOW + 5).toISOString(),
    comment: "fine",
  };
  expect(eventAt(asked).data.approvals).toEqual({ ...described, decision: "undecided", votes: [one] });
  const { comment: _comment, ...bare } = { ...one, oid: "b", name: "B" };
  expect(eventAt(play(asked, vote("b", ""))).data.approvals).toEqual({
    ...{ ...described, decision: "granted", votes: [one, bare] },
  });
  expect(eventAt(stored.planned).data.approvals).toBeUndefined();
});

test("the completion event has the break-glass reason and the ends of both chains", () => {
  expect(eventAt(stored.registered({}, stored.glass)).data.breakGlass).toEqual({
    oid: "o-1",
    name: "Rita",
    reason: "down",
  });
  expect(eventAt(stored.registered()).data.breakGlass).toBeUndefined();
  expect(
    eventAt(stored.registered({}, { channel: "http", breakGlass: { reason: "x" } })).data.breakGlass,
  ).toBeUndefined();
  const audit = { entries: 3, head: "x", policyHash: "p" };
  expect(eventAt({ ...stored.planned, audit }).data.audit).toEqual({ entries: 3, head: "x", pair: null });
  const pairAudit = { entries: 9, head: "y" };
  expect(eventAt({ ...stored.planned, audit }, { pairAudit }).data.audit?.pair).toEqual(pairAudit);
  expect(eventAt(stored.planned, { pairAudit }).data.audit).toBeUndefined();
});

test("the completion event has the soak, the rollback order and each direction", () => {
  const note = { at: NOW + 1, n: 2, direction: "rollback", verdict: { kind: "busy" } } as const;
  const { data } = eventAt(
    play(
      stored.planned,
      { kind: "note-attempt", ...stored.run, note },
      stored.watched({ soak: stored.soak, rollback: stored.order }),
    ),
  );
  expect(data).toMatchObject({
    soak: { checks: 7, since: new Date(NOW).toISOString() },
    rollback: { cause: "regression", at: new Date(NOW + 3).toISOString() },
    attempts: [{ n: 2, direction: "rollback" }],
  });
});

test("the completion event truncates its texts, and has the remedies", () => {
  const [first] = stored.plan.prerequisites;
  const broken = {
    ...first!,
    verdict: "broken" as const,
    evidence: "y".repeat(300),
    failure: "not-mutual",
    remedy: "as it was",
  } as const;
  const read = { id: "i", side: "green", observedAt: "t", version: "v".repeat(101) };
  const { data } = eventAt(stored.planned, {
    reason: { code: "promoted", detail: "y".repeat(700), remedy: "r" },
    prerequisites: [broken],
    finalRead: { incoming: read, outgoing: null },
  });
  expect([data.reason.detail.length, data.prerequisites[0]?.evidence.length]).toEqual([600, 240]);
  expect(data.prerequisites[0]?.remedy).toBe(codes["not-mutual"].remedy);
  expect(data.finalRead).toEqual({ incoming: { ...read, version: `${"v".repeat(99)}…` }, outgoing: null });
  const { version: _version, ...unversioned } = read;
  expect(
    eventAt(stored.planned, { finalRead: { incoming: null, outgoing: unversioned } }).data.finalRead,
  ).toEqual({
    ...{ incoming: null, outgoing: unversioned },
  });
});

test("an event of a question has the approvers, and an event of a hold the chain's end", () => {
  const requestedBy = { kind: "person", name: "Rita", oid: "o-1" } as const;
  const approvers = { planHash: "h", quorum: 2, approvers: "everybody", until: "t", requestedBy };
  const about = { requestId: "r-1", pair: "shop" };
  expect(composeProgress(about, "approval-requested", "d", NOW, approvers).data.approval).toEqual(approvers);
  const audit = { entries: 2, head: "x" };
  expect(
    composeHoldNews({ name: "shop", key: SHOP }, { id: "h-1" }, "hold-set", "incident 7", { at: NOW, audit }),
  ).toEqual({
    ...{ specversion: "1.0", id: `pair-shop-h-1-hold-set-${NOW}`, source: "urn:cloud-service-swap" },
    ...{ type: "cloud-service-swap.promotion.progressed", subject: "pairs/shop" },
    ...{ time: new Date(NOW).toISOString(), datacontenttype: "application/json" },
    data: {
      ...{ requestId: null, pair: "shop", pairKey: "shop", step: "hold-set", detail: "incident 7" },
      ...{ holdId: "h-1", audit },
    },
  });
  const of = composeHoldNews(
    { name: "shop", key: SHOP },
    { id: "h-1", requestId: "r-1" },
    "hold-released",
    "d",
    {
      at: NOW,
      audit,
    },
  );
  expect([of.subject, of.data.requestId]).toEqual(["pairs/shop/promotions/r-1", "r-1"]);
});
