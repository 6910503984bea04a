import { startScenario, type Scenario } from "../support/scenario";

let scenario: Scenario | undefined;
afterEach(async () => {
  await scenario?.stop();
});

test("a scheduled promotion swaps at its time, and the schedule tells its outcome", async () => {
  const schedule = { pair: "shop", name: "daily", cron: "30 13 * * *", zone: "Europe/Berlin" };
  const run = (scenario = await startScenario({
    schedules: [{ ...schedule, promote: "green", reason: "daily", expiresAfterMs: 1_800_000 }],
  }));
  await run.advance({ minutes: 29 });
  expect(run.puts()).toBe(0);
  await run.advance({ minutes: 15 });
  const id = `${run.key}-20261124T123000Z`;
  expect(run.outcomeOf(id)).toBe("promoted");
  expect(run.effects()).toBe(1);
  const { body } = await run.http("GET", "schedules");
  expect(body).toMatchObject({ value: [{ name: "daily", lastRun: { id, outcome: "promoted" } }] });
});
