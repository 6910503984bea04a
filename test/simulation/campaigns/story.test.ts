import { type Happening, Timeline } from "../world/timeline";
import { isWrong } from "./story";

const swap = (production: "blue" | "green"): Happening => ({
  kind: "effect",
  pair: "shop",
  production,
  put: 0,
  unready: [],
});
const concluded: Happening = { kind: "outcome-stored", request: "r1" };

function timelineOf(...happenings: readonly Happening[]): Timeline {
  const timeline = new Timeline(() => 0);
  for (const happening of happenings) timeline.add(happening);
  return timeline;
}

const green = { request: "r1", pair: "shop", side: "green", described: 9 } as const;

test("a success is wrong if its side did not hold production when it was concluded", () => {
  expect(isWrong(green, timelineOf(concluded, swap("green")))).toBe(true);
  expect(isWrong(green, timelineOf(swap("green"), swap("blue"), concluded))).toBe(true);
});

test("a success stays one if its event comes after another swap (world 5070)", () => {
  expect(isWrong(green, timelineOf(swap("green"), concluded, swap("blue")))).toBe(false);
});

test("a request for staging succeeds with the side of its plan (world 5024)", () => {
  const blue = { ...green, side: "blue" } as const;

  expect(isWrong(blue, timelineOf(swap("green"), swap("blue"), concluded))).toBe(false);
});
