import { createSimulator, startResourceManager } from "../../../local/resource-manager";
import { webAnswer } from "../../../local/resource-manager/web-answers";
import { pairIn } from "../../support/simulated-pairs";
import { createVirtualClock } from "../../support/virtual-clock";

const TEST = "00000000-0000-4000-8000-00000000000a";

const scenario = {
  subscription: TEST,
  pairs: [pairIn("a", "shop-rg", TEST)],
};

test("web roles answer at a path as the scenario says, unless they have a bug by now", async () => {
  const pair = pairIn("a", "shop-rg", TEST);
  const answers = [{ path: "/health", status: 204, headers: { "x-ready": "yes" } }];
  const scenario = { subscription: TEST, pairs: [{ ...pair, blue: { ...pair.blue, answers } }] };
  const server = await startResourceManager({ scenario });
  const { production } = server.pairs[0]!;
  const health = await fetch(`${production}/health?deep=1`);
  expect([health.status, health.headers.get("x-ready")]).toEqual([204, "yes"]);
  expect((await fetch(`${production}/other`)).status).toBe(200);
  const bug = { after: 0, status: 500 };
  await fetch(`${server.endpoint}/control/service`, {
    method: "POST",
    body: JSON.stringify({ service: "a/blue", bug }),
  });
  expect((await fetch(`${production}/health`)).status).toBe(500);
  await server.stop();
});

test.each([
  [{ status: "ok" }, { service: "shop-blue", version: "v1", instance: "i", status: "ok" }],
  [["ok"], ["ok"]],
  [undefined, { service: "shop-blue", version: "v1", instance: "i" }],
])("a body of %j is answered as %j", (body, expected) => {
  const simulator = createSimulator({ scenario, clock: createVirtualClock() });
  const service = { ...simulator.service("a/blue")!, answers: [{ path: "/", body }] };
  expect(webAnswer(service, "i", "/?x").body).toEqual(expected);
});
