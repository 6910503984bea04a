import defaultWorld from "../../local/world/scenarios/default.json";
import { createTokenVerifier } from "../../src/adapters/token-verifier";
import { startIssuer, type LocalIssuer } from "../../local/identity";
import { startScenario, type Scenario } from "../support/scenario";

/**
 * The load that readers put on Azure, over the real HTTP API with the real token verifier. All readers together use a
 * small share of Resource Manager's reads, and no run waits for them.
 */
let issuer: LocalIssuer;
let scenario: Scenario;
beforeAll(async () => {
  issuer = await startIssuer({ host: "127.0.0.1", port: 0, audience: "api://swap" });
});
afterAll(() => issuer.stop());
beforeEach(async () => {
  scenario = await start();
});
afterEach(() => scenario.stop());

const names = ["shop", "billing", "legacy", "orders"];
async function start() {
  const verifier = createTokenVerifier({ issuer: issuer.issuer, audience: "api://swap" });
  const started = await startScenario({ verifier, scenario: defaultWorld });
  const pairs = names.map((name) => {
    const [blue, green] = [started.serviceId(name, "blue"), started.serviceId(name, "green")];
    return [name, { blue, green }] as const;
  });
  started.edit({ defaults: { soak: { for: "0s" } }, pairs: Object.fromEntries(pairs) });
  return started;
}
/** A reader's token with a unique object id, so that no caller uses up another's limit. */
const reader = (n: number) =>
  issuer.token("reader", { oid: `66666666-6666-4666-8666-${String(n).padStart(12, "0")}` });
async function call(n: number, method: string, path: string, body?: unknown) {
  const {
    status,
    body: described,
    headers,
  } = await scenario.raw(method, path, body, {
    authorization: `Bearer ${await reader(n)}`,
  });
  return { status, described: described as Described, retryAfter: headers.get("retry-after") };
}
interface Described {
  readonly code?: string;
  readonly readAt?: { readonly utc: string };
  readonly services?: Record<string, { readonly read: string }>;
}
const plan = (n: number, pair: string) => call(n, "POST", "plans", { pair, promote: "green" });
const reads = () => scenario.arm.journal.entries.filter(({ method }) => method === "GET").length;

async function promoteShop(id: string) {
  const body = { requestId: id, pair: "shop", promote: "green", reason: "test" };
  const token = await issuer.token("requester");
  const { status } = await scenario.raw("POST", "promotions", body, { authorization: `Bearer ${token}` });
  expect(status).toBe(202);
}

test("30. fifty readers and fifty plans of one pair at once cost two reads of Azure", async () => {
  const fifty = Array.from({ length: 50 }, (_, i) => i);
  const checks = await Promise.all(fifty.map((n) => call(n, "GET", "pairs/shop")));
  expect(new Set(checks.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(checks.map(({ described }) => described.readAt?.utc)).size).toBe(1);
  expect(reads()).toBe(4);
  const plans = await Promise.all(fifty.map((n) => plan(n, "shop")));
  expect(new Set(plans.map(({ status }) => status))).toEqual(new Set([200]));
  expect(reads()).toBe(4 + 8);
});

test("31. readers spend at most 60 reads and 2 a second, and slow down no promotion", async () => {
  await promoteShop("r-1");
  const [begun, before] = [scenario.clock.now(), reads()];
  const statuses = new Set<number>();
  const since = () => (scenario.clock.now() - begun) / 1_000;
  for (let round = 0; since() < 300; round++) {
    const calls = names.flatMap((pair, i) => [
      call(i, "GET", `pairs/${pair}`),
      call(10 + i, "GET", `pairs/${pair}`),
      plan(20 + ((round + i) % 30), pair),
    ]);
    for (const { status, described, retryAfter } of await Promise.all(calls)) {
      statuses.add(status);
      if (status !== 429) continue;
      expect([described.code, Number(retryAfter) > 0]).toEqual(["too-many-calls", true]);
    }
    await scenario.advance({ seconds: 5 });
  }
  const { conclusion, acceptedAt } = await scenario.promotion("r-1");
  const [spent, took] = [reads() - before, since()];
  expect(statuses).toEqual(new Set([200, 429]));
  expect(conclusion?.outcome).toBe("promoted");

  await scenario.stop();
  scenario = await start();
  await promoteShop("r-1");
  const alone = reads();
  await scenario.advance({ seconds: 305 });
  const undisturbed = await scenario.promotion("r-1");
  const ofRun = reads() - alone;
  expect(conclusion!.at - acceptedAt).toBe(undisturbed.conclusion!.at - undisturbed.acceptedAt);
  expect(spent - ofRun).toBeLessThanOrEqual(60 + 2 * took);
  expect(spent - ofRun).toBeGreaterThan(60);
}, 120_000);

test("32. beyond the budget a pair shows its last observation; a plan never uses one", async () => {
  const first = await call(0, "GET", "pairs/shop");
  for (const pair of names.slice(1)) expect((await plan(1, pair)).status).toBe(200);
  await scenario.advance({ seconds: 10 });
  for (const pair of names.slice(1)) await plan(1, pair);
  await plan(1, "shop");
  await scenario.advance({ seconds: 10 });
  for (const pair of names.slice(1)) await plan(1, pair);
  const refused = await plan(1, "shop");
  expect([refused.status, refused.described.code]).toEqual([429, "too-many-calls"]);
  const operator = { authorization: `Bearer ${await issuer.token("operator")}` };
  await scenario.raw("PUT", "holds/shop", { id: "h-1", reason: "incident 7" }, operator);
  const before = reads();
  const old = await call(0, "GET", "pairs/shop");
  expect(reads()).toBe(before);
  expect(old.status).toBe(200);
  expect(old.described).toMatchObject({ holds: [{ id: "h-1" }], services: { blue: { read: "found" } } });
  expect(Date.parse(old.described.readAt!.utc)).toBeGreaterThan(Date.parse(first.described.readAt!.utc));
  expect(scenario.clock.now() - Date.parse(old.described.readAt!.utc)).toBeGreaterThanOrEqual(10_000);
  await scenario.advance({ seconds: Number(refused.retryAfter) });
  expect((await plan(1, "shop")).status).toBe(200);
}, 60_000);

test("33. the view of a pair shows no calendar address and no credential", async () => {
  const window = {
    freezes: [
      { calendarSetting: "FREEZE_CALENDAR" },
      { calendar: "https://calendar.example/f.ics?token=canary" },
    ],
  };
  const probes = [{ name: "home", url: "https://shop.example/health?code=canary" }];
  const [blue, green] = [scenario.serviceId("shop", "blue"), scenario.serviceId("shop", "green")];
  scenario.edit({ pairs: { shop: { blue, green, window, probes, retain: "90d" } } });
  const { described } = await call(0, "GET", "pairs/shop");
  expect(JSON.stringify(described)).not.toContain("canary");
  expect(described).toMatchObject({
    policy: {
      ...{ blue, green, readiness: { poll: "30s", stableFor: "2m", deadline: "30m" }, retain: "90d" },
      window: { freezes: [{ calendarSetting: "FREEZE_CALENDAR" }, {}], deadline: "7d" },
      probes: [{ name: "home", url: "https://shop.example/health?code=***", timeout: "5s" }],
    },
  });
});
