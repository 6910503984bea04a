import type { Caller } from "../../src/ports/identity";
import { startScenario, type Scenario } from "../support/scenario";

/** Edits of the pairs file during promotions. A pair is identified by its two services, not by its name. */
let scenario: Scenario;
beforeEach(async () => {
  scenario = await startScenario();
  edit({ shop: of("shop") });
});
afterEach(() => scenario.stop());

const of = (name: string, more: object = {}) => ({
  blue: scenario.serviceId(name, "blue"),
  green: scenario.serviceId(name, "green"),
  ...more,
});
const exchanged = (name: string, more: object = {}) => ({
  blue: scenario.serviceId(name, "green"),
  green: scenario.serviceId(name, "blue"),
  ...more,
});
const edit = (pairs: Record<string, object>) => {
  scenario.edit({ defaults: { soak: { for: "0s" } }, pairs });
};
const hold = async (pair = "shop") => {
  const { status } = await scenario.http("PUT", `holds/${pair}`, { id: "h-1", reason: "incident 7" });
  expect(status).toBe(200);
};
const release = async (pair: string) => {
  expect((await scenario.http("DELETE", `holds/${pair}?note=over`)).status).toBe(200);
};
const endOf = (id: string) => {
  const { outcome, reason } = scenario.published.find(({ data }) => data.requestId === id)?.data ?? {};
  return [outcome, reason?.code];
};
const swapsOf = (service: string) =>
  scenario.arm.journal.entries.filter(({ method, url }) => method === "PUT" && url.includes(service)).length;

test("a late swap call under the old name keeps the new name waiting", async () => {
  scenario.arm.faults.add({
    method: "PUT",
    times: 1,
    answer: { kind: "operation", answer: "reset", effectAfter: 200, seconds: 220 },
  });
  const late = await scenario.request({ requestId: "late", promote: "green" });
  while (scenario.puts() === 0) await scenario.advance({ seconds: 10 });
  edit({ store: of("shop") });
  const back = await scenario.request({ requestId: "back", pair: "store", promote: "green" });
  await scenario.advance({ minutes: 3 });
  expect([scenario.puts(), (await scenario.promotion(back)).phase]).toEqual([1, "queued"]);
  await scenario.advance({ minutes: 12 });
  expect([scenario.effects(), scenario.holder()]).toEqual([1, "green"]);
  expect([endOf(late)[0], endOf(back)[0]]).toEqual(["promoted", "unchanged"]);
});

test("a hold survives renaming and exchanging; the current name releases it", async () => {
  await hold();
  const versions: Record<string, object>[] = [
    { store: of("shop") },
    { store: exchanged("shop") },
    { shop: of("shop") },
  ];
  for (const pairs of versions) {
    edit(pairs);
    const [pair = ""] = Object.keys(pairs);
    const { body } = await scenario.http("GET", `pairs/${pair}`);
    expect(body).toMatchObject({ key: scenario.key, holds: [{ id: "h-1", by: "Olga" }] });
  }
  edit({ store: of("shop") });
  const id = await scenario.request({ pair: "store" });
  await scenario.advance({ minutes: 5 });
  expect(scenario.puts()).toBe(0);
  await release("store");
  await scenario.advance({ minutes: 5 });
  expect(endOf(id)).toEqual(["promoted", "promoted"]);
});

test("when two pairs exchange names, a promotion still swaps the services it was for", async () => {
  edit({ shop: of("shop"), billing: of("billing") });
  await hold();
  const id = await scenario.request();
  edit({ shop: of("billing"), billing: of("shop") });
  await scenario.advance({ minutes: 2 });
  await release("billing");
  await scenario.advance({ minutes: 5 });
  expect([endOf(id)[0], swapsOf("shop-green"), swapsOf("billing")]).toEqual(["promoted", 1, 0]);
  const listed = async (pair: string) =>
    ((await scenario.http("GET", `promotions?pair=${pair}`)).body as { value: unknown[] }).value;
  expect([await listed("billing"), await listed("shop")]).toMatchObject([[{ id, pair: "shop" }], []]);
});

test("when blue and green exchange, the service that was green is promoted", async () => {
  await hold();
  const id = await scenario.request({ promote: "green" });
  edit({ shop: exchanged("shop") });
  await scenario.advance({ minutes: 2 });
  await release("shop");
  await scenario.advance({ minutes: 5 });
  expect([endOf(id)[0], scenario.holder(), swapsOf("shop-green")]).toEqual(["promoted", "green", 1]);
  const late = await scenario.http("POST", `promotions/${id}/rollback`, { note: "back" });
  expect(JSON.stringify(late.body)).toContain('\\"pair\\":\\"shop\\",\\"promote\\":\\"green\\"');
});

test("an exchange before the plan does not change the side that was meant", async () => {
  scenario.arm.faults.add({ method: "GET", times: 40, answer: { kind: "status", status: 503 } });
  const id = await scenario.request({ promote: "green" });
  edit({ store: exchanged("shop") });
  await scenario.advance({ minutes: 20 });
  expect([endOf(id)[0], scenario.holder()]).toEqual(["promoted", "green"]);
});

test("removing a pair refuses what waits within five minutes and keeps its hold", async () => {
  edit({ shop: of("shop"), billing: of("billing") });
  await hold();
  await scenario.advance({ minutes: 1 });
  const id = await scenario.request();
  edit({ billing: of("billing") });
  await scenario.advance({ minutes: 5 });
  expect([endOf(id), scenario.puts()]).toEqual([["refused", "pair-removed"], 0]);
  edit({ store: of("shop") });
  expect((await scenario.http("GET", "pairs/store")).body).toMatchObject({ holds: [{ id: "h-1" }] });
});

test("break-glass does not swap a pair that was removed from the file", async () => {
  edit({ shop: of("shop"), billing: of("billing") });
  const by = { permissions: ["Swap.Operate"] } as const;
  const body = {
    requestId: "urgent",
    pair: "shop",
    promote: "green",
    reason: "x",
    breakGlass: { reason: "fire" },
  };
  expect((await scenario.http("POST", "promotions", body, by as Partial<Caller>)).status).toBe(202);
  edit({ billing: of("billing") });
  await scenario.advance({ minutes: 10 });
  expect([endOf("urgent"), scenario.puts()]).toEqual([["refused", "pair-removed"], 0]);
});

test("a swap claimed before its pair was removed is followed to its end", async () => {
  scenario.arm.faults.add({ method: "PUT", times: 1, answer: { kind: "operation", seconds: 240 } });
  const id = await scenario.request();
  while (scenario.puts() === 0) await scenario.advance({ seconds: 10 });
  edit({ billing: of("billing") });
  await scenario.app.call("POST", `instances/promotion-${id}/terminate?reason=oops`);
  await scenario.advance({ minutes: 14 });
  expect([endOf(id)[0], scenario.effects(), scenario.holder()]).toEqual(["promoted", 1, "green"]);
});

test("a schedule starts once when its pair is renamed at that instant; stays paused", async () => {
  const schedule = { name: "daily", cron: "30 12 * * *", zone: "UTC", promote: "green", reason: "daily" };
  const late = { ...schedule, name: "late", cron: "40 12 * * *" };
  edit({ shop: of("shop", { schedules: [schedule, late] }) });
  await scenario.advance({ minutes: 2 });
  expect((await scenario.http("POST", "schedules/shop/late/pause", { note: "not today" })).status).toBe(200);
  await scenario.advance({ minutes: 28, seconds: 5 });
  edit({ store: of("shop", { schedules: [schedule, late] }) });
  await scenario.advance({ minutes: 20 });
  const { body } = await scenario.http("GET", "promotions?pair=store");
  expect(body).toMatchObject({
    value: [{ id: `schedule-${scenario.key}-20261124T123000Z`, outcome: "promoted" }],
  });
  expect((body as { value: unknown[] }).value).toHaveLength(1);
  expect((await scenario.http("GET", "schedules")).body).toMatchObject({
    value: [{ name: "daily" }, { name: "late", paused: { note: "not today" } }],
  });
});
