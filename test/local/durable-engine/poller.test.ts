import { Poller } from "../../../local/durable-engine/poller";

/** The polls of an empty queue up to a time. */
function pollsOf(poller: Poller, until: number): number[] {
  const seen = new Set<number>();
  for (let at = 1; at <= until; at++) seen.add(poller.nextPoll(at));
  return [...seen];
}

test("an empty queue is polled after 100 ms, then ever less often, up to the limit", () => {
  expect(pollsOf(new Poller(1_000, 0), 5_500)).toEqual([100, 300, 700, 1_500, 2_500, 3_500, 4_500, 5_500]);
});

test("a longest rest below the first one sets the pace from the beginning", () => {
  expect(pollsOf(new Poller(40, 0), 200)).toEqual([40, 80, 120, 160, 200]);
});

test("a find starts the pauses over, and the next poll finds what arrived meanwhile", () => {
  const poller = new Poller(10_000, 0);
  poller.reset(5_000);
  expect([poller.nextPoll(5_000), poller.nextPoll(5_101), poller.nextPoll(65_000)]).toEqual([
    5_100, 5_300, 67_700,
  ]);
});
