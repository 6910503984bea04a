import { aDeploymentWindow } from "../support/deployment-windows";
import { type Scenario, type ScenarioOptions, startScenario } from "../support/scenario";

let scenario: Scenario | undefined;
afterEach(async () => {
  await scenario?.stop();
  scenario = undefined;
});

async function begin(options: ScenarioOptions): Promise<Scenario> {
  return (scenario = await startScenario(options));
}

/** The scenario starts on a Tuesday at 13:00 in Berlin. */
const afternoon = { cron: "0 14 * * *", durationMs: 2 * 3_600_000, zone: "Europe/Berlin" };

test("a promotion waits for the next window, says when it opens, and swaps in it", async () => {
  const run = await begin({
    window: aDeploymentWindow({ allow: [afternoon] }),
    policy: { timeZone: "Europe/Berlin", window: { deadlineMs: 86_400_000, rules: "r" } },
  });
  const id = await run.request();
  await run.advance({ minutes: 10 });
  const { body } = await run.http("GET", `promotions/${id}`);
  expect(body).toMatchObject({
    phase: "awaiting-window",
    waitingFor: {
      what: "window",
      detail: expect.stringMatching(
        /^opens 2026-11-24T13:00:00\.000Z \(2026-11-24 14:00:00 Europe\/Berlin\); closed: outside-window/,
      ) as string,
    },
  });
  expect(run.puts()).toBe(0);
  await run.advance({ minutes: 49 });
  expect((await run.promotion(id)).phase).toBe("awaiting-window");
  await run.advance({ minutes: 2 });
  expect((await run.promotion(id)).phase).toBe("awaiting-readiness");
  await run.advance({ minutes: 10 });
  expect(run.outcomeOf(id)).toBe("promoted");
  expect(run.effects()).toBe(1);
});

test("a promotion does not wait when the deployment window is open", async () => {
  const run = await begin({ window: aDeploymentWindow({ allow: [{ ...afternoon, cron: "0 13 * * *" }] }) });
  const id = await run.request();
  await run.advance({ minutes: 10 });
  expect(run.outcomeOf(id)).toBe("promoted");
  expect((await run.promotion(id)).timeline.map(({ phase }) => phase)).not.toContain("awaiting-window");
});

test("a promotion never swaps before its notBefore, whatever the policy says", async () => {
  const run = await begin({});
  const id = await run.request({ notBefore: "2026-11-24T15:00:00+01:00" });
  await run.advance({ minutes: 59 });
  expect(await run.promotion(id)).toMatchObject({ phase: "awaiting-window" });
  await run.advance({ minutes: 10 });
  expect(await run.promotion(id)).toMatchObject({ phase: "awaiting-window" });
  await run.advance({ minutes: 65 });
  expect(run.outcomeOf(id)).toBe("promoted");
});

test("a promotion that expires while the window is closed says so", async () => {
  const run = await begin({ window: aDeploymentWindow({ allow: [afternoon] }) });
  const id = await run.request({ expiresAt: "2026-11-24T12:30:00Z" });
  await run.advance({ minutes: 31 });
  expect(run.published[0]?.data).toMatchObject({
    requestId: id,
    outcome: "expired",
    waitingFor: "window",
    reason: { code: "request-expired" },
  });
});

test("a promotion expires at the deployment window's deadline", async () => {
  const run = await begin({
    window: aDeploymentWindow({ allow: [afternoon] }),
    policy: { window: { deadlineMs: 20 * 60_000, rules: "r" } },
  });
  await run.request();
  await run.advance({ minutes: 21 });
  expect(run.published[0]?.data).toMatchObject({
    outcome: "expired",
    waitingFor: "window",
    reason: { code: "window-expired", detail: expect.stringContaining("outside-window") as string },
  });
});

test("a promotion releases the lease when its window closes and swaps in the next one", async () => {
  // Given a window that closes while the promotion waits for readiness
  const run = await begin({
    window: aDeploymentWindow({
      allow: [{ ...afternoon, cron: "0 13 * * *", durationMs: 60_000 }, afternoon],
    }),
  });
  const id = await run.request();
  // When the services are ready
  await run.advance({ minutes: 5 });
  // Then nothing was sent, the lease is free, and the promotion waits for the deployment window again
  expect(run.puts()).toBe(0);
  expect(await run.pair()).not.toHaveProperty("lease");
  expect(await run.pair()).not.toHaveProperty("open");
  const waiting = await run.promotion(id);
  expect(waiting.phase).toBe("awaiting-window");
  expect(waiting.attempts.map(({ verdict }) => verdict)).toEqual([
    { kind: "window-closed", detail: expect.stringMatching(/^opens /) },
  ]);
  // And it swaps in the next window, with its full time for queue and readiness
  await run.advance({ minutes: 65 });
  expect(run.outcomeOf(id)).toBe("promoted");
  expect(run.effects()).toBe(1);
  expect(run.puts()).toBe(1);
});

test("an unreadable freeze calendar keeps the window closed", async () => {
  const calendars = new Map<string, string>();
  const run = await begin({
    window: aDeploymentWindow({ freezes: [{ kind: "calendar", source: "freezes.ics" }] }),
    calendars,
  });
  const id = await run.request();
  await run.advance({ minutes: 5 });
  expect((await run.promotion(id)).waiting?.detail).toBe(
    "next deployment window unknown; closed: freeze-unreadable (the calendar freezes.ics cannot be read: it is not there)",
  );
  calendars.set("freezes.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR");
  await run.advance({ minutes: 10 });
  expect(run.outcomeOf(id)).toBe("promoted");
});

test("a promotion can be cancelled while it waits for its deployment window", async () => {
  const run = await begin({ window: aDeploymentWindow({ allow: [afternoon] }) });
  const id = await run.request();
  await run.advance({ minutes: 1 });
  expect(await run.http("POST", `promotions/${id}/cancel`, { note: "no" })).toMatchObject({ status: 202 });
  await run.advance({ minutes: 1 });
  expect(run.outcomeOf(id)).toBe("cancelled");
});

test("break-glass passes a closed deployment window, when waiting and at the attempt", async () => {
  const run = await begin({
    window: aDeploymentWindow({ freezes: [{ kind: "interval", from: 0, to: 9e12, reason: "always" }] }),
  });
  const frozen = await run.request();
  await run.advance({ minutes: 5 });
  expect((await run.promotion(frozen)).phase).toBe("awaiting-window");
  const urgent = await run.request({ breakGlass: { reason: "incident 12" } });
  await run.advance({ minutes: 10 });
  expect(run.outcomeOf(urgent)).toBe("promoted");
  expect((await run.promotion(urgent)).attempts).toHaveLength(1);
});

test("a promotion whose deployment window has closed does not block others", async () => {
  // Given a promotion that released its lease when the window closed
  const run = await begin({
    window: aDeploymentWindow({
      allow: [{ ...afternoon, cron: "0 13 * * *", durationMs: 60_000 }, afternoon],
    }),
  });
  const late = await run.request();
  await run.advance({ minutes: 5 });
  expect(await run.promotion(late)).toMatchObject({
    phase: "awaiting-window",
    attempts: [{ n: 1, verdict: { kind: "window-closed" } }],
  });
  expect((await run.pair()).queue).toEqual([]);
  // When another promotion passes the closed deployment window with break-glass
  const urgent = await run.request({ promote: "green", breakGlass: { reason: "incident 12" } });
  await run.advance({ minutes: 10 });
  // Then it swaps at once, and the first one ends in its window
  expect(run.outcomeOf(urgent)).toBe("promoted");
  expect((await run.promotion(late)).phase).toBe("awaiting-window");
  await run.advance({ minutes: 65 });
  expect(run.outcomeOf(late)).toBeDefined();
  expect(run.effects()).toBe(1);
});
