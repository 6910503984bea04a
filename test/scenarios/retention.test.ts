import { startScenario, type Scenario } from "../support/scenario";

/** What remains of a promotion after its retention, and what the API answers then. */

let scenario: Scenario;
beforeEach(async () => {
  scenario = await startScenario({ retainMs: 3 * 3_600_000 });
});
afterEach(() => scenario.stop());

const content = { pair: "shop", promote: "green", reason: "release 7" };
const post = (over: object = {}) =>
  scenario.http("POST", "promotions", { requestId: "r-1", ...content, ...over });

async function instances(): Promise<string[]> {
  const { body } = await scenario.app.call("GET", "instances?showInput=false");
  return (body as { instanceId: string }[]).map(({ instanceId }) => instanceId);
}
const histories = async () => (await instances()).filter((id) => !id.startsWith("@"));
const listed = async () => {
  const { body } = await scenario.http("GET", "promotions");
  return (body as { value: { id: string }[] }).value.map(({ id }) => id);
};

test("after retention a promotion has no history or details; duplicates get its answer", async () => {
  await post();
  await scenario.advance({ minutes: 10 });
  const before = { first: await post(), size: JSON.stringify(await scenario.promotion("r-1")).length };
  expect((await histories()).length).toBeGreaterThan(2);
  expect(await listed()).toEqual(["r-1"]);

  await scenario.advance({ hours: 5 });
  expect([await histories(), await listed()]).toEqual([[], []]);
  const state = await scenario.promotion("r-1");
  expect(JSON.stringify(state).length).toBeLessThan(Math.min(700, before.size / 4));
  expect(JSON.stringify(state)).not.toContain("Olga");
  expect(state.audit).toEqual({ entries: expect.any(Number), head: expect.stringMatching(/^[0-9a-f]{64}$/) });

  const again = await post();
  const { id, outcome, code, requestReason, acceptedAt, concludedAt } = before.first.body as never;
  expect([again.status, before.first.status]).toEqual([200, 200]);
  expect(again.body).toMatchObject({ id, outcome, code, requestReason, acceptedAt, concludedAt });
  expect(outcome).toBe("promoted");
  expect((await post({ reason: "other" })).status).toBe(409);
  const shown = await scenario.http("GET", "promotions/r-1");
  expect(shown.body).toMatchObject({ id, outcome, code, phase: "concluded", reduced: true, timeline: [] });
  expect([scenario.effects(), scenario.puts(), scenario.published.length]).toEqual([1, 1, 1]);
});

test("retention also removes every history of a held and resumed promotion", async () => {
  await scenario.http("PUT", "holds/shop", { reason: "wait", id: "h-1" });
  await post();
  await scenario.advance({ minutes: 3 });
  await scenario.app.call("POST", "instances/promotion-r-1/terminate?reason=oops");
  await scenario.app.settle();
  await scenario.app.call("DELETE", "instances/promotion-r-1");
  await scenario.advance({ minutes: 5 });
  await scenario.http("DELETE", "holds/shop?note=on", undefined);
  await scenario.advance({ minutes: 15 });
  expect(scenario.outcomeOf("r-1")).toBe("promoted");
  expect((await scenario.promotion("r-1")).run?.n).toBe(2);
  expect((await histories()).filter((id) => /^wait-r-1-[12]-0$/.test(id)).sort()).toHaveLength(2);
  await scenario.advance({ hours: 5 });
  expect(await histories()).toEqual([]);
});

test("the whole audit chain of a reduced promotion is still exported", async () => {
  await post();
  await scenario.advance({ minutes: 10 });
  const before = await scenario.http("GET", "pairs/shop/audit");
  await scenario.advance({ hours: 5 });
  expect((await scenario.promotion("r-1")).reduced).toBe(true);
  const lines = (reply: { body: unknown }) =>
    String(reply.body)
      .split("\n")
      .filter((line) => line.includes('"promotion-r-1"'));
  expect(lines(before).length).toBeGreaterThan(3);
  expect(lines(await scenario.http("GET", "pairs/shop/audit"))).toEqual(lines(before));
});
