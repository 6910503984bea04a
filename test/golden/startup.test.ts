import { core, hostVersion, version } from "../../local/functions-host/core-module";
import { readEntries, readJson, readScenario, type Exchange } from "./fixtures";
import { startGoldenApp, type GoldenApp } from "./golden-app";
import { playScenario } from "./play";
import { asIndexed, comparableCall, comparableSample, type RawSample } from "./raw";

interface Recorded {
  readonly workerInit: {
    readonly hostVersion: string;
    readonly workerMetadata: { readonly workerVersion: string; readonly customProperties: object };
    readonly workerCapabilities: object;
  };
  readonly functions: {
    readonly main: readonly {
      readonly name: string;
      readonly bindings: readonly object[];
      readonly loaded?: false;
    }[];
  };
  readonly samples: Readonly<Record<string, RawSample>>;
}

const { workerInit, functions, samples } = readJson("worker-startup.json") as Recorded;

let app: GoldenApp;
beforeAll(async () => {
  app = await startGoldenApp();
});
afterAll(() => app.stop());

test("host, worker and programming model report the recorded versions", () => {
  expect(hostVersion).toBe(workerInit.hostVersion);
  expect(version).toBe(workerInit.workerMetadata.workerVersion);
  const { name: modelName, version: modelVersion } = core.model ?? {};
  expect({ modelName, modelVersion }).toEqual(workerInit.workerMetadata.customProperties);
  expect(app.wire.capabilities).toEqual(workerInit.workerCapabilities);
});

test("the functions have the recorded bindings, and the faulty one is named", () => {
  expect(app.host.app.functions.map(asIndexed)).toEqual(
    functions.main.map(({ loaded: _loaded, ...fn }) => fn),
  );
  const inError = functions.main.filter(({ loaded }) => loaded === false).map(({ name }) => name);
  expect(inError.filter((name) => app.logged.some((line) => line.includes(`${name} is in error`)))).toEqual(
    inError,
  );
});

const signal: Pick<Exchange, "method" | "path" | "requestHeaders" | "requestBody"> = {
  method: "POST",
  path: "/runtime/webhooks/durabletask/entities/counter/k1?op=add&code=<SYSTEM_KEY>",
  requestHeaders: { "content-type": "application/json" },
  requestBody: "5",
};

interface Cause {
  readonly kind: string;
  readonly cause: () => Promise<unknown>;
  /** Finds the call by its input. */
  readonly which?: string;
  /** What the embedded host omits from the request. */
  readonly unsent?: readonly string[];
}

/** What causes each recorded exchange. */
const causes: readonly Cause[] = [
  { kind: "httpTrigger", cause: () => app.send(entry("http-triggers.json", 23)) },
  {
    kind: "orchestrationTrigger",
    cause: () => playScenario(app, readScenario("nothing")),
    unsent: ["triggerMetadata"],
  },
  { kind: "activityTrigger", cause: () => playScenario(app, readScenario("fanout")), which: '"\\"c\\""' },
  {
    kind: "activityWithoutInput",
    cause: () => playScenario(app, readScenario("act-inputs")),
    which: '"data":{}}]',
  },
  { kind: "activityFailed", cause: () => playScenario(app, readScenario("fail-act")) },
  { kind: "entityTrigger", cause: () => app.send(signal), unsent: ["triggerMetadata"] },
];

test.each(causes)(
  "a $kind crosses as it did between the real host and worker",
  async ({ kind, cause, which = "", unsent = [] }) => {
    const sample = samples[kind] as RawSample;
    app.wire.calls.length = 0;
    await cause();
    await app.settle();
    const call = app.wire.calls.find(
      ({ request }) =>
        request.functionId === sample.request.functionId && JSON.stringify(request.inputData).includes(which),
    );
    expect(call && comparableCall(app, call)).toEqual(comparableSample(sample, ...unsent));
  },
);

function entry(file: string, seq: number): Exchange {
  return readEntries(file).entries.find((each) => each.seq === seq) as Exchange;
}
