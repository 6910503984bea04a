import { defaultPolicy } from "../../src/domain/policy/policy";
import { type Scenario, startScenario } from "../support/scenario";
import { approval, startGate, voter } from "../support/votes";

/** The log lines that an operator reads with the levels of host.json. */
let scenario: Scenario;
afterEach(() => scenario.stop());

/** Category and message of each line, without the fields. */
const read = () => scenario.app.logged.map((line) => line.replace(/ \{.*$/, ""));
const written = (words: string) => scenario.logged.filter((line) => line.includes(words));

test("the log has one line per vote, hold, release and outcome, and none for progress", async () => {
  const gate = await startGate({ approval });
  scenario = gate.scenario;
  const id = await scenario.request();
  await scenario.advance({ minutes: 5 });
  await gate.vote(id, voter("aron"), { comment: "ship it" });
  await gate.vote(id, voter("aron"));
  await gate.vote(id, voter("berta"));
  await scenario.http("PUT", "holds/shop", { reason: "incident 7" });
  await scenario.advance({ minutes: 1 });
  await scenario.http("DELETE", "holds/shop?note=over");
  await scenario.advance({ minutes: 15 });
  expect(scenario.outcomeOf(id)).toBe("promoted");
  expect(written("a promotion progressed").length).toBeGreaterThan(3);
  expect(read()).toEqual([
    "information: postApproval.Invocation a vote was counted",
    "warning: postApproval.Invocation a vote was not counted",
    "information: postApproval.Invocation a vote was counted",
    "warning: putHold.Invocation a pair was put on hold",
    "information: deleteHold.Invocation a hold was released",
    "information: publishCompletion.Invocation a promotion ended",
  ]);
  expect(scenario.app.logged.at(-1)).toContain(`"requestId":"${id}","pair":"shop","code":"promoted"`);
});

test("the log says who cancels, who orders a rollback, and who lacks the permission", async () => {
  scenario = await startScenario({ policy: { soak: defaultPolicy.soak } });
  const first = await scenario.request();
  await scenario.http("POST", `promotions/${first}/cancel`, { note: "mine" }, ["Swap.Read"]);
  await scenario.http("POST", `promotions/${first}/cancel`, { note: "not today" });
  await scenario.advance({ minutes: 2 });
  const second = await scenario.request();
  while ((await scenario.promotion(second)).phase !== "soaking") await scenario.advance({ seconds: 30 });
  await scenario.http("POST", `promotions/${second}/rollback`, { note: "orders fail" });
  await scenario.advance({ minutes: 10 });
  expect(read()).toEqual([
    "warning: cancelPromotion.Invocation a caller without the permission was refused",
    "information: cancelPromotion.Invocation a promotion is cancelled",
    "information: publishCompletion.Invocation a promotion ended",
    "information: orderRollback.Invocation a rollback was ordered",
    "error: publishCompletion.Invocation [alert rolled-back] a promotion was rolled back: review the release",
  ]);
});

test("the log shows a fault that an activity meets: the broker is away", async () => {
  scenario = await startScenario();
  scenario.brokerDown = true;
  await scenario.request();
  await scenario.advance({ minutes: 10 });
  const lines = scenario.app.logged;
  expect(
    lines.some((line) =>
      /^warning: announceProgress\.Invocation a progress event was lost .*"fault":"Error: the broker is down"/.test(
        line,
      ),
    ),
  ).toBe(true);
  expect(
    lines.some((line) => /^warning: publishCompletion\.Invocation a completion event could not/.test(line)),
  ).toBe(true);
  await scenario.advance({ minutes: 6 });
  expect(lines.some((line) => /^error: reconciler\.Invocation \[alert publish-failing\]/.test(line))).toBe(
    true,
  );
});

test("a promotion without faults is one log line", async () => {
  scenario = await startScenario();
  await scenario.request();
  await scenario.advance({ minutes: 15 });
  expect(read()).toEqual(["information: publishCompletion.Invocation a promotion ended"]);
});
