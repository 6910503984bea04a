import { createScheduleTimes } from "../../../src/adapters/schedules";
import type { PairKey } from "../../../src/domain/kernel/pair-key";
import { SHOP } from "../../support/observations";
import { begin, rule } from "../../support/scheduler";
import { dateIn, happensAt } from "../../support/wall-clock";

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

const olga = { by: "Olga", oid: "o-1", note: "over" };

test("starts a due promotion once, at any number of ticks, as the schedule's request", async () => {
  const run = begin("2026-11-24T00:00:00Z", rule({ expect: { version: "2.14" } }));
  await run.tick();
  run.at("2026-11-24T00:59:59Z");
  await run.tick();
  expect(run.started()).toEqual([]);
  run.at("2026-11-24T01:00:00Z");
  await run.tick();
  const effects = run.ports.effects.length;
  await run.tick();
  expect(run.ports.effects).toHaveLength(effects);
  expect(run.started()).toEqual(["schedule-shop-20261124T010000Z"]);
  expect(run.ports.record.get("schedule-shop-20261124T010000Z")).toMatchObject({
    request: {
      pair: "shop",
      promote: "green",
      expect: { version: "2.14" },
      reason: "the weekly release",
      requestedBy: "schedule weekly",
      expiresAt: Date.parse("2026-11-24T01:30:00Z"),
    },
    origin: { channel: "schedule" },
  });
  expect(run.ports.runs.get("schedule-shop-20261124T010000Z")).toBe("live");
});

test("an instant past its expiry is skipped: no request and no log line", async () => {
  const run = begin("2026-11-23T00:00:00Z", rule());
  await run.tick();
  const warned = jest.spyOn(run.ports.log, "warn");
  run.at("2026-11-24T01:30:01Z");
  await run.tick();
  expect([run.started(), warned.mock.calls]).toEqual([[], []]);
});

test("makes up for a downtime within the expiry, and not after it", async () => {
  const late = begin("2026-11-23T00:00:00Z", rule());
  await late.tick();
  late.at("2026-11-24T01:29:59Z");
  await late.tick();
  expect(late.started()).toEqual(["schedule-shop-20261124T010000Z"]);
  const tooLate = begin("2026-11-23T00:00:00Z", rule());
  await tooLate.tick();
  tooLate.at("2026-11-24T01:30:00Z");
  await tooLate.tick();
  expect(tooLate.started()).toEqual([]);
});

test("two hosts at once start one promotion", async () => {
  const run = begin("2026-11-24T00:00:00Z", rule());
  await run.tick();
  run.at("2026-11-24T01:00:00Z");
  await Promise.all([run.tick(), run.tick(), run.tick()]);
  expect(run.started()).toEqual(["schedule-shop-20261124T010000Z"]);
  expect(run.ports.pairStates.get("shop")?.registered).toHaveLength(1);
});

test("neither a new name nor a new reason starts the same instant again", async () => {
  const run = begin("2026-11-24T00:00:00Z", rule());
  await run.tick();
  run.at("2026-11-24T01:00:00Z");
  await run.tick();
  run.ports.scheduled = createScheduleTimes([rule({ name: "tuesdays", reason: "renamed" })]);
  run.at("2026-11-24T01:10:00Z");
  await run.tick();
  expect(run.started()).toEqual(["schedule-shop-20261124T010000Z"]);
  expect(run.ports.record.get("schedule-shop-20261124T010000Z")?.request.requestedBy).toBe("schedule weekly");
});

test("a schedule that was just added or moved starts nothing for the time before", async () => {
  const run = begin("2026-11-24T01:05:00Z", rule());
  await run.tick();
  run.at("2026-11-24T01:06:00Z");
  await run.tick();
  run.ports.scheduled = createScheduleTimes([rule({ cron: "50 1 * * TUE" })]);
  await run.tick();
  await run.tick();
  expect(run.started()).toEqual([]);
  run.at("2026-12-01T00:50:00Z");
  await run.tick();
  expect(run.started()).toEqual(["schedule-shop-20261201T005000Z"]);
});

test("a schedule that returns to the file makes up for nothing in between (world 60)", async () => {
  const run = begin("2026-11-24T00:00:00Z", rule());
  await run.tick();
  run.ports.scheduled = createScheduleTimes([]);
  for (let minute = 55; minute <= 65; minute++) {
    run.at(Date.parse("2026-11-24T00:00:00Z") + minute * MINUTE);
    await run.tick();
    if (minute === 55) run.ports.scheduled = createScheduleTimes([rule({ cron: "0 3 * * *" })]);
  }
  run.ports.scheduled = createScheduleTimes([rule()]);
  run.at("2026-11-24T01:06:00Z");
  await run.tick();
  await run.tick();
  expect(run.started()).toEqual([]);
  run.at("2026-12-01T01:00:00Z");
  await run.tick();
  expect(run.started()).toEqual(["schedule-shop-20261201T010000Z"]);
});

test("hosts with the old and the new file side by side miss no times of either", async () => {
  const [before, after] = [rule(), rule({ cron: "5 2 * * TUE" })];
  const run = begin("2026-11-24T00:40:00Z", before);
  await run.tick();
  for (let minute = 41; minute <= 70; minute++) {
    run.at(Date.parse("2026-11-24T00:00:00Z") + minute * MINUTE);
    for (const file of [before, after]) {
      run.ports.scheduled = createScheduleTimes([file]);
      await run.tick();
    }
  }
  expect(run.started()).toEqual(["schedule-shop-20261124T010000Z", "schedule-shop-20261124T010500Z"]);
});

test("of two schedules at one instant the first in the file is started", async () => {
  const run = begin(
    "2026-11-24T00:00:00Z",
    rule({ name: "first" }),
    rule({ name: "second", cron: "0 2 * * *" }),
  );
  await run.tick();
  run.at("2026-11-24T01:00:00Z");
  await run.tick();
  await run.tick();
  expect([...run.ports.record.values()].map(({ request }) => request.requestedBy)).toEqual([
    "schedule first",
  ]);
});

test("a paused schedule starts nothing, even renamed, and skips the paused times", async () => {
  const run = begin("2026-11-24T00:00:00Z", rule());
  await run.tick();
  const pause = { name: "weekly", times: "0 2 * * TUE Europe/Berlin", by: "Olga", note: "n", at: 1 };
  await run.ports.schedules.signal(SHOP, { kind: "pause", id: "p-1", oid: "o-1", ...pause });
  run.at("2026-11-24T01:00:00Z");
  await run.tick();
  run.ports.scheduled = createScheduleTimes([rule({ name: "tuesdays" })]);
  await run.tick();
  expect(run.started()).toEqual([]);
  run.at("2026-11-24T01:10:00Z");
  const { times, at } = { times: pause.times, at: run.ports.clock.now() };
  await run.ports.schedules.signal(SHOP, { kind: "resume", id: "p-2", name: "tuesdays", times, ...olga, at });
  await run.tick();
  expect(run.started()).toEqual([]);
  run.at("2026-12-01T01:00:00Z");
  await run.tick();
  expect(run.started()).toEqual(["schedule-shop-20261201T010000Z"]);
});

test("a resume of a running schedule keeps what came due before it (world 44000808)", async () => {
  const run = begin("2026-11-24T00:00:00Z", rule());
  await run.tick();
  run.at("2026-11-24T01:00:20Z");
  const { times, at } = { times: "0 2 * * TUE Europe/Berlin", at: run.ports.clock.now() };
  await run.ports.schedules.signal(SHOP, { kind: "resume", id: "p-1", name: "weekly", times, ...olga, at });
  run.at("2026-11-24T01:01:00Z");
  await run.tick();
  expect(run.started()).toEqual(["schedule-shop-20261124T010000Z"]);
});

test.each([0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4])(
  "a crash around the effect %s leaves one promotion, which the next tick starts",
  async (effect) => {
    const run = begin("2026-11-24T00:00:00Z", rule());
    await run.tick();
    run.at("2026-11-24T01:00:00Z");
    run.ports.crashAt = run.ports.effects.length + effect;
    await run.tick();
    run.ports.crashAt = undefined;
    run.at("2026-11-24T01:01:00Z");
    await run.tick();
    expect(run.started()).toEqual(["schedule-shop-20261124T010000Z"]);
    expect(run.ports.runs.get("schedule-shop-20261124T010000Z")).toBe("live");
    expect(run.ports.pairStates.get("shop")?.registered).toHaveLength(1);
  },
);

test.each([0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4])(
  "a registration from a crash around effect %s goes on after expiry (world 206)",
  async (effect) => {
    const run = begin("2026-11-24T00:00:00Z", rule());
    await run.tick();
    run.at("2026-11-24T01:00:00Z");
    run.ports.crashAt = run.ports.effects.length + effect;
    await run.tick();
    run.ports.crashAt = undefined;
    run.ports.scheduled = createScheduleTimes([]);
    run.at("2026-11-24T09:00:00Z");
    await run.tick();
    for (const id of run.started()) {
      expect(run.ports.runs.get(id)).toBe("live");
      expect(run.ports.pairStates.get("shop")?.registered).toHaveLength(1);
    }
    const effects = run.ports.effects.length;
    await run.tick();
    expect(run.ports.effects).toHaveLength(effects);
  },
);

test("a pair whose memory cannot be read does not keep the others from starting", async () => {
  const run = begin("2026-11-24T00:00:00Z", rule({ pair: "other" }), rule());
  const { schedules } = run.ports;
  const read = (pair: PairKey) =>
    pair === "other" ? Promise.reject(new Error("storage")) : schedules.read(pair);
  Object.assign(run.ports, { schedules: { ...schedules, read } });
  await run.tick();
  run.at("2026-11-24T01:00:00Z");
  await run.tick();
  expect(run.started()).toEqual(["schedule-shop-20261124T010000Z"]);
});

test("starts Tuesday 02:00 in Berlin at the second library's instants for a year", async () => {
  const run = begin("2026-01-01T00:00:00Z", rule());
  await run.tick();
  const expected: string[] = [];
  for (let day = Date.parse("2026-01-01T00:00:00Z"); day < Date.parse("2027-01-01T00:00:00Z"); day += DAY) {
    const date = dateIn("UTC", day);
    if (date.dayOfWeek !== 2) continue;
    const at = happensAt("Europe/Berlin", date, 2, 0);
    expected.push(`schedule-shop-${new Date(at).toISOString().replace(/\.000|[-:]/g, "")}`);
    for (let minute = -65; minute <= 65; minute++) {
      run.at(at + minute * MINUTE);
      await run.tick();
    }
    run.ports.pairStates.clear();
  }
  expect(expected).toHaveLength(52);
  expect(run.started()).toEqual(expected);
});
