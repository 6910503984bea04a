import { reason } from "../../../../src/domain/kernel/reason-codes";
import { showTime } from "../../../../src/domain/kernel/time";
import { emptyPair, type PairState } from "../../../../src/domain/pair/pair";
import { viewHold, viewPair } from "../../../../src/domain/pair/view";
import { aPolicy, idOf, NOW, SHOP } from "../../../support/observations";

const shown = showTime(NOW, "Europe/Berlin");
const hold = { id: "h-1", at: NOW, by: "Olga", reason: { ...reason("on-hold", "incident 7"), remedy: "" } };

test("a pair shows its services, lease, queue, holds and promotions under way", () => {
  const state: PairState = {
    ...emptyPair,
    lease: { holder: "r-1", epoch: 2, since: NOW, closed: 0, unknowns: 0 },
    queue: [{ requestId: "r-2", since: NOW }],
    registered: ["r-1", "r-2"].map((requestId) => ({ requestId, at: NOW })),
    holds: [hold],
    open: {
      ...{ requestId: "r-1", direction: "forward", n: 1, nonce: "n", epoch: 2, planHash: "h" },
      claimedAt: NOW,
    },
  };
  expect(viewPair(aPolicy({ timeZone: "Europe/Berlin" }), state)).toEqual({
    ...{ name: "shop", key: SHOP, blue: idOf("blue"), green: idOf("green"), timeZone: "Europe/Berlin" },
    lease: { holder: "r-1", epoch: 2, since: shown },
    queue: [{ requestId: "r-2", since: shown }],
    holds: [viewHold(hold, "Europe/Berlin")],
    ...{ attemptOpen: true, underWay: ["r-1", "r-2"], released: undefined },
  });
});

test("a pair without a stored state is shown as free", () => {
  const { lease, queue, holds, attemptOpen, underWay } = viewPair(aPolicy());
  expect([lease, queue, holds, attemptOpen, underWay]).toEqual([undefined, [], [], false, []]);
});

test("a hold shows who set it, since when, and its remedy", () => {
  expect(viewHold(hold, "Europe/Berlin")).toEqual({
    ...{ id: "h-1", since: shown, by: "Olga", requestId: undefined },
    reason: reason("on-hold", "incident 7"),
  });
});
