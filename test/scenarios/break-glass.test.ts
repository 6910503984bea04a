import { approval, startGate } from "../support/votes";
import type { Caller } from "../../src/ports/identity";
import type { Scenario } from "../support/scenario";

/** Break-glass passes the gate and the deployment window only, and is always reported. */
let scenario: Scenario;
beforeEach(async () => {
  scenario = (await startGate({ approval })).scenario;
});
afterEach(() => scenario.stop());

const breakGlass = { reason: "production is down" };
const request = { requestId: "urgent", pair: "shop", promote: "green", reason: "fix" };
const operator: Partial<Caller> = { permissions: ["Swap.Read", "Swap.Operate"] };
const post = (over: object, by: Partial<Caller> = operator) =>
  scenario.http("POST", "promotions", { ...request, ...over }, by);

test("break-glass skips approvals; event, timeline, view and alert say who and why", async () => {
  expect((await post({ breakGlass })).status).toBe(202);
  await scenario.advance({ minutes: 15 });
  const [event] = scenario.published;
  expect(event?.data).toMatchObject({
    outcome: "promoted",
    breakGlass: { oid: "oid-1", name: "Olga", reason: "production is down" },
  });
  expect(event?.data.approvals).toBeUndefined();
  expect(event?.data.phases[0]?.note).toBe("break-glass by Olga: production is down");
  const { body } = await scenario.http("GET", "promotions/urgent");
  expect(body).toMatchObject({ breakGlass: { by: "Olga", oid: "oid-1", reason: "production is down" } });
  const alerts = scenario.logged.filter((line) => line.includes("[alert break-glass]"));
  expect(alerts).toHaveLength(1);
  expect(alerts[0]).toMatch(/^error .*Olga.*production is down/);
});

test("an outgoing service that does not run blocks nothing: the platform decides", async () => {
  for (const instance of scenario.arm.service("shop-blue")!.instances) instance.state = "RoleStateStopped";
  await post({ breakGlass });
  await scenario.advance({ minutes: 15 });
  expect([scenario.puts(), scenario.outcomeOf("urgent")]).toEqual([1, "halted"]);
  expect(scenario.published[0]?.data.reason.detail).toContain("Not every role instance is running");
});

test("break-glass still waits for an incoming service that does not run", async () => {
  scenario.arm.service("shop-green")!.instances[0]!.state = "RoleStateBusy";
  await post({ breakGlass });
  await scenario.advance({ minutes: 10 });
  expect([(await scenario.promotion("urgent")).phase, scenario.puts()]).toEqual(["awaiting-readiness", 0]);
});

test("break-glass never passes a hold", async () => {
  expect((await scenario.http("PUT", "holds/shop", { reason: "incident" })).status).toBeLessThan(300);
  await post({ breakGlass });
  await scenario.advance({ minutes: 10 });
  expect([(await scenario.promotion("urgent")).phase, scenario.puts()]).toEqual(["queued", 0]);
});

test.each<[string, object, Partial<Caller>, number, string]>([
  ["without Swap.Operate", { breakGlass }, { permissions: ["Swap.Request"] }, 403, "forbidden"],
  ["by an application", { breakGlass }, { ...operator, application: true }, 403, "forbidden"],
  ["without a reason", { breakGlass: {} }, operator, 400, "malformed-request"],
  ["with another field", { breakGlass: { ...breakGlass, hold: true } }, operator, 400, "malformed-request"],
  ["left out by a caller with Swap.Operate alone", {}, operator, 403, "forbidden"],
])("break-glass %s is refused, and nothing is registered", async (_how, over, by, status, code) => {
  const reply = await post(over, by);
  expect([reply.status, (reply.body as { code: string }).code]).toEqual([status, code]);
  expect((await scenario.http("GET", "promotions/urgent")).status).toBe(404);
});

test("break-glass is part of the content: a repeated request cannot add it", async () => {
  const by: Partial<Caller> = { permissions: ["Swap.Read", "Swap.Request", "Swap.Operate"] };
  expect((await post({}, by)).status).toBe(202);
  const again = await post({ breakGlass }, by);
  expect([again.status, (again.body as { code: string }).code]).toEqual([409, "request-conflict"]);
});
