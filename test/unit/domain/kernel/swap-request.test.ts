import { mayTakeKeptPlace, otherSide } from "../../../../src/domain/kernel/swap-request";

test("each side is the other side of the other", () => {
  expect([otherSide("blue"), otherSide("green")]).toEqual(["green", "blue"]);
});

test("only operators and break-glass requests may take a kept place", () => {
  const channel = "http" as const;
  expect([
    mayTakeKeptPlace({ channel, operator: true }),
    mayTakeKeptPlace({ channel, breakGlass: { reason: "down" } }),
    mayTakeKeptPlace({ channel, operator: false }),
    mayTakeKeptPlace({ channel }),
  ]).toEqual([true, true, false, false]);
});
