import fc from "fast-check";
import { reason } from "../../../../src/domain/kernel/reason-codes";
import { applyToPair, viewOf } from "../../../../src/domain/pair/operations";
import { emptyPair, type PairOperation, type PairState } from "../../../../src/domain/pair/pair";
import { runs } from "../../../support/runs";
import { play } from "../../../support/pair-operations";

/** After a lost attempt one more is made at most, however often the lease is given back in between. */
const at = 1;
const requestId = "a";

const stand: PairOperation = { kind: "enqueue", requestId, at, maxQueued: 9, whenBusy: "wait" };
const take: PairOperation = { kind: "acquire-lease", requestId, at };
const registered = play(emptyPair, { kind: "register", requestId, at }, stand, take);
const claimOf = ({ lease }: PairState, nonce: string): PairOperation => ({
  ...{
    kind: "claim",
    requestId,
    direction: "forward",
    n: (lease?.closed ?? 0) + 1,
    nonce,
    planHash: "h",
    at,
  },
  epoch: lease?.epoch ?? 0,
});
const lost = (nonce: string): PairOperation => ({
  ...{ kind: "close", requestId, nonce, proof: { kind: "no-effect", detail: "" }, at },
});
const releaseLease = ({ epoch }: PairState): PairOperation => ({
  kind: "release-lease",
  requestId,
  epoch,
  at,
});
const aside: PairOperation = { kind: "leave-queue", requestId, at };

test("a new lease of the same promotion still counts the lost attempt", () => {
  const once = play(registered, claimOf(registered, "n-1"), lost("n-1"));
  const again = play(once, releaseLease(once), take);
  expect(again.lease).toMatchObject({ epoch: 2, closed: 0, unknowns: 1 });
});

test("a promotion that leaves the queue or releases the lease still counts it too", () => {
  const once = play(registered, claimOf(registered, "n-1"), lost("n-1"));
  expect(play(once, aside, stand, take).lease).toMatchObject({ epoch: 2, unknowns: 1 });
  expect(play(once, releaseLease(once), aside, stand, take).lease).toMatchObject({ epoch: 2, unknowns: 1 });
});

test("a lost attempt counts for its own promotion only", () => {
  const both = play(
    emptyPair,
    ...["b", requestId].map((each) => ({ kind: "register", requestId: each, at }) as const),
  );
  const begun = play(both, stand, take);
  expect(play(begun, releaseLease(begun)).registered).toStrictEqual(both.registered);
  const once = play(begun, claimOf(begun, "n-1"), lost("n-1"));
  const given = play(once, releaseLease(once), aside);
  expect(given.registered).toEqual([
    { requestId: "b", at },
    { requestId, at, unknowns: 1 },
  ]);
  const other = { ...stand, requestId: "b" } as PairOperation;
  expect(play(given, other, { ...take, requestId: "b" }).lease).toMatchObject({
    unknowns: 0,
  });
  expect(play(given, stand, take).lease).toMatchObject({ holder: requestId, unknowns: 1 });
});

test("after two lost attempts the pair grants no third, in this lease or a later one", () => {
  const once = play(registered, claimOf(registered, "n-1"), lost("n-1"));
  const again = play(once, releaseLease(once), take);
  const twice = play(again, claimOf(again, "n-2"), lost("n-2"));
  expect(applyToPair(twice, claimOf(twice, "n-3")).answer).toBe("attempts-exhausted");
  const later = play(twice, releaseLease(twice), take);
  expect(applyToPair(later, claimOf(later, "n-4")).answer).toBe("attempts-exhausted");
});

test("lost attempts of a forward swap do not count against its rollback", () => {
  const once = play(registered, claimOf(registered, "n-1"), lost("n-1"));
  const done = play(once, claimOf(once, "n-2"), {
    ...{ kind: "close", requestId, nonce: "n-2", proof: { kind: "done", detail: "" }, at },
  });
  expect(done.lease).toMatchObject({ unknowns: 0, swapped: { direction: "forward" } });
});

const steps = [
  "attempt-lost",
  "attempt-busy",
  "release-lease",
  "leave-queue",
  "hold",
  "somebody-else",
] as const;
type Step = (typeof steps)[number];
const step = fc.constantFrom<Step>(...steps);

/** One step of a promotion that is stubborn, as a run would take it. */
function taken(state: PairState, what: Step, i: number): PairState {
  const nonce = `n-${i}`;
  switch (what) {
    case "release-lease":
      return play(state, releaseLease(state), take);
    case "leave-queue":
      return play(state, aside, stand, take);
    case "hold": {
      const hold = { id: `h-${i}`, at, reason: reason("on-hold", "x"), by: "Olga" };
      const release = {
        kind: "release",
        id: `q-${i}`,
        holdIds: [hold.id],
        by: "Olga",
        note: "x",
        at,
      } as const;
      return play(state, { kind: "hold", hold }, claimOf(state, nonce), releaseLease(state), release, take);
    }
    case "somebody-else":
      return play(
        state,
        { kind: "register", requestId: `b-${i}`, at },
        { kind: "leave", requestId: `b-${i}` },
      );
    case "attempt-busy":
      return play(
        state,
        claimOf(state, nonce),
        { kind: "report", requestId, nonce, verdict: { kind: "busy", code: "409", detail: "" }, at },
        lost(nonce),
      );
    case "attempt-lost":
      return play(state, claimOf(state, nonce), lost(nonce));
  }
}

test("at most two attempts are ever lost, and the count is never forgotten", () => {
  let most = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20, size: "max" }), (steps) => {
      let sent = 0;
      steps.reduce((before, what, i) => {
        const after = taken(before, what, i);
        const granted = after.answers.some(({ id }) => id === `n-${i}`) && what === "attempt-lost";
        if (granted && (after.lease?.closed ?? 0) > (before.lease?.closed ?? 0)) sent++;
        expect(viewOf(after, requestId).lease?.unknowns).toBe(sent);
        return after;
      }, registered);
      most = Math.max(most, sent);
      expect(sent).toBeLessThanOrEqual(2);
    }),
    { numRuns: runs(200) },
  );
  expect(most).toBe(2);
});
