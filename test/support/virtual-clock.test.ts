import { createVirtualClock, mustComeToRest } from "./virtual-clock";

test("a timer that is always due at once ends with an error", () => {
  const clock = createVirtualClock(0);
  const again = () => {
    clock.setTimer(clock.now(), again);
  };
  again();
  expect(() => {
    clock.advanceTo(1_000);
  }).toThrow("stands at 1970-01-01T00:00:00.000Z");
});

test("a wait of no time that repeats for ever ends with an error", async () => {
  const clock = createVirtualClock(0);
  const spin = async () => {
    for (;;) {
      clock.advanceTo(clock.now());
      await Promise.resolve();
    }
  };
  await expect(spin()).rejects.toThrow("a wait of no time");
});

test("a loop that waits for ever ends when its processor time is used up", async () => {
  const clock = createVirtualClock(0, { processorSeconds: 0 });
  const wait = async () => {
    for (;;) {
      clock.advanceTo(clock.now() + 1_000);
      await Promise.resolve();
    }
  };
  await expect(wait()).rejects.toThrow("something waits for ever");
});

test("many steps are no standstill while time passes", () => {
  const clock = createVirtualClock(0);
  let fired = 0;
  for (let at = 1; at <= 300_000; at++) clock.setTimer(at, () => fired++);
  clock.advanceTo(300_000);
  expect(fired).toBe(300_000);
});

test("rounds that never settle fail after a minute of processor time", () => {
  let used = 0;
  const usage = jest.spyOn(process, "cpuUsage").mockImplementation(() => ({ user: used, system: 0 }));
  try {
    const round = mustComeToRest();
    const rounds = () => {
      for (let n = 0; n < 1_000; n++) round();
    };
    expect(rounds).not.toThrow();
    used = 61e6;
    expect(rounds).toThrow("not settled after 2000 rounds and 61 s of processor time");
  } finally {
    usage.mockRestore();
  }
});
