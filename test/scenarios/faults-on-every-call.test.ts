import { seededRandom } from "../../local/world/seeded-random";
import { startScenario, type Scenario } from "../support/scenario";

let scenario: Scenario;
beforeEach(async () => {
  scenario = await startScenario();
});
afterEach(() => scenario.stop());

const answers = [
  { kind: "status", status: 429, code: "TooManyRequests", retryAfter: 45 },
  { kind: "status", status: 429, code: "TooManyRequests" },
  { kind: "status", status: 500, code: "InternalServerError" },
  { kind: "status", status: 503, code: "ServerBusy", retryAfter: 10 },
  { kind: "reset-before" },
  { kind: "reset-after" },
] as const;

const seed = 20_261_130;
const random = seededRandom(seed);
// A promotion of the calm scenario makes more than 15 calls. Each meets one of the faults.
const rows = Array.from({ length: 15 }, (_, k) => {
  const answer = answers[Math.floor(random() * answers.length)]!;
  return [k + 1, "status" in answer ? `${answer.kind} ${answer.status}` : answer.kind, answer] as const;
});

test.each(rows)(
  `one effect and a bounded number of PUTs when call %i meets %s (seed ${seed})`,
  async (call, _name, answer) => {
    scenario.arm.faults.add({ skip: call - 1, times: 1, answer });
    const id = await scenario.request();
    await scenario.advance({ minutes: 20 });
    expect(scenario.outcomeOf(id)).toBe("promoted");
    expect(scenario.effects()).toBe(1);
    expect(scenario.puts()).toBeLessThanOrEqual(2);
  },
);

test("a throttled PUT is repeated only after its Retry-After", async () => {
  const retryAfter = 200;
  scenario.arm.faults.add({
    method: "PUT",
    answer: { kind: "status", status: 429, code: "TooManyRequests", retryAfter },
  });
  await scenario.request();
  await scenario.advance({ minutes: 20 });
  const puts = scenario.arm.journal.entries.filter(({ method }) => method === "PUT");
  const [first, second] = puts.map(({ at }) => Date.parse(at));
  expect(puts).toHaveLength(2);
  expect(second! - first!).toBeGreaterThanOrEqual(retryAfter * 1_000);
});
