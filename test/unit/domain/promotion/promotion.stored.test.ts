import { reason } from "../../../../src/domain/kernel/reason-codes";
import type { RequestOrigin } from "../../../../src/domain/kernel/swap-request";
import type { Ending, PromotionChange } from "../../../../src/domain/promotion/state";
import { play } from "../../../support/described-promotion";
import { NOW } from "../../../support/observations";
import {
  begun,
  glass,
  http,
  order,
  plan,
  planned,
  planning,
  planOf,
  registered,
  run,
  soak,
  watched,
} from "../../../support/stored-promotion";

const conclude = (over: Partial<Ending> = {}): PromotionChange => ({
  ...{ kind: "conclude", at: NOW + 9 },
  ending: { outcome: "promoted", reason: reason("promoted", "d"), ...over },
});

test("a break-glass is noted at the acceptance with its author and reason", () => {
  const note = (origin: RequestOrigin) => registered({}, origin).timeline[0]?.note;
  expect(note(glass)).toBe("break-glass by Rita: down");
  expect(note({ channel: "http", breakGlass: { reason: "down" } })).toBe("break-glass by ?: down");
  expect(note({ ...http, breakGlass: { reason: "y".repeat(200) } })).toHaveLength(100);
  expect(note(http)).toBeUndefined();
});

test("texts of a request and its origin that are too long are truncated", () => {
  const long = "y".repeat(700);
  const { request, origin } = registered(
    { reason: long, requestedBy: long },
    {
      channel: "http",
      principal: { oid: "o-1", name: long, application: true },
      breakGlass: { reason: long },
    },
  );
  expect([request.reason.length, request.requestedBy.length]).toEqual([600, 240]);
  expect(origin).toMatchObject({ channel: "http", principal: { oid: "o-1", application: true } });
  expect([origin.principal?.name.length, origin.breakGlass?.reason.length]).toEqual([80, 240]);
  expect(registered({}, { channel: "queue" }).origin).toEqual({ channel: "queue" });
});

test("a watch is stored with the open prerequisites of its plan, and truncated", () => {
  const after = play(planned, watched({ soak }));
  expect(after.soak).toEqual({ ...soak, last: [{ ...soak.last[0], detail: `${"y".repeat(79)}…` }] });
  expect(after.plan?.prerequisites.map(({ code }) => code)).toEqual(["platform-support"]);
  expect(after.rollback).toBeUndefined();
  expect(play(begun, watched({ soak })).plan).toBeUndefined();
});

test("the first order of a rollback stays, truncated, with the measurements before it", () => {
  const cut = { cause: "regression", by: `${"b".repeat(59)}…`, note: `${"n".repeat(159)}…`, at: NOW + 3 };
  const ordered = play(planned, watched({ soak }), watched({ rollback: order }));
  expect(ordered).toMatchObject({ rollback: cut, soak: { checks: 7 } });
  expect(ordered.rollback).not.toHaveProperty("id");
  expect(play(planned, watched({ soak, rollback: order }))).toMatchObject({
    rollback: cut,
    soak: { checks: 7 },
  });
  expect(play(planned, watched({ rollback: order })).soak).toBeUndefined();
  expect(play(ordered, watched({ rollback: { ...order, at: NOW + 9 } }))).toBe(ordered);
  expect(play(planned, watched({}))).toBe(planned);
});

test("an order by a person has an object id, and an order by the soak has none", () => {
  const of = (over: object) => play(planned, watched({ rollback: { ...order, ...over } })).rollback;
  expect(of({ oid: "o-9" })?.oid).toBe("o-9");
  expect(of({})?.oid).toBeUndefined();
});

test("a run that continues changes nothing, and nothing changes before a run begins", () => {
  const note: PromotionChange = {
    kind: "note-attempt",
    ...run,
    note: { at: NOW, n: 1, verdict: { kind: "busy" } },
  };
  expect(play(begun, { kind: "go-on", ...run })).toBe(begun);
  const fresh = registered();
  expect(play(fresh, note)).toBe(fresh);
});

test("a plan does not change after its swap", () => {
  for (const carriedOut of [play(planned, watched({ soak })), play(planned, watched({ rollback: order }))])
    expect(play(carriedOut, planning(planOf({ hash: "other" })))).toBe(carriedOut);
});

test("a plan is stored with evidence of 100 characters where met, and 240 otherwise", () => {
  const [first] = plan.prerequisites;
  const of = (verdict: "met" | "broken") => ({ ...first!, verdict, evidence: "y".repeat(300) });
  const kept = play(begun, planning(planOf({ prerequisites: [of("met"), of("broken")] })));
  expect(kept.plan?.prerequisites.map(({ evidence }) => evidence.length)).toEqual([100, 240]);
});

test("the difference from the previous plan is stored until another plan comes", () => {
  const other = planOf({
    hash: "h2",
    plannedAt: NOW + 1,
    incoming: { ...plan.incoming, version: "v".repeat(200) },
  });
  const changed = play(planned, planning(other));
  expect(planned.planChange).toBeUndefined();
  expect(changed.planChange).toMatch(/^shop-green: version v2 → v{100,}…$/);
  expect(changed.planChange).toHaveLength(160);
  const again = play(changed, planning({ ...other, plannedAt: NOW + 2 }));
  expect([again.plans, again.planChange]).toEqual([3, changed.planChange]);
});

test("a concluded plan loses its roles, probes, approvers and rollback outlook only", () => {
  expect(plan).toMatchObject({
    rollbackOutlook: { kind: "automatic" },
    incoming: { roles: [{ name: "Web" }] },
  });
  const kept = play(planned, conclude()).plan;
  const { probes: _probes, approval: _approval, ...policy } = plan.policy;
  expect(kept).toEqual({
    ...{ ...plan, policy, rollbackOutlook: undefined },
    incoming: { ...plan.incoming, roles: [] },
    outgoing: { ...plan.outgoing, roles: [] },
    prerequisites: plan.prerequisites.filter(({ verdict }) => verdict !== "met"),
  });
  expect(kept?.policy).not.toHaveProperty("probes");
  expect(kept?.policy).not.toHaveProperty("approval");
});

test("an attempt is stored with 64 characters of its correlation id, or without one", () => {
  const note = (correlationId?: string): PromotionChange => ({
    ...{ kind: "note-attempt", ...run, note: { at: NOW, n: 1, verdict: { kind: "busy", correlationId } } },
  });
  expect(play(begun, note("c".repeat(65))).attempts[0]?.verdict.correlationId).toBe(`${"c".repeat(63)}…`);
  expect(play(begun, note()).attempts).toEqual([{ at: NOW, n: 1, verdict: { kind: "busy" } }]);
});
