import { core } from "../../local/functions-host/core-module";
import { readEntries, readScenario, scenarioNames, type Invocation } from "./fixtures";
import { startGoldenApp, type GoldenApp } from "./golden-app";
import { normalise } from "./normalise";

/** These count in module variables or were truncated, so the same input gives another answer. */
const notRepeatable = ["nondet", "big", "big-status"];

let app: GoldenApp;
beforeAll(async () => {
  app = await startGoldenApp();
});
afterAll(() => app.stop());

const recorded: readonly (readonly [string, readonly Invocation[]])[] = [
  ...scenarioNames
    .filter((name) => !notRepeatable.includes(name))
    .map((name) => [`scenarios/${name}`, readScenario(name).invocations] as const),
  ...["management", "client", "restart"].map(
    (name) => [`${name}.json`, readEntries(`${name}.json`).invocations ?? []] as const,
  ),
];

test.each(recorded)(
  "%s: the unmodified packages answer every recorded input as recorded",
  async (_name, invocations) => {
    for (const recorded of invocations.filter(({ kind }) => ["orchestrator", "entity"].includes(kind))) {
      app.wire.calls.length = 0;
      const [binding = ""] = Object.keys(core.functions.get(recorded.function)?.metadata.bindings ?? {});
      const text = JSON.stringify(recorded.input, null, 2);
      const request = { inputData: [{ name: binding, data: { string: text } }] };
      await app.host.app.invoke(recorded.function, request).catch(() => undefined);
      const [mine] = app.invocations();
      expect(normalise(answerOf(mine))).toEqual(normalise(answerOf(recorded)));
    }
  },
);

function answerOf(invocation: Invocation | undefined): unknown {
  const { returned, failed, outOfProcData } = invocation ?? {};
  return { returned, failed, outOfProcData };
}
