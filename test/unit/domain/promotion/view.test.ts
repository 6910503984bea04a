import { codes } from "../../../../src/domain/kernel/reason-codes";
import { viewRollbackOutlook } from "../../../../src/domain/plan/rollback-outlook";
import { changePromotion } from "../../../../src/domain/promotion/promotion";
import type { PromotionChange } from "../../../../src/domain/promotion/state";
import { summarisePromotion, viewPromotion } from "../../../../src/domain/promotion/view";
import {
  begun,
  busy,
  conclude,
  describedBusy,
  ending,
  eventful,
  fresh,
  planned,
  play,
} from "../../../support/described-promotion";
import { aRequest, idOf, NOW } from "../../../support/observations";
import * as stored from "../../../support/stored-promotion";

const time = (ms: number) => new Date(NOW + ms).toISOString();
const brief = (side: "blue" | "green", version: string) => ({
  side,
  id: idOf(side),
  name: `shop-${side}`,
  version,
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

test("a promotion under way shows its wait and its next step", () => {
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

test("the view has the end of the audit chain, without its internal fields", () => {
  const audit = { entries: 3, head: "h", policyHash: "p" };
  expect(viewPromotion({ ...eventful, audit }, zone).audit).toEqual({ entries: 3, head: "h" });
  expect(viewPromotion(eventful, zone).audit).toBeUndefined();
});

test("a new promotion shows that it is planned next", () => {
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

test("an ended promotion shows its reason and remedy, and no wait", () => {
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

test("the view has the break-glass, the time and the irreversibility of a request", () => {
  const view = viewPromotion(stored.registered({ notBefore: NOW, irreversible: true }, stored.glass), "UTC");
  expect(view).toMatchObject({
    breakGlass: { by: "Rita", oid: "o-1", reason: "down" },
    notBefore: { utc: new Date(NOW).toISOString() },
    irreversible: true,
  });
  const bare = viewPromotion(stored.registered(), "UTC");
  expect([bare.breakGlass, bare.notBefore, bare.irreversible]).toEqual([undefined, undefined, undefined]);
  const anonymous = stored.registered({}, { channel: "http", breakGlass: { reason: "x" } });
  expect(viewPromotion(anonymous, "UTC").breakGlass).toEqual({ by: undefined, oid: undefined, reason: "x" });
});

test("the view has the soak and the rollback, with their times", () => {
  const view = viewPromotion(
    play(stored.planned, stored.watched({ soak: stored.soak, rollback: stored.order })),
    "UTC",
  );
  const shown = (ms: number) => ({ utc: new Date(NOW + ms).toISOString() });
  expect(view.soak).toMatchObject({ checks: 7, since: shown(0), until: shown(60_000) });
  expect(view.rollback).toMatchObject({ cause: "regression", at: shown(3) });
});

test("the view counts what was left out, and has the rollback outlook of its plan", () => {
  const many = Array.from({ length: 30 }, (_, n): PromotionChange[] => [
    { kind: "enter", ...stored.run, phase: "planning", at: NOW, note: String(n) },
    {
      kind: "note-attempt",
      ...stored.run,
      note: { at: NOW, n, direction: "rollback", verdict: { kind: "busy" } },
    },
  ]).flat();
  const view = viewPromotion(play(stored.planned, ...many), "UTC");
  const omitted = (list: readonly { omitted?: number }[]) =>
    list.reduce((sum, each) => sum + (each.omitted ?? 0), 0);
  expect([omitted(view.timeline), omitted(view.attempts)]).toEqual([31 - 24, 30 - 4]);
  expect(view.attempts[0]?.direction).toBe("rollback");
  expect(view.plan?.rollbackOutlook?.kind).toBe("automatic");
});
