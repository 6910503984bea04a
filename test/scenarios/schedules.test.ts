import { digest } from "../../src/adapters/digest";
import { verifyAudit } from "../../src/domain/audit/verify";
import { type Scenario, startScenario } from "../support/scenario";

let scenario: Scenario | undefined;
afterEach(async () => {
  await scenario?.stop();
});

test("a scheduled promotion swaps at its time, and the schedule shows its outcome", async () => {
  const schedule = { pair: "shop", name: "daily", cron: "30 13 * * *", zone: "Europe/Berlin" };
  const run = (scenario = await startScenario({
    schedules: [{ ...schedule, promote: "green", reason: "daily", expiresAfterMs: 1_800_000 }],
  }));
  await run.advance({ minutes: 29 });
  expect(run.puts()).toBe(0);
  await run.advance({ minutes: 15 });
  const id = `schedule-${run.key}-20261124T123000Z`;
  expect(run.outcomeOf(id)).toBe("promoted");
  expect(run.effects()).toBe(1);
  const { body } = await run.http("GET", "schedules");
  expect(body).toMatchObject({ value: [{ name: "daily", lastRun: { id, outcome: "promoted" } }] });
});

test("the audit chain has each pause and resume of a schedule once, with who and why", async () => {
  const schedule = { pair: "shop", name: "daily", cron: "30 13 * * *", zone: "Europe/Berlin" };
  const run = (scenario = await startScenario({
    schedules: [{ ...schedule, promote: "green", reason: "daily", expiresAfterMs: 1_800_000 }],
  }));
  const say = (what: "pause" | "resume", note: string) =>
    run.http("POST", `schedules/shop/daily/${what}`, { note }, ["Swap.Operate"]);
  for (const note of ["moving", "moving", "other words"]) await say("pause", note);
  await say("resume", "moved");
  await say("resume", "moved");
  await run.app.settle();
  const reply = await run.http("GET", "pairs/shop/audit", undefined, ["Swap.Read"]);
  const lines = (reply.body as string).trim().split("\n");
  expect(lines.slice(0, -1).map((line) => JSON.parse(line) as object)).toMatchObject([
    { chain: `pair-${run.key}`, n: 1, what: "schedule-paused", who: "Olga", detail: "daily: moving" },
    { n: 2, what: "schedule-resumed", who: "Olga", oid: expect.any(String), detail: "daily: moved" },
  ]);
  expect(verifyAudit(run.key, lines, [], digest)).toMatchObject({ findings: [], entries: 2 });
});
