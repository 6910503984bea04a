import { SHOP, keyOf } from "../../support/observations";
import type { DurableClient } from "durable-functions";
import {
  createOperations,
  createPairs,
  createPromotions,
  createSchedules,
} from "../../../src/adapters/durable-client";
import { describeFaults } from "../../../src/adapters/fault-chain";
import type { Log } from "../../../src/ports/log";

type Call = readonly [string, ...unknown[]];

/** A durable client that notes what it is asked; `answer` says what comes back, or throws. */
function client(answer: (call: Call) => unknown = () => undefined) {
  const calls: Call[] = [];
  const described: string[] = [];
  const note =
    (name: string) =>
    (...args: unknown[]) => {
      const call = [name, ...args] as const;
      calls.push(call);
      return Promise.resolve().then(() => answer(call));
    };
  const stub = Object.fromEntries(
    [
      ...["getStatus", "startNew", "raiseEvent", "readEntityState", "signalEntity"],
      "purgeInstanceHistory",
    ].map((name) => [name, note(name)]),
  ) as unknown as DurableClient;
  const report = (message: string) => described.push(message);
  const log: Log = { info: report, warn: report, error: report, alert: (_code, message) => report(message) };
  const made = () => stub;
  const coordinators = { pairs: createPairs(made), schedules: createSchedules(made, []) };
  return {
    promotions: createPromotions(made, log),
    operations: createOperations(made),
    ...coordinators,
    calls,
    described,
  };
}

const fails = (text: string) => () => {
  throw new Error(text);
};

test("entities and runs bear the agreed names", async () => {
  const { promotions, pairs, calls } = client(([name]) =>
    name === "readEntityState" ? { entityExists: false } : { runtimeStatus: "Running" },
  );
  await promotions.read("r-1");
  await pairs.read(SHOP);
  await promotions.runStatus("r-1");
  await promotions.startRun("r-1");
  await promotions.wake("promotion-r-1-turn-0badcafe");
  expect(calls).toMatchObject([
    ["readEntityState", { name: "promotion", key: "r-1" }],
    ["readEntityState", { name: "pair", key: "shop" }],
    ["getStatus", "promotion-r-1", { showInput: false }],
    ["startNew", "promote", { instanceId: "promotion-r-1", input: { requestId: "r-1" } }],
    ["raiseEvent", "promotion-r-1-turn-0badcafe", "wake", {}],
  ]);
});

test.each(["a/b", "a?x=", "../admin", "a b", "", "a%2f", "ä", "x".repeat(200)])(
  "the id %j never reaches the SDK",
  async (id) => {
    const { promotions, pairs, calls } = client();
    await expect((async () => promotions.read(id))()).rejects.toThrow("unsafe");
    await expect((async () => promotions.runStatus(id))()).rejects.toThrow("unsafe");
    await expect((async () => promotions.startRun(id))()).rejects.toThrow();
    await expect((async () => pairs.read(keyOf(id)))()).rejects.toThrow("unsafe");
    await expect(promotions.wake(id)).resolves.toBeUndefined();
    expect(calls).toEqual([]);
  },
);

test.each([
  ["Pending", "live"],
  ["Running", "live"],
  ["Suspended", "live"],
  ["ContinuedAsNew", "live"],
  ["Completed", "completed"],
  ["Failed", "failed"],
  ["Terminated", "terminated"],
  ["Canceled", "terminated"],
])("a run that is %s is %s", async (runtimeStatus, expected) => {
  expect(await client(() => ({ runtimeStatus })).promotions.runStatus("r")).toBe(expected);
});

// Texts as durable-functions 3.5.0 makes them (DurableClient.js: getStatus, createGenericError).
const notFound =
  "DurableClient error: Durable Functions extension replied with HTTP 404 response. This usually means we could not find any data associated with the instanceId provided: promotion-r.";
const alreadyLive =
  'The operation failed with an unexpected status code: 409. Details: {"Message":"An Orchestration instance with the status Running already exists."}';

test("an unknown run is absent", async () => {
  expect(await client(fails(notFound)).promotions.runStatus("r")).toBe("absent");
});

test.each([
  ["the port happens to hold 404", "connect ECONNREFUSED 127.0.0.1:40412", "r"],
  [
    "the storage says 404",
    'The operation failed with an unexpected status code: 500. Details: "The container was not found (404)."',
    "r",
  ],
  [
    "the id holds 404",
    'The operation failed with an unexpected status code: 503. Details: "promotion-order-404 is moving"',
    "order-404",
  ],
])("a status that cannot be read is a fault and not an absent run, though %s", async (_name, text, id) => {
  await expect(client(fails(text)).promotions.runStatus(id)).rejects.toThrow("could not be read");
});

test.each([
  alreadyLive,
  // Hosts differ in the status, not in the text.
  'The operation failed with an unexpected status code: 500. Details: {"Message":"Something went wrong while processing your request","ExceptionMessage":"An Orchestration instance with the status Pending already exists."}',
])("a run that is live already counts as started: %s", async (text) => {
  await expect(client(fails(text)).promotions.startRun("r")).resolves.toBeUndefined();
});

test.each([
  ["the port happens to hold 409", "connect ECONNREFUSED 127.0.0.1:40952", "r"],
  [
    "the storage met a conflict",
    'The operation failed with an unexpected status code: 500. Details: "(409) Conflict: the container is being deleted"',
    "r",
  ],
  [
    "the id holds 409",
    'The operation failed with an unexpected status code: 503. Details: "promotion-order-409 is moving"',
    "order-409",
  ],
])("a run that could not be started is a fault, though %s", async (_name, text, id) => {
  await expect(client(fails(text)).promotions.startRun(id)).rejects.toThrow("could not be started");
});

test("a lost wake-up is logged and nothing more", async () => {
  const { promotions, described } = client(fails("No instance with ID 'x' found."));
  await expect(promotions.wake("x")).resolves.toBeUndefined();
  expect(described).toHaveLength(1);
});

test("state of another version is a fault; no state is undefined", async () => {
  const of = (entityState: unknown) => client(() => ({ entityExists: true, entityState })).pairs.read(SHOP);
  await expect(of({ v: 2 })).rejects.toThrow("newer version");
  expect(await of({ v: 1 })).toEqual({ v: 1 });
  expect(await of(undefined)).toBeUndefined();
  expect(await of(null)).toBeUndefined();
});

type Ports = ReturnType<typeof client>;
const key = keyOf("shop");

test.each<readonly [string, (ports: Ports) => Promise<unknown>]>([
  ["a promotion record", ({ promotions }) => promotions.read("r")],
  ["a change", ({ promotions }) => promotions.change("r", { kind: "announced", at: 1 })],
  ["an index page", ({ promotions }) => promotions.readIndex(key, 0)],
  ["an audit page", ({ promotions }) => promotions.readAudit("promotion-r", 0)],
  ["a run's status", ({ promotions }) => promotions.runStatus("r")],
  ["a run's start", ({ promotions }) => promotions.startRun("r")],
  ["a purge", ({ promotions }) => promotions.purgeRuns("purge", 0)],
  ["a pair", ({ pairs }) => pairs.read(key)],
  ["a signal", ({ pairs }) => pairs.signal(key, { kind: "read", requestId: "r" })],
  ["the roster", ({ pairs }) => pairs.readRoster()],
  ["an operation", ({ operations }) => operations.read("n")],
  ["a schedule", ({ schedules }) => schedules.read(key)],
])("an extension that never answers is a fault after 20 s: %s", async (_what, ask) => {
  jest.useFakeTimers();
  try {
    const ended = jest.fn();
    const silent = client(([name, id]) =>
      name === "getStatus" && id === "promotion-purge"
        ? { runtimeStatus: "Completed" }
        : new Promise(() => undefined),
    );
    void ask(silent).catch(ended);
    await jest.advanceTimersByTimeAsync(19_999);
    expect(ended).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    const chain = describeFaults(ended.mock.calls[0]?.[0]);
    expect(chain).toContain("the durable extension did not answer within 20 s");
    expect(chain).toContain("no reply in time");
  } finally {
    jest.useRealTimers();
  }
});

test("what was answered leaves no timer behind, and its fault is the extension's own", async () => {
  jest.useFakeTimers();
  try {
    await client(() => ({ runtimeStatus: "Running" })).promotions.runStatus("r");
    await expect(client(fails("storage")).pairs.read(key)).rejects.toThrow(/^storage$/);
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});

test("a wake-up that is never answered is given up and logged", async () => {
  jest.useFakeTimers();
  try {
    const { promotions, described } = client(() => new Promise(() => undefined));
    const waking = promotions.wake("promotion-r");
    await jest.advanceTimersByTimeAsync(20_000);
    await waking;
    expect(described).toEqual(["a wake-up was lost; a timer replaces it"]);
  } finally {
    jest.useRealTimers();
  }
});
