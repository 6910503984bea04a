import { VOTE_LAG_MS } from "../../src/domain/approval/gate";
import type { PairPolicy } from "../../src/domain/policy/policy";
import type { Scenario } from "../support/scenario";
import { approval, type GateScenario, startGate, voter } from "../support/votes";

/** Votes over time: changed plans, lapsed approvals, deadlines, crashes and the queue. */
const MINUTE = 60_000;

let gate: GateScenario;
let scenario: Scenario;
const vote: GateScenario["vote"] = (...args) => gate.vote(...args);
const deploy = () => {
  gate.deploy();
};
async function begin(policy?: Partial<PairPolicy>, request: Record<string, unknown> = {}) {
  gate = await startGate(policy);
  scenario = gate.scenario;
  return scenario.request(request);
}
afterEach(() => scenario.stop());

test("a deployment after the approvals voids them: people vote on the new plan", async () => {
  const id = await begin();
  const first = (await scenario.promotion(id)).gate!.planHash;
  await vote(id, voter("aron"));
  await vote(id, voter("berta"));
  deploy();
  await scenario.advance({ minutes: 10 });
  const asked = await scenario.promotion(id);
  expect([asked.phase, asked.gate?.asked, asked.gate?.votes, scenario.puts()]).toEqual([
    "awaiting-approval",
    2,
    [],
    0,
  ]);
  const stale = await vote(id, voter("aron"), { planHash: first });
  expect([stale.status, stale.code]).toEqual([409, "plan-changed"]);
  expect(stale.detail).toMatch(/shop-green: redeployed.*[0-9a-f]{64}/);
  await vote(id, voter("aron"));
  await vote(id, voter("carl"));
  await scenario.advance({ minutes: 10 });
  expect(scenario.published[0]?.data).toMatchObject({
    ...{ outcome: "promoted", approvals: { asked: 2, votes: [{ name: "aron" }, { name: "carl" }] } },
  });
});

test("a release that waits for people again releases its lease", async () => {
  const id = await begin();
  await vote(id, voter("aron"));
  await vote(id, voter("berta"));
  deploy();
  await scenario.advance({ minutes: 4 });
  expect((await scenario.pair()).lease).toBeUndefined();
  const breakGlass = { reason: "production is down" };
  const other = await scenario.request({ requestId: "other", breakGlass });
  await scenario.advance({ minutes: 10 });
  expect(scenario.outcomeOf(other)).toBe("promoted");
});

test("a vote takes effect at once, not at the next check", async () => {
  const id = await begin();
  await vote(id, voter("aron"));
  await scenario.advance({ seconds: 90 });
  await vote(id, voter("berta"));
  await scenario.advance({ seconds: 1 });
  expect((await scenario.promotion(id)).phase).toBe("awaiting-readiness");
});

test("people are asked at most three times about a release that keeps changing", async () => {
  const id = await begin();
  for (let n = 1; n <= 3; n++) {
    expect((await scenario.promotion(id)).gate?.asked).toBe(n);
    await vote(id, voter("aron"));
    await vote(id, voter("berta"));
    deploy();
    await scenario.advance({ minutes: 10 });
  }
  expect(scenario.published[0]?.data).toMatchObject({ outcome: "expired", waitingFor: "gate" });
  expect(scenario.puts()).toBe(0);
});

test("an approval that lapses before the swap is asked for again", async () => {
  const id = await begin({ approval: { ...approval, validForMs: MINUTE } });
  await vote(id, voter("aron"));
  await vote(id, voter("berta"));
  await scenario.advance({ minutes: 4 });
  const { gate, attempts, phase } = await scenario.promotion(id);
  expect([phase, gate?.asked, attempts[0]?.verdict, scenario.puts()]).toEqual([
    ...["awaiting-approval", 2, { kind: "not-approved", detail: "the approvals have lapsed" }, 0],
  ]);
  const { queue: line, lease, open } = await scenario.pair();
  expect({ line, lease, open }).toEqual({ line: [] });
});

test("a vote received before the deadline counts even when it is stored after it", async () => {
  const id = await begin();
  await vote(id, voter("aron"));
  const { gate } = await scenario.promotion(id);
  const at = gate!.until - 1;
  await scenario.app.advance(at + VOTE_LAG_MS / 2 - scenario.clock.now());
  const late = { oid: "berta", name: "berta", decision: "approve", comment: "", at };
  const change = {
    kind: "vote",
    id: "late-vote",
    vote: late,
    planHash: gate!.planHash,
    application: false,
    roles: [],
  };
  await scenario.app.call("POST", `entities/promotion/${id}?op=change`, change);
  await scenario.advance({ minutes: 10 });
  expect(scenario.outcomeOf(id)).toBe("promoted");
});

test("a resumed run keeps question and votes: it neither asks again nor loses one", async () => {
  const id = await begin();
  await vote(id, voter("aron"));
  await scenario.app.call("POST", `instances/promotion-${id}/terminate?reason=oops`);
  await scenario.app.settle();
  await scenario.app.call("DELETE", `instances/promotion-${id}`);
  await scenario.advance({ minutes: 5 });
  expect((await scenario.promotion(id)).gate).toMatchObject({ asked: 1, votes: [{ name: "aron" }] });
  await vote(id, voter("berta"));
  await scenario.advance({ minutes: 10 });
  expect([scenario.outcomeOf(id), scenario.effects()]).toEqual(["promoted", 1]);
});

test("a run that is gone after its PUT proves the swap despite lapsed approvals", async () => {
  const id = await begin({ approval: { ...approval, validForMs: 3 * MINUTE } });
  await vote(id, voter("aron"));
  await vote(id, voter("berta"));
  while (scenario.puts() === 0) await scenario.advance({ seconds: 1 });
  await scenario.app.call("POST", `instances/promotion-${id}/terminate?reason=oops`);
  await scenario.app.settle();
  await scenario.app.call("DELETE", `instances/promotion-${id}`);
  await scenario.advance({ minutes: 10 });
  expect([scenario.outcomeOf(id), scenario.puts(), scenario.effects()]).toEqual(["promoted", 1, 1]);
});
