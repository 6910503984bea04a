import {
  archived,
  askApproval,
  type Ballot,
  castVote,
  closeGate,
  type Gate,
  isGranted,
  receiptOf,
  describeDecision,
  viewOfGate,
  type Vote,
  VOTE_LAG_MS,
  whatCameOf,
} from "../../../../src/domain/approval/gate";
import type { ApprovalRule } from "../../../../src/domain/approval/rule";
import { NOW } from "../../../support/observations";

const rule = (over: Partial<ApprovalRule> = {}): ApprovalRule => ({
  ...{ quorum: 2, deadlineMs: 1_000, validForMs: 500 },
  ...over,
});
const ask = (over: Partial<ApprovalRule> = {}) =>
  askApproval(undefined, { planHash: "h", rule: rule(over), at: NOW });
let votes = 0;
function ballot(oid: string, at: number, over: Partial<Vote> & Partial<Ballot> = {}): Ballot {
  const { planHash = "h", barred, acting = false, ...vote } = over;
  return {
    id: `vote-${++votes}`,
    vote: {
      ...{ oid, name: oid.toUpperCase(), decision: "approve", comment: "" },
      ...vote,
      at: NOW + at,
    },
    planHash,
    barred,
    acting,
  };
}
const cast = (gate: Gate, ...ballots: readonly Ballot[]) => ballots.reduce(castVote, gate);
const last = (gate: Gate) => gate.receipts.at(-1);

test("the quorum grants at the last approval needed, for its validity and its plan", () => {
  const one = cast(ask(), ballot("a", 10));
  expect([one.decision, describeDecision(one), last(one)?.answer]).toEqual([
    ...[undefined, "1 of 2 approvals (A)", "counted"],
  ]);
  const two = cast(one, ballot("b", 20));
  expect(two.decision).toEqual({ kind: "granted", at: NOW + 20, validUntil: NOW + 520 });
  expect(describeDecision(two)).toBe("approved: 2 of 2 approvals (A, B)");
  expect([
    isGranted(two, "h", NOW + 519),
    isGranted(two, "h", NOW + 520),
    isGranted(two, "other", NOW + 30),
    isGranted(one, "h", NOW + 30),
    isGranted(undefined, "h", NOW),
  ]).toEqual([true, false, false, false, false]);
});

test("a grant has the time of the latest receipt among its approvals", () => {
  const arrivals = [
    [ballot("a", 10), ballot("b", 20), ballot("c", 15)],
    [ballot("b", 20), ballot("a", 10), ballot("c", 15)],
    [ballot("c", 15), ballot("b", 20), ballot("a", 10)],
  ];
  for (const list of arrivals)
    expect(cast(ask({ quorum: 3 }), ...list).decision).toEqual({
      ...{ kind: "granted", at: NOW + 20, validUntil: NOW + 520 },
    });
  const [late] = arrivals[1]!;
  const granted = cast(ask(), late!, ballot("a", 10));
  expect(cast(granted, ballot("d", 15, { decision: "reject" })).decision?.kind).toBe("rejected");
});

test("one rejection ends the question, and nothing counts afterwards", () => {
  const no = cast(ask(), ballot("a", 10), ballot("b", 20, { decision: "reject", comment: "too early" }));
  expect([no.decision?.kind, describeDecision(no)]).toEqual(["rejected", "rejected by B: too early"]);
  const after = cast(no, ballot("c", 5));
  expect([after.decision, last(after)]).toMatchObject([no.decision, { answer: "too-late" }]);
});

test("a late rejection changes nothing after a rejection or an expiry", () => {
  const early = ballot("c", 5, { decision: "reject" });
  const no = cast(ask(), ballot("a", 10, { decision: "reject" }));
  const closed = closeGate(ask(), NOW + 1_000 + VOTE_LAG_MS);
  for (const gate of [no, closed])
    expect(cast(gate, early)).toEqual({
      ...gate,
      receipts: [...gate.receipts, { id: early.id, answer: "too-late", detail: describeDecision(gate) }],
    });
});

test("a person has one vote and may change it before the quorum", () => {
  const same = cast(ask(), ballot("a", 10), ballot("A", 11));
  expect([same.votes.length, last(same)?.answer]).toEqual([1, "already-counted"]);
  const changed = cast(same, ballot("a", 12, { decision: "reject" }));
  expect([changed.votes.length, changed.decision?.kind]).toEqual([1, "rejected"]);
  const granted = cast(ask(), ballot("a", 10), ballot("b", 20));
  const late = cast(granted, ballot("a", 21, { decision: "reject" }));
  expect([late.decision?.kind, last(late)?.answer]).toEqual(["granted", "too-late"]);
  expect(last(cast(granted, ballot("b", 30)))?.answer).toBe("already-counted");
  expect(last(cast(granted, ballot("c", 1)))?.answer).toBe("too-late");
});

test("a vote that is delivered twice is one vote with one receipt", () => {
  const vote = ballot("a", 10);
  const once = cast(ask(), vote);
  expect(cast(once, vote)).toBe(once);
  expect(receiptOf(once, vote.id)?.answer).toBe("counted");
});

test("the effect of a vote is known even after its receipt is gone", () => {
  const first = ballot("a", 10);
  const gate = cast(ask(), first, ...[1, 2, 3, 4, 5].map((n) => ballot("a", 10 + n)));
  expect(receiptOf(gate, first.id)).toBeUndefined();
  const answers = [first.id, "evicted"].map((id) => whatCameOf(gate, id, first.vote)?.answer);
  expect(answers).toEqual(["counted", "already-counted"]);
  expect(whatCameOf(gate, "x", ballot("b", 1).vote)).toBeUndefined();
  expect(whatCameOf(undefined, "x", first.vote)).toBeUndefined();
});

test("a vote for another plan, or one that is not allowed, only leaves a receipt", () => {
  const gate = ask();
  const stale = cast(gate, ballot("a", 10, { planHash: "old" }));
  const barred = cast(gate, ballot("a", 10, { barred: "applications never approve" }));
  expect([stale.votes, last(stale)?.answer]).toEqual([[], "stale-plan"]);
  expect([barred.votes, last(barred)]).toMatchObject([
    [],
    { answer: "not-allowed", detail: "applications never approve" },
  ]);
});

test("a vote received in time counts after the deadline, until the gate is closed", () => {
  const gate = cast(ask(), ballot("a", 10));
  expect(last(cast(gate, ballot("b", 1_000)))?.answer).toBe("too-late");
  const inTime = cast(gate, ballot("b", 999));
  expect(inTime.decision?.kind).toBe("granted");
  const closing = NOW + 1_000 + VOTE_LAG_MS;
  expect(closeGate(gate, closing - 1)).toBe(gate);
  const closed = closeGate(gate, closing);
  expect(describeDecision(closed)).toBe("expired: 1 of 2 approvals by the deadline");
  expect(cast(closed, ballot("b", 999)).decision?.kind).toBe("expired");
  expect(closeGate(inTime, closing)).toBe(inTime);
});

test("a late rejection that was received before the quorum counts until a swap runs", () => {
  const granted = cast(ask(), ballot("a", 10), ballot("b", 20));
  const no = (at: number, acting = false) =>
    cast(granted, ballot("c", at, { decision: "reject", acting })).decision?.kind;
  expect([no(19), no(20), no(21), no(19, true)]).toEqual(["rejected", "rejected", "granted", "granted"]);
});

test("an approval that arrives after its author's newer vote changes nothing", () => {
  const late = cast(ask(), ballot("a", 20, { decision: "reject" }), ballot("a", 10));
  expect([late.decision?.kind, last(late)?.answer]).toEqual(["rejected", "too-late"]);
});

test("the same plan is asked about again only when its grant has lapsed", () => {
  const granted = cast(ask(), ballot("a", 10), ballot("b", 20));
  const again = (at: number) => askApproval(granted, { planHash: "h", rule: rule(), at: NOW + at });
  expect(again(519)).toBe(granted);
  const waiting = ask();
  expect(askApproval(waiting, { planHash: "h", rule: rule(), at: NOW + 5 })).toBe(waiting);
  expect(again(520)).toMatchObject({ asked: 2, votes: [], askedAt: NOW + 520 });
  expect(again(520).decision).toBeUndefined();
});

test("another plan voids the votes and is asked about, twice at most", () => {
  const of = (gate: Gate, planHash: string, at: number) =>
    askApproval(gate, { planHash, rule: rule(), at: NOW + at });
  const second = of(cast(ask(), ballot("a", 10)), "h2", 20);
  expect(second).toMatchObject({ asked: 2, votes: [], until: NOW + 1_020, planHash: "h2" });
  const third = of(second, "h3", 30);
  const fourth = of(third, "h4", 40);
  expect([third.decision, fourth.decision?.kind, fourth.asked]).toEqual([undefined, "expired", 3]);
  expect(of(fourth, "h5", 50)).toBe(fourth);
});

test("the question never outlives the request", () => {
  const question = { planHash: "h", rule: rule(), at: NOW, expiresAt: NOW + 7 };
  expect(askApproval(undefined, question).until).toBe(NOW + 7);
});

test("a question has a quorum, a deadline and a validity, and keeps earlier receipts", () => {
  const first = cast(ask({ quorum: 3 }), ballot("a", 10));
  expect(first).toMatchObject({ quorum: 3, askedAt: NOW, until: NOW + 1_000, validForMs: 500, asked: 1 });
  const again = askApproval(first, { planHash: "h2", rule: rule(), at: NOW + 5 });
  expect(again.receipts).toEqual(first.receipts);
});

test("a plan that keeps changing ends the questions for good, and says why", () => {
  const at = NOW + 9;
  const end = askApproval(
    { ...cast(ask(), ballot("a", 10)), asked: 3 },
    { planHash: "h4", rule: rule(), at },
  );
  expect([end.planHash, end.votes, end.decision]).toEqual([
    ...["h4", []],
    { kind: "expired", at, detail: "asked 3 times: the plan kept changing, or its approvals lapsed" },
  ]);
});

test("a rejection is not asked about again, not even for another plan", () => {
  const no = cast(ask(), ballot("a", 10, { decision: "reject" }));
  expect(askApproval(no, { planHash: "h2", rule: rule(), at: NOW + 20 })).toBe(no);
});

test("the state of the gate reads as a sentence", () => {
  expect(describeDecision(ask({ quorum: 1 }))).toBe("0 of 1 approval");
  const no = cast(ask(), ballot("a", 10), ballot("b", 20, { decision: "reject" }));
  expect(describeDecision(no)).toBe("rejected by B");
  expect(describeDecision({ ...no, votes: [] })).toBe("rejected by an approver");
});

test("the view of a gate has its times and its decision; an archived gate two receipts", () => {
  const granted = cast(ask(), ballot("a", 10), ballot("b", 20), ballot("c", 30));
  const { decision, receipts } = granted;
  const detail = "approved: 2 of 2 approvals (A, B)";
  expect(viewOfGate(granted)).toEqual({ askedAt: NOW, until: NOW + 1_000, decision, detail });
  expect(archived(granted)).toEqual({ ...granted, votes: [], receipts: receipts.slice(1) });
});

test("a vote keeps its ballot's id; its name, comment and receipt are truncated", () => {
  const long = ballot("a", 10, { name: "n".repeat(41), comment: "c".repeat(101) });
  const [vote] = cast(ask(), long).votes;
  expect([vote?.id, vote?.name.length, vote?.comment.length]).toEqual([long.id, 40, 100]);
  const gate = cast(ask(), ...[1, 2, 3, 4, 5].map((n) => ballot("x", n, { barred: `${n}`.repeat(121) })));
  expect(gate.receipts.map(({ detail }) => [detail[0], detail.length])).toEqual(
    ["2", "3", "4", "5"].map((n) => [n, 120]),
  );
});

test("a vote that does not count says why: deadline, other plan or decision", () => {
  const described = (gate: Gate, ...ballots: readonly Ballot[]) => last(cast(gate, ...ballots))?.detail;
  expect(described(ask(), ballot("a", 1_000))).toBe("the deadline is past");
  expect(described(ask(), ballot("a", 1, { planHash: "old" }))).toBe("");
  const granted = cast(ask(), ballot("a", 10), ballot("b", 20));
  expect(described(granted, ballot("b", 30))).toBe("approved: 2 of 2 approvals (A, B)");
  expect(described(granted, ballot("c", 30))).toBe("approved: 2 of 2 approvals (A, B)");
  expect(described(ask(), ballot("a", 10))).toBe("1 of 2 approvals (A)");
});

test("a rejection counts even when it was received before its author's approval", () => {
  const back = cast(ask(), ballot("a", 20), ballot("a", 10, { decision: "reject" }));
  expect([back.votes.length, back.decision]).toEqual([1, { kind: "rejected", at: NOW + 10 }]);
});

test("at the same instant a rejection counts before an approval", () => {
  const [yes, no] = [ballot("a", 10), ballot("b", 10, { decision: "reject" })];
  const kinds = [
    [yes, no],
    [no, yes],
  ].map((ballots) => cast(ask({ quorum: 1 }), ...ballots).decision?.kind);
  expect(kinds).toEqual(["rejected", "rejected"]);
});

test("the effect of a vote without a receipt describes the state of the gate", () => {
  const a = ballot("a", 10);
  const gate = { ...cast(ask(), a), receipts: [] };
  expect(whatCameOf(gate, a.id, a.vote)).toEqual({
    ...{ id: a.id, answer: "counted", detail: "1 of 2 approvals (A)" },
  });
  expect(whatCameOf(gate, "x", { ...a.vote, oid: "A" })?.answer).toBe("already-counted");
  expect(whatCameOf(gate, "x", { ...a.vote, decision: "reject" })).toBeUndefined();
});
