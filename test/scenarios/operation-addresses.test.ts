import { SIGNED } from "../../local/resource-manager";
import calm from "../../local/world/scenarios/calm.json";
import { startScenario, type Scenario } from "../support/scenario";

/** A failed operation is detected in every form of its address and of its result. */
let scenario: Scenario;
afterEach(() => scenario.stop());

async function play(answer: object, hours = 1) {
  scenario = await startScenario({ scenario: calm });
  const fault = { kind: "operation", outcome: "Failed", code: "VipSwapX", message: "boom", ...answer };
  scenario.arm.faults.add({ method: "PUT", answer: fault as never });
  const id = await scenario.request();
  await scenario.advance({ hours });
  const event = scenario.published.find(({ data }) => data.requestId === id);
  const shown = await scenario.http("GET", `promotions/${id}`);
  const described = [scenario.logged, scenario.published, scenario.news, shown.body, await scenario.pair()];
  return {
    outcome: event?.data.outcome,
    code: event?.data.reason.code,
    saysWhy: JSON.stringify(shown.body).includes("VipSwapX"),
    puts: scenario.puts(),
    held: (await scenario.pair()).holds.length > 0,
    signature: JSON.stringify(described).includes(SIGNED),
    logged: scenario.logged.join("\n"),
  };
}

const failed = { outcome: "halted", code: "operation-failed", puts: 1, held: true, signature: false };

test.each([
  ["as recorded", {}],
  ["by Azure-AsyncOperation alone", { headers: "azure-asyncoperation" }],
  ["by Location alone", { headers: "location" }],
  ["in 6 KB a header", { characters: 6_144 }],
  ["in the longest address that is followed", { characters: 12_288 }],
  ["with signatures that expire at the next poll", { expiresAfterPolls: 1 }],
  [
    "by Location, with signatures that expire at the next poll",
    { headers: "location", expiresAfterPolls: 1 },
  ],
  ["with its error at the top level of the body", { errorShape: "top-level" }],
  [
    "by Location, with its error at the top level of the body",
    { headers: "location", errorShape: "top-level" },
  ],
  ["with its later addresses on another host", { later: { origin: "https://elsewhere.example" } }],
])("a failed operation named %s halts the promotion", async (_how, answer) => {
  const { logged: _logged, ...seen } = await play({ seconds: 120, ...answer });
  expect(seen).toEqual({ ...failed, saysWhy: true });
});

test.each([
  [{ characters: 13_000 }, "13,000 characters, more than 12,288"],
  [{ origin: "https://elsewhere.example" }, "on another host"],
  [{ later: { characters: 13_000 } }, "new URL has 13,000 characters"],
])("the log reports an address that is not followed: %j", async (answer, finding) => {
  const { logged, signature } = await play({ seconds: 120, ...answer });
  expect(logged).toContain(finding);
  expect(signature).toBe(false);
});
