import {
  askApproval,
  castVote,
  closeGate,
  type Gate,
  type Vote,
  VOTE_LAG_MS,
} from "../../../../src/domain/approval/gate";
import type { AuditNote } from "../../../../src/domain/audit/chain";
import { reason } from "../../../../src/domain/kernel/reason-codes";
import { decidePlan } from "../../../../src/domain/plan/planning";
import { auditChange, gateNotes } from "../../../../src/domain/promotion/audit";
import { register } from "../../../../src/domain/promotion/promotion";
import type { PromotionChange, PromotionState } from "../../../../src/domain/promotion/state";
import { aPair, aPolicy, aRequest, NOW } from "../../../support/observations";

/** What each decision writes into its chain, word for word. */
const digest = (text: string) => `#${text}`;
const time = (ms: number) => new Date(NOW + ms).toISOString();

describe("a gate's notes", () => {
  const ask = (quorum: number, planHash = "h", before?: Gate, at = NOW) =>
    askApproval(before, { planHash, rule: { quorum, deadlineMs: 1_000, validForMs: 500 }, at });
  const vote =
    (oid: string, at: number, over: Partial<Vote> = {}) =>
    (gate: Gate) =>
      castVote(gate, {
        ...{ id: `${oid}-${at}-${over.decision}`, planHash: "h", acting: false },
        vote: { oid, name: oid.toUpperCase(), decision: "approve", comment: "", at: NOW + at, ...over },
      });
  const asked: AuditNote = {
    ...{ at: time(0), what: "approval-asked", who: "the run", planHash: "h" },
    detail: `asks for 2 approvals until ${time(1_000)}`,
  };
  const gate = ask(2);

  test("have each question once, with its quorum and its deadline", () => {
    expect(gateNotes(undefined, gate)).toEqual([asked]);
    expect(gateNotes(undefined, ask(1))).toMatchObject([
      { detail: expect.stringMatching(/ 1 approval until/) },
    ]);
    expect(gateNotes(gate, ask(2, "h2", gate, NOW + 5))).toEqual([
      { ...asked, at: time(5), planHash: "h2", detail: `asks for 2 approvals until ${time(1_005)}` },
    ]);
  });

  test("are empty without a question or a change", () => {
    expect([gateNotes(undefined, undefined), gateNotes(gate, gate), gateNotes(gate, undefined)]).toEqual([
      [],
      [],
      [],
    ]);
  });

  test("have each vote once, with its comment, and again when it changes", () => {
    const one = vote("a", 10, { comment: "fine" })(gate);
    const described = {
      at: time(10),
      what: "voted",
      who: "A",
      oid: "a",
      planHash: "h",
      detail: "approve: fine",
    };
    expect(gateNotes(gate, one)).toEqual([described]);
    const no = vote("b", 20, { decision: "reject" })(one);
    expect(gateNotes(one, no)).toEqual([
      { ...described, at: time(20), who: "B", oid: "b", detail: "reject" },
      { at: time(20), what: "approval-decided", who: "the run", planHash: "h", detail: "rejected by B" },
    ]);
    const other = vote("a", 10, { decision: "reject", comment: "no" })(one);
    expect(gateNotes(one, other)[0]).toEqual({ ...described, detail: "reject: no" });
    const [{ at, ...first }] = one.votes as [Vote];
    expect(gateNotes(one, { ...one, votes: [{ ...first, at: at + 1 }] })).toMatchObject([{ at: time(11) }]);
    expect(gateNotes(one, { ...one, votes: [{ ...first, at, oid: "c" }] })).toMatchObject([{ oid: "c" }]);
  });

  test("have each decision once, and again when it changes", () => {
    const granted = vote("b", 20)(vote("a", 10)(gate));
    const decided = { what: "approval-decided", detail: "approved: 2 of 2 approvals (A, B)", at: time(20) };
    expect(gateNotes(vote("a", 10)(gate), granted)).toMatchObject([{ what: "voted" }, decided]);
    expect(gateNotes(granted, { ...granted })).toEqual([]);
    expect(gateNotes(undefined, granted).map(({ what }) => what)).toEqual([
      ...["approval-asked", "voted", "voted", "approval-decided"],
    ]);
    const no = vote("c", 20, { decision: "reject" })(granted);
    expect(gateNotes(granted, no)).toMatchObject([
      { what: "voted" },
      { detail: "rejected by C", at: time(20) },
    ]);
    const earlier = vote("d", 15, { decision: "reject" })(granted);
    expect(gateNotes(no, { ...no, decision: earlier.decision })).toMatchObject([
      { what: "approval-decided", at: time(15) },
    ]);
    const closed = closeGate(gate, NOW + 1_000 + VOTE_LAG_MS);
    expect(gateNotes(gate, closed)).toMatchObject([
      { at: time(1_000), detail: "expired: 0 of 2 approvals by the deadline" },
    ]);
  });
});

describe("a promotion's notes", () => {
  const asked = { request: aRequest(), policy: aPolicy(), observed: aPair(), now: NOW, digest };
  const verdict = decidePlan(asked);
  if (verdict.kind !== "planned") throw new Error(verdict.kind);
  const { plan } = verdict;
  const runId = "run";
  const fresh = register(undefined, {
    ...{ requestId: "r-1", contentHash: "c", request: aRequest(), at: NOW },
    origin: { channel: "http", principal: { oid: "o-1", name: "Ada" } },
  });
  const play = (state: PromotionState, ...changes: readonly PromotionChange[]) =>
    changes.reduce((before, change) => auditChange(before, change, digest).state, state);
  const notes = (state: PromotionState, change: PromotionChange) =>
    auditChange(state, change, digest).entries.map(({ n: _n, hash: _hash, ...rest }) => rest);
  const begun = play(fresh, { kind: "begin", runId, at: NOW });
  const planning: PromotionChange = { kind: "plan", runId, plan, at: NOW };
  const planned = play(begun, { kind: "enter", runId, phase: "planning", at: NOW }, planning);
  const bound = { planHash: plan.hash, policyHash: planned.audit?.policyHash, who: "the run" };
  const attempt = (n: number, over: { direction?: "rollback" } = {}): PromotionChange => ({
    ...{
      kind: "note-attempt",
      runId,
      note: { at: NOW + n, n, verdict: { kind: "accepted", correlationId: "c" }, ...over },
    },
  });
  const order = { id: "o", cause: "person", by: "Olga", oid: "o-2", note: "slow", at: NOW + 3 } as const;

  test("have the acceptance with requester, reason and content hash", () => {
    expect(notes(fresh, { kind: "begin", runId, at: NOW })).toEqual([
      {
        at: time(0),
        what: "accepted",
        who: 'Ada, who declares "Rita"',
        oid: "o-1",
        detail: "because",
        contentHash: "c",
      },
    ]);
  });

  test("have a plan with the services it exchanges, and each new plan", () => {
    expect(planned.audit?.policyHash).toContain('"name":"shop"');
    const what = { ...bound, at: time(0), what: "planned" };
    expect(notes(begun, planning)).toEqual([
      { ...what, detail: "shop-green v2 takes production from shop-blue v1" },
    ]);
    const bare = {
      ...plan,
      plannedAt: NOW + 5,
      incoming: { ...plan.incoming, version: undefined },
      outgoing: { ...plan.outgoing, version: undefined },
    };
    expect(notes(planned, { kind: "plan", runId, plan: bare, at: NOW })).toEqual([
      { ...what, at: time(5), detail: "shop-green  takes production from shop-blue " },
    ]);
  });

  test("have each attempt once, in both directions, with its correlation id", () => {
    const described = { ...bound, what: "attempted", correlationId: "c" };
    expect(notes(planned, attempt(1))).toEqual([
      { ...described, at: time(1), detail: "forward 1: accepted" },
    ]);
    const one = play(planned, attempt(1));
    expect(notes(one, attempt(1))).toEqual([]);
    expect(notes(one, attempt(2, { direction: "rollback" }))).toEqual([
      { ...described, at: time(2), detail: "rollback 2: accepted" },
    ]);
  });

  test("have the author and the reason of a rollback, once", () => {
    const ordering: PromotionChange = { kind: "watched", runId, rollback: order };
    expect(notes(planned, ordering)).toEqual([
      { ...bound, at: time(3), what: "rollback-ordered", who: "Olga", oid: "o-2", detail: "person: slow" },
    ]);
    const ordered = play(planned, ordering);
    expect(notes(ordered, attempt(1, { direction: "rollback" })).map(({ what }) => what)).toEqual([
      "attempted",
    ]);
  });

  test("end with the conclusion, its outcome, code and detail", () => {
    const ending = { outcome: "promoted", reason: reason("promoted", "d") } as const;
    const conclude: PromotionChange = { kind: "conclude", runId, ending, at: NOW + 9 };
    expect(notes(planned, conclude)).toEqual([
      { ...bound, at: time(9), what: "concluded", outcome: "promoted", code: "promoted", detail: "d" },
    ]);
    const over = play(planned, conclude);
    expect(auditChange(over, { kind: "announced", at: NOW + 10 }, digest)).toEqual({
      state: { ...over, announcedAt: NOW + 10, revision: over.revision + 1 },
      entries: [],
    });
  });

  test("have no plan before there is one, and no policy that was not hashed", () => {
    const ending = { outcome: "expired", reason: reason("queue-full", "d") } as const;
    const [end] = notes(begun, { kind: "conclude", ending, at: NOW });
    expect(end).toEqual({
      ...{
        at: time(0),
        what: "concluded",
        who: "the run",
        outcome: "expired",
        code: "queue-full",
        detail: "d",
      },
    });
    const over = play(begun, { kind: "conclude", ending, at: NOW });
    expect([begun.audit?.policyHash, over.audit?.policyHash]).toEqual([undefined, undefined]);
  });

  test("begin with the acceptance, even when an older chain is missing", () => {
    const [first, second] = notes({ ...planned, audit: undefined }, attempt(1));
    expect([first?.what, second?.what]).toEqual(["accepted", "attempted"]);
    expect(first?.planHash).toBeUndefined();
  });

  test("keep the hash of the planned policy, even when the record keeps less of it", () => {
    const less = { ...planned, plan: { ...plan, policy: { ...plan.policy, versionTag: "" } } };
    expect(notes(less, attempt(1))).toMatchObject([{ policyHash: bound.policyHash }]);
    const later = play(less, { kind: "enter", runId, phase: "queued", at: NOW });
    expect(later.audit?.policyHash).toBe(bound.policyHash);
  });

  test("are empty for a change without a decision", () => {
    const enter: PromotionChange = { kind: "enter", runId, phase: "queued", at: NOW };
    expect(notes(play(planned, attempt(1)), enter)).toEqual([]);
  });

  test("are truncated to 120 characters of a name and 300 of a detail", () => {
    const long = "y".repeat(500);
    const origin = {
      channel: "http",
      principal: { oid: "o", name: long },
      breakGlass: { reason: long },
    } as const;
    const described = notes(
      { ...fresh, request: aRequest({ reason: long }), origin },
      { kind: "begin", runId, at: NOW },
    );
    expect(described.map((each) => [each.who.length, each.detail?.length, each.breakGlass?.length])).toEqual([
      [120, 300, 300],
    ]);
  });
});
