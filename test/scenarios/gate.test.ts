import type { PairPolicy } from "../../src/domain/policy/policy";
import type { Caller } from "../../src/ports/identity";
import type { Scenario } from "../support/scenario";
import { approval, type GateScenario, startGate, voter } from "../support/votes";

/** Releases that wait for approvals: whose votes count, and what the replies say. */
const MINUTE = 60_000;

let gate: GateScenario;
let scenario: Scenario;
const vote: GateScenario["vote"] = (...args) => gate.vote(...args);
async function begin(policy?: Partial<PairPolicy>, request: Record<string, unknown> = {}) {
  gate = await startGate(policy);
  scenario = gate.scenario;
  return scenario.request(request);
}
afterEach(() => scenario.stop());

test("a release waits for two people without the lease and swaps after both votes", async () => {
  const id = await begin();
  await scenario.advance({ minutes: 5 });
  const waiting = await scenario.promotion(id);
  expect([waiting.phase, waiting.waiting?.kind, (await scenario.pair()).lease]).toEqual([
    "awaiting-approval",
    "gate",
    undefined,
  ]);
  expect(await vote(id, voter("aron"))).toMatchObject({
    ...{ status: 200, vote: "counted", detail: "1 of 2 approvals (aron)" },
  });
  await scenario.advance({ minutes: 10 });
  expect(scenario.puts()).toBe(0);
  expect(await vote(id, voter("berta"), { comment: "ship it" })).toMatchObject({ vote: "counted" });
  await scenario.advance({ minutes: 10 });
  const [event] = scenario.published;
  expect(event?.data).toMatchObject({
    outcome: "promoted",
    approvals: {
      ...{ quorum: 2, asked: 1, decision: "granted", planHash: event?.data.planHash },
      votes: [
        { name: "aron", oid: "aron", decision: "approve" },
        { name: "berta", decision: "approve", comment: "ship it" },
      ],
    },
  });
  expect(event?.data.phases.map((each) => each.phase)).toContain("awaiting-approval");
  const { body } = await scenario.http("GET", `promotions/${id}`);
  expect(body).toMatchObject({
    approval: {
      ...{ state: "granted", detail: "approved: 2 of 2 approvals (aron, berta)" },
      votes: [{ name: "aron" }, { name: "berta", comment: "ship it" }],
    },
  });
});

/** What a promotion can wait for in each phase. */
const waitsOf: Readonly<Record<string, readonly string[]>> = {
  accepted: [],
  planning: ["planning"],
  "awaiting-approval": ["gate"],
  queued: ["queue"],
  "awaiting-readiness": ["readiness"],
  swapping: ["settlement"],
  verifying: ["verification"],
  soaking: ["soak"],
};

test("every view shows the wait and the next action of its phase", async () => {
  const id = await begin({
    approval,
    soak: { forMs: 60_000, everyMs: 10_000, failures: 0, consecutiveErrors: 4 },
  });
  const seen = new Set<string>();
  const lies: unknown[] = [];
  for (let i = 0; i < 600; i++) {
    if (i === 20) for (const name of ["aron", "berta"]) await vote(id, voter(name));
    const { body } = (await scenario.http("GET", `promotions/${id}`)) as {
      body: { phase: string; waitingFor?: { what: string }; nextAction: string };
    };
    if (body.phase === "concluded") break;
    seen.add(body.phase);
    const { what } = body.waitingFor ?? {};
    if (what !== undefined && !waitsOf[body.phase]?.includes(what)) lies.push([body.phase, what]);
    await scenario.advance({ seconds: 1 });
  }
  expect(lies).toEqual([]);
  expect([...seen]).toEqual(
    expect.arrayContaining(["awaiting-approval", "awaiting-readiness", "swapping", "soaking"]),
  );
});

test("one rejection ends the release, with the reason that was given", async () => {
  const id = await begin();
  await vote(id, voter("aron"));
  expect(await vote(id, voter("berta"), { decision: "reject", comment: "not today" })).toMatchObject({
    vote: "counted",
  });
  await scenario.advance({ minutes: 1 });
  expect(scenario.published[0]?.data).toMatchObject({
    ...{
      outcome: "rejected",
      reason: { code: "rejected-by-approver", detail: "rejected by berta: not today" },
    },
  });
  expect(scenario.puts()).toBe(0);
  expect(await vote(id, voter("carl"), { planHash: "0".repeat(64) })).toMatchObject({
    ...{ status: 409, code: "vote-too-late", detail: "the promotion has ended as rejected" },
  });
});

test("without the quorum a release expires at its deadline and says what it waited for", async () => {
  const id = await begin();
  await vote(id, voter("aron"));
  await scenario.advance({ minutes: 22 });
  expect(scenario.published[0]?.data).toMatchObject({
    ...{ outcome: "expired", waitingFor: "gate", reason: { code: "approval-expired" } },
  });
  expect((await vote(id, voter("berta"), { planHash: "0".repeat(64) })).code).toBe("vote-too-late");
});

test.each<[string, Partial<Caller>, number, string, RegExp]>([
  ["the requester", voter("oid-1"), 403, "not-an-approver", /never counts/],
  ["an application", voter("bot", { application: true }), 403, "not-an-approver", /applications/],
  ["somebody under neverApprove", voter("never"), 403, "not-an-approver", /neverApprove/],
  ["somebody not named", voter("stranger"), 403, "not-an-approver", /app role Release/],
  [
    "somebody without the permission",
    voter("aron", { permissions: ["Swap.Read"] }),
    403,
    "forbidden",
    /Swap.Approve/,
  ],
])("the reply says why the vote of %s does not count", async (_who, by, status, code, detail) => {
  const id = await begin({
    approval: { ...approval, people: ["aron", "never"], roles: ["Release"], neverApprove: ["never"] },
  });
  const described = await vote(id, by);
  expect([described.status, described.code]).toEqual([status, code]);
  expect(described.detail).toMatch(detail);
  expect(await vote(id, voter("holder", { roles: ["Release"] }))).toMatchObject({ vote: "counted" });
  expect(await vote(id, voter("ARON"))).toMatchObject({ vote: "counted" });
});

test("fifty copies of one vote at once count as one vote", async () => {
  const id = await begin();
  const { gate } = await scenario.promotion(id);
  const body = { decision: "approve", planHash: gate!.planHash };
  const replies = await Promise.all(
    Array.from({ length: 50 }, () =>
      scenario.http("POST", `promotions/${id}/approvals`, body, voter("aron")),
    ),
  );
  const statuses = replies.map((reply) => reply.status).sort();
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  expect((await scenario.promotion(id)).gate?.votes).toHaveLength(1);
});

test("a request from the queue needs two approvals, whatever the policy says", async () => {
  const id = await begin({ approval: { ...approval, quorum: 1 } });
  const origin = { channel: "queue" };
  const { request, pair } = await scenario.promotion(id);
  const queued = { requestId: "queued", contentHash: "h", origin, pair, at: scenario.clock.now() };
  const registration = { ...queued, request: { ...request, requestId: "queued" } };
  const input = { requestId: "queued", registration };
  await scenario.app.call("POST", "orchestrators/promote/promotion-queued", input);
  await scenario.advance({ seconds: 5 });
  expect((await scenario.promotion(id)).gate?.quorum).toBe(1);
  expect((await scenario.promotion("queued")).gate?.quorum).toBe(2);
});

test("a request can raise the quorum; one that nobody can reach is refused at once", async () => {
  const id = await begin(
    { approval: { ...approval, people: ["aron", "berta"] } },
    { approval: { quorum: 3 } },
  );
  await scenario.advance({ seconds: 5 });
  expect(scenario.published[0]?.data).toMatchObject({
    ...{ outcome: "refused", reason: { code: "approval-impossible" } },
  });
  expect(scenario.outcomeOf(id)).toBe("refused");
});

test("a request can ask for approvals where the policy does not", async () => {
  const id = await begin({}, { approval: { quorum: 1 } });
  expect((await scenario.promotion(id)).phase).toBe("awaiting-approval");
  await vote(id, voter("aron"));
  await scenario.advance({ minutes: 10 });
  expect(scenario.outcomeOf(id)).toBe("promoted");
});

test("a release that waits can be cancelled, and its expiresAt ends the wait", async () => {
  const id = await begin();
  expect((await scenario.http("POST", `promotions/${id}/cancel`, { note: "no" })).status).toBe(202);
  await scenario.advance({ seconds: 5 });
  expect(scenario.outcomeOf(id)).toBe("cancelled");
  const expiresAt = new Date(scenario.clock.now() + 5 * MINUTE).toISOString();
  const other = await scenario.request({ requestId: "other", expiresAt });
  await scenario.advance({ minutes: 7 });
  expect(scenario.published.at(-1)?.data).toMatchObject({
    ...{ requestId: other, outcome: "expired", waitingFor: "gate", reason: { code: "request-expired" } },
  });
});

test("the approval shows its plan, its voters, its deadline and the exact next command", async () => {
  const id = await begin();
  await vote(id, voter("aron"), { comment: "fine" });
  const { body } = await scenario.http("GET", `promotions/${id}`, undefined, voter("berta"));
  const { approval: shown } = body as { approval: { command: string; planHash: string; toApprove: string } };
  expect(shown).toMatchObject({
    ...{ state: "waiting", detail: "1 of 2 approvals (aron)", approvers: "everybody with Swap.Approve" },
    votes: [{ name: "aron", decision: "approve", comment: "fine" }],
    until: { utc: expect.any(String) },
  });
  expect(shown.toApprove).toMatch(/shop-green \(version v2\) is to take production from shop-blue/);
  const [, url = "", data = ""] = /-X POST (\S+) .*-d '(.*)'$/.exec(shown.command) ?? [];
  const path = url.slice(url.indexOf("/api/") + 5);
  expect((await scenario.http("POST", path, JSON.parse(data), voter("berta"))).status).toBe(200);
});

test("without a rule no approval is asked; an unknown promotion has no approval", async () => {
  const id = await begin({});
  const planHash = "0".repeat(64);
  expect(await vote(id, voter("aron"), { planHash })).toMatchObject({
    status: 409,
    code: "no-approval-asked",
  });
  expect(await vote(id, voter("aron"), { planHash: "abc" })).toMatchObject({ code: "malformed-request" });
  const missing = await scenario.http(
    "POST",
    "promotions/none/approvals",
    { decision: "approve", planHash },
    voter("aron"),
  );
  expect(missing.status).toBe(404);
});
