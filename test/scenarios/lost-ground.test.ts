import { parseServiceFault } from "../../local/resource-manager";
import { startScenario, type Scenario } from "../support/scenario";

let scenario: Scenario;
beforeEach(async () => {
  scenario = await startScenario();
});
afterEach(() => scenario.stop());

const refused = (status: number, code: string) => {
  scenario.arm.faults.add({ method: "GET", times: 1_000_000, answer: { kind: "status", status, code } });
};

test.each([
  [401, "ExpiredAuthenticationToken"],
  [403, "AuthorizationFailed"],
])(
  "reads denied for good with %i end the promotion without a PUT and free the pair",
  async (status, code) => {
    const id = await scenario.request();
    await scenario.advance({ seconds: 60 });
    refused(status, code);
    await scenario.advance({ minutes: 70 });
    expect(scenario.outcomeOf(id)).toBe("expired");
    expect(scenario.puts()).toBe(0);
    expect((await scenario.pair()).lease).toBeUndefined();
  },
);

test("deleting a service ends the promotion without a PUT and frees the pair", async () => {
  const id = await scenario.request();
  await scenario.advance({ seconds: 60 });
  const fault = parseServiceFault({ kind: "deleted", service: "shop-green" });
  if (Array.isArray(fault)) throw new Error(fault.join());
  scenario.arm.addServiceFault(fault);
  await scenario.advance({ minutes: 70 });
  expect(scenario.outcomeOf(id)).toBeDefined();
  expect(scenario.outcomeOf(id)).not.toBe("promoted");
  expect(scenario.puts()).toBe(0);
  expect((await scenario.pair()).lease).toBeUndefined();
});

test("an instance that stops during the swap does not hide what the slots show", async () => {
  const id = await scenario.request();
  while (scenario.puts() === 0) await scenario.advance({ seconds: 1 });
  scenario.arm.service("shop-green")!.instances[0]!.state = "RoleStateStopped";
  await scenario.advance({ minutes: 40 });
  expect([scenario.puts(), scenario.effects()]).toEqual([1, 1]);
  expect(scenario.outcomeOf(id)).toBe("promoted");
});
