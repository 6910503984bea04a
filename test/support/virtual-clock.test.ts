import { createVirtualClock, mustComeToRest } from "./virtual-clock";

test("a timer that is due at once again and again is told, and ends", () => {
  const clock = createVirtualClock(0);
  const again = () => {
    clock.setTimer(clock.now(), again);
  };
  again();
  expect(() => {
    clock.advanceTo(1_000);
  }).toThrow("stands at 1970-01-01T00:00:00.000Z");
});

test("so is whoever waits for no time, again and again, beside timers that never come", async () => {
  const clock = createVirtualClock(0);
  const spin = async () => {
    for (;;) {
      clock.advanceTo(clock.now());
      await Promise.resolve();
    }
  };
  await expect(spin()).rejects.toThrow("for no time at all");
});

test("a loop that waits for what never comes ends with the processor time that it may take", async () => {
  const clock = createVirtualClock(0, { processorSeconds: 0 });
  const wait = async () => {
    for (;;) {
      clock.advanceTo(clock.now() + 1_000);
      await Promise.resolve();
    }
  };
  await expect(wait()).rejects.toThrow("comes to no end");
});

test("time that goes on is no standstill, however many steps it takes", () => {
  const clock = createVirtualClock(0);
  let fired = 0;
  for (let at = 1; at <= 300_000; at++) clock.setTimer(at, () => fired++);
  clock.advanceTo(300_000);
  expect(fired).toBe(300_000);
});

test("what never comes to rest without time passing is told after a minute of processor time", () => {
  let used = 0;
  const usage = jest.spyOn(process, "cpuUsage").mockImplementation(() => ({ user: used, system: 0 }));
  try {
    const round = mustComeToRest();
    const rounds = () => {
      for (let n = 0; n < 1_000; n++) round();
    };
    expect(rounds).not.toThrow();
    used = 61e6;
    expect(rounds).toThrow("nothing comes to rest after 2000 rounds and 61 s of processor time");
  } finally {
    usage.mockRestore();
  }
});
