import { createVirtualClock } from "../../support/virtual-clock";
import { HostClock, standstillIn } from "./clocks";
import { Dice } from "./dice";

/** Both clocks of a host after 30 s of true time. */
function shown(happens: (clock: HostClock) => void): readonly [wall: number, monotonic: number] {
  const world = createVirtualClock();
  const clock = new HostClock(world);
  clock.skewMs = 5_000;
  const before = [clock.now(), clock.monotonic()] as const;
  happens(clock);
  world.advanceTo(world.now() + 30_000);
  return [clock.now() - before[0], clock.monotonic() - before[1]];
}

test.each([
  ["the process stands still", "both", [30_000, 30_000]],
  ["the machine is suspended", "monotonic stands", [30_000, 0]],
  ["the wall clock is set back meanwhile", "wall is set back", [0, 30_000]],
] as const)("%s: the two clocks differ", (_what, clocks, expected) => {
  const stands = (clock: HostClock) => {
    clock.stand({ forMs: 30_000, clocks });
  };
  expect(shown(stands)).toEqual(expected);
});

test("one of the two clocks stays right, whatever happens to the other", () => {
  const both = shown((clock) => {
    clock.stand({ forMs: 30_000, clocks: "monotonic stands" });
    clock.set(-30_000);
    clock.stand({ forMs: 30_000, clocks: "wall is set back" });
  });
  expect(both).toEqual([30_000, 0]);
  const set = shown((clock) => {
    clock.set(-30_000);
    clock.stand({ forMs: 30_000, clocks: "monotonic stands" });
  });
  expect(set).toEqual([0, 30_000]);
});

test("wall clocks are set only if the world says so", () => {
  const drawn = (mayBeSet: boolean) => {
    const dice = new Dice(1);
    return new Set(Array.from({ length: 100 }, () => standstillIn(dice, mayBeSet).clocks));
  };
  expect(drawn(false)).toEqual(new Set(["both", "monotonic stands"]));
  expect(drawn(true)).toEqual(new Set(["both", "monotonic stands", "wall is set back"]));
});
