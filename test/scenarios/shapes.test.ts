import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { progressEventSchema } from "../../src/contracts/events";
import { defaultPolicy } from "../../src/domain/policy/policy";
import { httpRoutes } from "../../src/triggers/http/routes";
import { aDeploymentWindow } from "../support/deployment-windows";
import { type Scenario, startScenario } from "../support/scenario";
import { strayTimes } from "../support/times";
import { voter } from "../support/votes";

/** The common format of answers and events, and the example in docs/http-api.md. */
let run: Scenario;
afterEach(() => run.stop());

const HOUR = 3_600_000;
const daily = { pair: "shop", name: "daily", cron: "30 13 * * *", zone: "Europe/Berlin" };
const policy = {
  timeZone: "Europe/Berlin",
  window: { deadlineMs: 24 * HOUR, rules: "r" },
  probes: [
    {
      ...{ name: "home", url: "http://shop/", incomingUrl: "http://staging.shop/" },
      ...{ expect: {}, timeoutMs: 1_000 },
    },
  ],
  approval: { quorum: 1, deadlineMs: HOUR, validForMs: 4 * HOUR },
  readiness: { pollMs: 5_000, stableForMs: 30_000, deadlineMs: HOUR },
  soak: { ...defaultPolicy.soak, forMs: 600_000 },
};
const begin = () =>
  startScenario({
    policy,
    window: aDeploymentWindow({ allow: [{ cron: "0 * * * *", zone: "Europe/Berlin", durationMs: HOUR }] }),
    schedules: [{ ...daily, promote: "green", reason: "daily", expiresAfterMs: HOUR / 2 }],
  });

async function until(id: string, phase: string): Promise<void> {
  for (let i = 0; i < 200 && (await run.promotion(id)).phase !== phase; i++)
    await run.advance({ seconds: 5 });
  expect((await run.promotion(id)).phase).toBe(phase);
}

test("every route uses one format of times, and every event uses its own", async () => {
  run = await begin();
  const asked = new Set<string>();
  /** The scenario checks the format of every answer. This only counts them. */
  const ask = async (route: string, method: string, path: string, body?: unknown, by?: object) => {
    const reply = await run.http(method, path, body, by);
    asked.add(route);
    expect(`${route} ${String(strayTimes(reply.body, "api"))}`).toBe(`${route} `);
    return reply as { status: number; body: Record<string, never> };
  };
  const check = async (id: string) => {
    await ask("getPromotion", "GET", `promotions/${id}`);
    await ask("listPromotions", "GET", "promotions");
    await ask("listPairs", "GET", "pairs");
    await ask("getPair", "GET", "pairs/shop");
    await ask("listSchedules", "GET", "schedules");
    const plan = { pair: "shop", promote: "green", expiresAt: "2026-11-25T12:00:00Z" };
    await ask("postPlan", "POST", "plans", plan);
    await ask("postPlan", "POST", "plans?at=2026-11-24T12:59:00Z", plan);
    await ask("getWindow", "GET", "pairs/shop/window");
  };
  // Given a promotion that shows every time, and one busy role instance
  const instance = run.arm.service("shop-green")!.instances[0]!;
  instance.state = "RoleStateBusy";
  const request = { requestId: "r-1", pair: "shop", promote: "green", reason: "test" };
  const times = { notBefore: "2026-11-24T12:00:30Z", expiresAt: "2026-11-25T12:00:00+01:00" };
  await ask("postPromotion", "POST", "promotions", { ...request, ...times });
  await ask("postPromotion", "POST", "promotions", { ...request, expiresAt: "2026-11-25T13:00:00Z" });
  await run.app.settle();
  await until("r-1", "awaiting-approval");
  await check("r-1");
  const { planHash } = (await run.promotion("r-1")).gate!;
  const ballot = { decision: "approve", planHash };
  await ask("postApproval", "POST", "promotions/r-1/approvals", ballot, voter("aron"));
  await ask("postApproval", "POST", "promotions/r-1/approvals", ballot, voter("aron"));
  await run.advance({ seconds: 20 });
  await check("r-1");
  await until("r-1", "awaiting-readiness");
  await run.advance({ seconds: 20 });
  await check("r-1");
  instance.state = "RoleStateStarted";
  // When it is swapped, held and watched, and is rolled back after a regression
  await until("r-1", "soaking");
  await ask("putHold", "PUT", "holds/shop", { reason: "look", id: "h-1" });
  await ask("putHold", "PUT", "holds/all", { reason: "look", id: "h-2" });
  await ask("cancelPromotion", "POST", "promotions/r-1/cancel", { note: "stop" });
  await ask("cancelPromotions", "POST", "pairs/shop/cancel", { note: "stop" });
  await check("r-1");
  run.sites.set("v2", { status: 500 });
  for (let i = 0; i < 60 && !run.outcomeOf("r-1"); i++) await run.advance({ seconds: 30 });
  expect(run.outcomeOf("r-1")).toBe("rolled-back");
  await ask("orderRollback", "POST", "promotions/r-1/rollback", { note: "slow" });
  await check("r-1");
  await ask("deleteHold", "DELETE", "holds/shop", { note: "checked" });
  await ask("pauseSchedule", "POST", "schedules/shop/daily/pause", { note: "not today" });
  await ask("resumeSchedule", "POST", "schedules/shop/daily/resume", { note: "today" });
  await ask("getHealth", "GET", "health");
  await ask("postPromotion", "POST", "promotions", {
    ...request,
    requestId: "r-2",
    expiresAt: "2026-11-24T01:00:00Z",
  });
  await ask("cancelPromotion", "POST", "promotions/r-1/cancel", { note: "stop" });
  // Then no answer, event or audit export has a time in another format
  const audit = await run.http("GET", "pairs/shop/audit");
  asked.add("getAudit");
  for (const line of String(audit.body).trim().split("\n"))
    if (!line.includes('"event"')) expect(strayTimes(JSON.parse(line), "events")).toEqual([]);
  const all = httpRoutes({} as never, {} as never).map(({ name }) => name);
  expect([...asked].sort()).toEqual(all.filter((name) => name !== "unknownRoute").sort());
  for (const event of [...run.published, ...run.news]) expect(strayTimes(event, "events")).toEqual([]);
  const steps = new Set(run.news.map(({ data }) => data.step));
  expect([...steps].sort()).toEqual([...progressEventSchema.shape.data.shape.step.options].sort());
});

const page = join(__dirname, "../../docs/http-api.md");

/** The example below a heading of the documentation. UPDATE_SCHEMAS=1 rewrites it. */
function exampleBelow(heading: string, now: unknown): unknown {
  const text = readFileSync(page, "utf8");
  const from = text.indexOf("```json\n", text.indexOf(`## ${heading}\n`)) + "```json\n".length;
  const until = text.indexOf("```", from);
  if (process.env["UPDATE_SCHEMAS"] === "1") {
    const lines = JSON.stringify(now, null, 2).replace(
      /\{\n\s+("utc": "[^"]+"),\n\s+("local": "[^"]+")\n\s+\}/g,
      "{ $1, $2 }",
    );
    writeFileSync(page, `${text.slice(0, from)}${lines}\n${text.slice(until)}`);
    return now;
  }
  return JSON.parse(text.slice(from, until));
}

test("the example in docs/http-api.md is the view of a promotion that waits", async () => {
  run = await startScenario({
    policy: {
      timeZone: "Europe/Berlin",
      readiness: { pollMs: 5_000, stableForMs: 120_000, deadlineMs: HOUR / 2 },
    },
  });
  run.arm.service("shop-green")!.instances[0]!.state = "RoleStateBusy";
  const busy = { code: "AnotherOperationInProgress", message: "An update is under way." };
  run.arm.faults.add({
    ...{ method: "PUT", url: "", skip: 0, times: 1, answer: { kind: "status", status: 409, ...busy } },
  } as never);
  const id = await run.request({ requestId: "release-1", reason: "release 2.14" });
  await until(id, "awaiting-readiness");
  run.arm.service("shop-green")!.instances[0]!.state = "RoleStateStarted";
  for (let i = 0; i < 100 && run.puts() === 0; i++) await run.advance({ seconds: 5 });
  run.arm.service("shop-green")!.instances[0]!.state = "RoleStateBusy";
  await run.advance({ seconds: 30 });
  const { body } = await run.http("GET", `promotions/${id}`);
  const { plan, ...shown } = body as {
    plan: { prerequisites: unknown[]; incoming: unknown; outgoing: unknown };
  };
  // The example shows one prerequisite and no hashes, to stay readable.
  const short = { ...shown, plan: { ...plan, prerequisites: plan.prerequisites.slice(0, 1) } };
  const unhashed = (name: string, value: unknown) => (["hash", "head"].includes(name) ? "…" : value);
  const example: unknown = JSON.parse(JSON.stringify(short, unhashed));
  expect(exampleBelow("One promotion", example)).toEqual(example);
});

test("an unchanged readiness is reported once, with the time of its observation", async () => {
  run = await startScenario({
    policy: { readiness: { pollMs: 5_000, stableForMs: 30_000, deadlineMs: HOUR } },
  });
  run.arm.service("shop-green")!.instances[0]!.state = "RoleStateBusy";
  const id = await run.request();
  await until(id, "awaiting-readiness");
  await run.advance({ seconds: 10 });
  const checks = () => run.arm.journal.entries.filter(({ url }) => url.includes("roleInstances")).length;
  const [before, seen] = [await run.promotion(id), checks()];
  await run.advance({ minutes: 5 });
  const after = await run.promotion(id);
  const rounds = (checks() - seen) / 2;
  expect(rounds).toBeGreaterThan(25);
  // Each generation of the wait reports its state once.
  expect(after.revision - before.revision).toBeLessThan(rounds / 3);
  expect(after.readiness?.map(({ observedAt }) => typeof observedAt)).toEqual(["number", "number"]);
});
