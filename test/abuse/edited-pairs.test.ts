import { createTokenVerifier } from "../../src/adapters/token-verifier";
import { startIssuer, type LocalIssuer } from "../../local/identity";
import { startScenario, type Scenario } from "../support/scenario";

/**
 * Abuse by a person who can edit the pairs file but is no operator, over the real HTTP API with the real token
 * verifier. The numbers continue those of abuse-cases.test.ts.
 */
let issuer: LocalIssuer;
let scenario: Scenario;
beforeAll(async () => {
  issuer = await startIssuer({ host: "127.0.0.1", port: 0, audience: "api://swap" });
});
afterAll(() => issuer.stop());
beforeEach(async () => {
  const verifier = createTokenVerifier({ issuer: issuer.issuer, audience: "api://swap" });
  scenario = await startScenario({ verifier });
  edit({ shop: of("shop") });
});
afterEach(() => scenario.stop());

const of = (name: string, more: object = {}) => ({
  blue: scenario.serviceId(name, "blue"),
  green: scenario.serviceId(name, "green"),
  ...more,
});
const edit = (pairs: Record<string, object>) => {
  scenario.edit({ defaults: { soak: { for: "0s" } }, pairs });
};
const call = async (
  by: "requester" | "operator" | "approver",
  method: string,
  path: string,
  body?: unknown,
) => {
  const headers = { authorization: `Bearer ${await issuer.token(by)}` };
  return scenario.raw(method, path, body, headers);
};
const ask = async (requestId: string, pair: string, promote = "green") => {
  const { status } = await call("requester", "POST", "promotions", {
    ...{ requestId, pair, promote, reason: "test" },
  });
  expect(status).toBe(202);
};
const codeOf = (id: string) => scenario.published.find(({ data }) => data.requestId === id)?.data.reason.code;

test("26. renaming a halted pair keeps its halt until an operator releases it", async () => {
  scenario.arm.faults.add({
    method: "PUT",
    times: 1,
    answer: { kind: "operation", outcome: "Failed", code: "X" },
  });
  await ask("halting", "shop");
  await scenario.advance({ minutes: 5 });
  expect(codeOf("halting")).toBe("operation-failed");
  const { blue, green } = of("shop");
  for (const [name, pair] of [
    ["store", { blue, green }],
    ["shop", { blue: green, green: blue.toUpperCase() }],
    ["store", { blue: green, green: blue }],
  ] as const) {
    edit({ [name]: pair });
    expect((await scenario.pair()).holds.map(({ id }) => id)).toEqual(["halt-halting"]);
    expect((await call("requester", "DELETE", `holds/${name}`, { note: "x" })).status).toBe(403);
  }
  // The green service of the halted promotion is now called blue.
  await ask("next", "store", "blue");
  await scenario.advance({ minutes: 5 });
  expect([scenario.puts(), (await scenario.promotion("next")).phase]).toEqual([1, "queued"]);
  expect((await call("operator", "DELETE", "holds/store", { note: "checked" })).status).toBe(200);
});

test("27. a pair with two names still has one lease and one swap call under way", async () => {
  scenario.arm.faults.add({ method: "PUT", times: 1, answer: { kind: "operation", seconds: 180 } });
  await ask("first", "shop");
  while (scenario.puts() === 0) await scenario.advance({ seconds: 10 });
  edit({ store: of("shop") });
  await ask("second", "store");
  await scenario.advance({ minutes: 2, seconds: 30 });
  expect([scenario.puts(), (await scenario.pair()).lease?.holder]).toEqual([1, "first"]);
  await scenario.advance({ minutes: 6 });
  expect([scenario.effects(), scenario.holder()]).toEqual([1, "green"]);
});

test("28. a file with two entries for one pair is refused", () => {
  expect(() => {
    edit({ shop: of("shop"), store: { blue: of("shop").green.toUpperCase(), green: of("shop").blue } });
  }).toThrow("a service that no other pair names");
});

test("29. loosening the rule after the request removes no approval from the plan", async () => {
  edit({ shop: of("shop", { approval: { quorum: 1 } }) });
  await ask("release", "shop");
  await scenario.advance({ minutes: 1 });
  edit({ shop: of("shop") });
  await scenario.advance({ minutes: 30 });
  expect([scenario.puts(), (await scenario.promotion("release")).phase]).toEqual([0, "awaiting-approval"]);
});
