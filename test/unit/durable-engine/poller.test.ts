import { Poller } from "../../../local/durable-engine/poller";

/** The looks of an empty queue up to a time, as whoever puts something there at each instant finds out. */
function looks(poller: Poller, until: number): number[] {
  const seen = new Set<number>();
  for (let at = 1; at <= until; at++) seen.add(poller.nextPoll(at));
  return [...seen];
}

test("an empty queue is looked into after 100 ms and then after twice the rest each time, up to the longest", () => {
  expect(looks(new Poller(1_000, 0), 5_500)).toEqual([100, 300, 700, 1_500, 2_500, 3_500, 4_500, 5_500]);
});

test("a longest rest below the first one sets the pace from the beginning", () => {
  expect(looks(new Poller(40, 0), 200)).toEqual([40, 80, 120, 160, 200]);
});

test("a find begins anew, and what comes at that moment is found at the look after", () => {
  const poller = new Poller(10_000, 0);
  poller.reset(5_000);
  expect([poller.nextPoll(5_000), poller.nextPoll(5_101), poller.nextPoll(65_000)]).toEqual([
    5_100, 5_300, 67_700,
  ]);
});
