import { startScenario, type Scenario } from "../support/scenario";

let scenario: Scenario;
beforeEach(async () => {
  scenario = await startScenario();
});
afterEach(() => scenario.stop());

type Answer = Record<string, unknown>;

/** Sets the answer of the next PUTs. */
function nextPut(answer: Answer, times = 1): void {
  scenario.arm.faults.add({ method: "PUT", url: "", skip: 0, times, answer } as never);
}

async function play(hours = 2): Promise<{
  outcome: string | undefined;
  code: string | undefined;
  puts: number;
  effects: number;
  held: boolean;
}> {
  const id = await scenario.request();
  await scenario.advance({ hours });
  const event = scenario.published.find((e) => e.data.requestId === id);
  const held = ((await scenario.pair()).holds.length ?? 0) > 0;
  return {
    outcome: event?.data.outcome,
    code: event?.data.reason.code,
    puts: scenario.puts(),
    effects: scenario.effects(),
    held,
  };
}

const rows: readonly [string, Answer, object][] = [
  [
    "409 returns to readiness and swaps later",
    { kind: "status", status: 409, code: "Conflict", message: "busy" },
    { outcome: "promoted", puts: 2, effects: 1, held: false },
  ],
  [
    "429 with Retry-After is obeyed",
    { kind: "status", status: 429, code: "TooManyRequests", message: "slow", retryAfter: 90 },
    { outcome: "promoted", puts: 2, effects: 1, held: false },
  ],
  [
    "429 for a lock is busy, not throttled",
    { kind: "status", status: 429, code: "RetryableErrorDueToAnotherOperation", message: "locked" },
    { outcome: "promoted", puts: 2, effects: 1 },
  ],
  [
    "403 is refused with proof that nothing changed",
    { kind: "status", status: 403, code: "AuthorizationFailed", message: "no" },
    { outcome: "refused", code: "declined-by-platform", puts: 1, effects: 0, held: false },
  ],
  [
    "500 without effect is proved by reads and tried once more",
    { kind: "status", status: 500, code: "InternalServerError", message: "x" },
    { outcome: "promoted", puts: 2, effects: 1, held: false },
  ],
  [
    "a connection that breaks before the effect is tried once more",
    { kind: "reset-before" },
    { outcome: "promoted", puts: 2, effects: 1, held: false },
  ],
  [
    "reads find the effect of a broken connection, without a second PUT",
    { kind: "reset-after" },
    { outcome: "promoted", puts: 1, effects: 1, held: false },
  ],
  [
    "a failed operation halts with the slots as before",
    { kind: "operation-fails", code: "Boom" },
    { outcome: "halted", code: "operation-failed", puts: 1, effects: 0, held: true },
  ],
  [
    "a cancelled operation halts",
    { kind: "operation-canceled" },
    { outcome: "halted", code: "operation-failed", puts: 1, effects: 0, held: true },
  ],
  [
    "reads alone decide after a lost operation",
    { kind: "operation-lost" },
    { outcome: "promoted", puts: 1, effects: 1, held: false },
  ],
  [
    "success without effect is neither accepted nor tried again (simulated world 228)",
    { kind: "no-effect" },
    { outcome: "halted", code: "outcome-unproved", puts: 1, effects: 0, held: true },
  ],
];

test.each(rows)("%s", async (_claim, answer, expected) => {
  nextPut(answer);
  expect(await play()).toMatchObject(expected);
});

test("two lost attempts halt and put the pair on hold, and a person's note releases it", async () => {
  nextPut({ kind: "reset-before" }, 2);
  expect(await play()).toMatchObject({
    outcome: "halted",
    code: "attempts-exhausted",
    puts: 2,
    effects: 0,
    held: true,
  });
  const next = await scenario.request();
  await scenario.advance({ minutes: 5 });
  expect((await scenario.promotion(next)).waiting).toMatchObject({ kind: "queue" });
  expect((await scenario.http("DELETE", "holds/shop", {})).status).toBe(400);
  expect((await scenario.http("DELETE", "holds/shop", { note: "checked" })).status).toBe(200);
  await scenario.advance({ minutes: 5 });
  expect(scenario.outcomeOf(next)).toBe("promoted");
  expect(scenario.logged.some((line) => line.includes("[alert halted]"))).toBe(true);
});

test("a PUT answered 503 is judged by reads, and tried once more", async () => {
  nextPut({ kind: "status", status: 503, code: "ServiceUnavailable", message: "x", retryAfter: 5 });
  expect(await play()).toMatchObject({ outcome: "promoted", puts: 2, effects: 1 });
});
