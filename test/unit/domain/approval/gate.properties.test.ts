import fc from "fast-check";
import {
  askApproval,
  type Ballot,
  castVote,
  closeGate,
  type Gate,
  receiptOf,
  VOTE_LAG_MS,
} from "../../../../src/domain/approval/gate";
import { NOW } from "../../../support/observations";
import { runs } from "../../../support/runs";

/** The gate under every order of arrival: lateness and reordering may close it, never open it. */
const rule = { quorum: 2, deadlineMs: 100, validForMs: 50 };
const ask = (quorum: number) => askApproval(undefined, { planHash: "h", rule: { ...rule, quorum }, at: NOW });

const quorum = fc.integer({ min: 1, max: 3 });
const ballot = fc
  .record({
    oid: fc.constantFrom("a", "b", "c", "d", "e"),
    decision: fc.constantFrom("approve" as const, "approve" as const, "approve" as const, "reject" as const),
    at: fc.integer({ min: 0, max: 120 }),
    planHash: fc.constantFrom("h", "h", "h", "old"),
    barred: fc.constantFrom(undefined, undefined, undefined, "no"),
  })
  .map(({ oid, decision, at, planHash, barred }): Omit<Ballot, "id"> => ({
    vote: { oid, name: oid, decision, comment: "", at: NOW + at },
    planHash,
    barred,
    acting: false,
  }));
const ballots = fc
  .array(ballot, { maxLength: 8 })
  .map((list) => list.map((each, i): Ballot => ({ ...each, id: `v${i}` })));
const play = (gate: Gate, list: readonly Ballot[]) => list.reduce(castVote, gate);
const inReceiptOrder = (list: readonly Ballot[]) =>
  [...list].sort((a, b) => a.vote.at - b.vote.at || (a.vote.decision === "reject" ? -1 : 1));

/** Written down apart from the product: distinct approvers in time, before any rejection in time. */
function mayBeGranted(list: readonly Ballot[], needed: number): boolean {
  const valid = list.filter((b) => b.planHash === "h" && b.barred === undefined && b.vote.at < NOW + 100);
  return new Set(valid.filter((b) => b.vote.decision === "approve").map((b) => b.vote.oid)).size >= needed;
}

test("late or reordered votes never grant what votes in order of receipt would not", () => {
  const permuted = ballots.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray([...list], { minLength: list.length })),
  );
  fc.assert(
    fc.property(permuted, quorum, ([list, shuffled], needed) => {
      const ordered = play(ask(needed), inReceiptOrder(list)).decision?.kind;
      const { decision, votes } = play(ask(needed), shuffled);
      const found = decision?.kind;
      // Whichever came last, it is dated by the vote that was received last.
      if (found === "granted") expect(decision?.at).toBe(Math.max(...votes.map(({ at }) => at)));
      if (found === "granted") expect([ordered, mayBeGranted(list, needed)]).toEqual(["granted", true]);
      if (ordered === "granted") expect(["granted", "rejected"]).toContain(found);
      if (ordered === "rejected") expect(found).toBe("rejected");
    }),
    { numRuns: runs(2_000) },
  );
});

test("the deadline and a vote in one batch have one result in either order", () => {
  const closing = fc.integer({ min: 0, max: VOTE_LAG_MS - 1 }).map((late) => NOW + 100 + late);
  fc.assert(
    fc.property(ballots, ballot, closing, quorum, (before, one, at, needed) => {
      const gate = play(ask(needed), before);
      const late: Ballot = { ...one, id: "late" };
      const voteFirst = closeGate(castVote(gate, late), at);
      const deadlineFirst = castVote(closeGate(gate, at), late);
      expect(deadlineFirst).toEqual(voteFirst);
    }),
    { numRuns: runs(300) },
  );
});

test("each voter counts once, a rejection stands, every vote has a receipt", () => {
  fc.assert(
    fc.property(ballots, quorum, (list, needed) => {
      list.reduce((gate, each) => {
        const next = castVote(gate, each);
        expect(new Set(next.votes.map((v) => v.oid)).size).toBe(next.votes.length);
        expect(next.votes.length).toBeLessThanOrEqual(needed + 1);
        expect(receiptOf(next, each.id)).toBeDefined();
        expect(castVote(next, each)).toBe(next);
        if (gate.decision?.kind === "rejected") expect(next.decision).toEqual(gate.decision);
        const hasRejection = next.votes.some((v) => v.decision === "reject");
        expect(hasRejection).toBe(next.decision?.kind === "rejected");
        return next;
      }, ask(needed));
    }),
    { numRuns: runs(300) },
  );
});
