import type { Registration } from "../../../src/domain/promotion/state";
import { aRequest, SHOP } from "../../support/observations";
import { begin, rule } from "../../support/scheduler";

const MINUTE = 60_000;

const squatted: readonly [what: string, over: (id: string) => Partial<Registration>][] = [
  ["a queue message", () => ({ origin: { channel: "queue" } })],
  ["an HTTP call", () => ({ origin: { channel: "http", principal: { oid: "o", name: "Eve" } } })],
  ["a schedule of another pair", (requestId) => ({ request: aRequest({ requestId, pair: "other" }) })],
];

test.each(squatted)(
  "an id that %s has taken is told by an alert, counts as no start, and its content is not run for the schedule",
  async (_what, over) => {
    const run = begin("2026-11-24T00:00:00Z", rule());
    const requestId = "schedule-shop-20261124T010000Z";
    const request = aRequest({ requestId });
    const own = { requestId, contentHash: "h", request, origin: { channel: "schedule" }, at: 1 } as const;
    await run.tick();
    await run.ports.register({ ...own, ...over(requestId) });
    run.at("2026-11-24T01:00:00Z");
    await run.tick();
    expect(run.ports.alerts).toEqual(["schedule-squatted"]);
    expect((await run.ports.schedules.read(SHOP))?.last).toEqual([]);
    expect(run.ports.runs.get(requestId)).toBeUndefined();
    run.at("2026-12-01T01:00:00Z");
    await run.tick();
    expect(run.started()).toContain("schedule-shop-20261201T010000Z");
    expect(run.ports.alerts).toHaveLength(1);
  },
);

test("an id that is taken between the look at the promotion record and the start is told all the same", async () => {
  const run = begin("2026-11-24T00:00:00Z", rule());
  const requestId = "schedule-shop-20261124T010000Z";
  await run.tick();
  const read = run.ports.promotions.read.bind(run.ports.promotions);
  jest.spyOn(run.ports.promotions, "read").mockImplementationOnce(async (id) => {
    const before = await read(id);
    const request = aRequest({ requestId });
    await run.ports.register({ requestId, contentHash: "h", request, origin: { channel: "queue" }, at: 1 });
    return before;
  });
  run.at("2026-11-24T01:00:00Z");
  await run.tick();
  expect(run.ports.alerts).toEqual(["schedule-squatted"]);
  expect((await run.ports.schedules.read(SHOP))?.last).toEqual([]);
});

test("a schedule's own promotion is started under its id, and may last beyond the horizon of other requests", async () => {
  const run = begin("2026-11-24T00:00:00Z", rule({ expiresAfterMs: 3 * 60 * MINUTE }));
  const [policy] = run.ports.policies.all();
  Object.assign(policy!, { queue: { ...policy!.queue, horizonMs: 60 * MINUTE } });
  await run.tick();
  run.at("2026-11-24T01:00:00Z");
  await run.tick();
  expect(run.started()).toEqual(["schedule-shop-20261124T010000Z"]);
  expect((await run.ports.schedules.read(SHOP))?.last).toHaveLength(1);
});
