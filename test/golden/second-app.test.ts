import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBusClient } from "@azure/service-bus";
import { startServiceBus, type ServiceBusServer } from "../../local/service-bus";
import { readEntries, readJson } from "./fixtures";
import { startGoldenApp, type GoldenApp } from "./golden-app";
import { expectHttpExchange } from "./http-exchange";
import { normalise } from "./normalise";
import { asIndexed, comparableCall, comparableSample, type RawSample } from "./raw";
import { decode, type WireCall } from "./wire";

interface Triggered {
  readonly function: string;
  readonly invocationId?: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly triggerMetadata: Readonly<Record<string, unknown>>;
  readonly retryContext?: unknown;
  readonly handler: Readonly<Record<string, unknown>>;
  readonly failed?: string;
}

const recorded = readJson("timer-and-service-bus.json") as {
  timers: readonly Triggered[];
  serviceBus: { readonly invocations: readonly Triggered[] };
};
const seenFile = join(mkdtempSync(join(tmpdir(), "golden-")), "seen.ndjson");

const topology = {
  UserConfig: {
    Namespaces: [{ Name: "ns", Queues: [{ Name: "q1", Properties: { MaxDeliveryCount: 10 } }] }],
  },
};

let broker: ServiceBusServer;
let app: GoldenApp;

beforeAll(async () => {
  broker = await startServiceBus({ topology });
  app = await startGoldenApp({
    app: "second",
    host: "127.0.0.1:7072",
    settings: { SB: broker.connectionString, SEEN_FILE: seenFile },
  });
});
afterAll(async () => {
  await app.stop();
  await broker.stop();
});

test("timer functions get the same input as on the real host, retries included", async () => {
  await app.advance(59_000);
  for (const name of ["tick", "tickfail"]) {
    const theirs = recorded.timers.filter((each) => each.function === name);
    const calls = app.wire.calls.filter(({ metadata }) => metadata.name === name);
    const seen = handlers(name);
    expect(seen.length).toBe(calls.length);
    expect(calls.map((call, i) => normalise(asTriggered(call, seen[i] ?? {})))).toEqual(
      theirs.map(({ invocationId: _id, ...each }) => normalise({ retryContext: null, ...each })),
    );
    expect(sharing(calls.map(({ request }) => request.invocationId))).toEqual(
      // The recording has the id only of retried invocations.
      sharing(theirs.map(({ invocationId }, i) => invocationId ?? String(i))),
    );
  }
});

test("a timer crosses as it did between the real host and worker", () => {
  const { samples } = readJson("worker-startup.json") as { samples: Record<string, RawSample> };
  const call = app.wire.calls.find(({ metadata }) => metadata.name === "tick") as WireCall;
  expect(comparableCall(app, call)).toEqual(comparableSample(samples["timerTrigger"] as RawSample));
});

test("the functions of the second app have the recorded bindings", () => {
  const { functions } = readJson("worker-startup.json") as { functions: { second: object[] } };
  expect(app.host.app.functions.map(asIndexed)).toEqual(functions.second);
});

test.each(readEntries("http-routes.json").entries.map((entry) => [entry.label, entry] as const))(
  "%s: what reaches the function, and the reply, are those of the real host",
  async (_label, entry) => {
    const before = app.logged.length;
    await expectHttpExchange(app, entry);
    const lines = app.logged.slice(before).filter((line) => line.includes(".Invocation "));
    // The recording has every line the worker sends; host.json keeps those of at least Information.
    const shown = (entry.logs ?? []).filter(({ level }) => level !== "debug");
    expect(lines).toEqual(shown.map(({ level, category, message }) => `${level}: ${category} ${message}`));
  },
);

test("a queue function gets the same input as on the real host, redelivery included", async () => {
  const client = new ServiceBusClient(broker.connectionString);
  const sender = client.createSender("q1");
  const firsts = recorded.serviceBus.invocations.filter((each) => each.failed !== undefined);
  app.wire.calls.length = 0;
  for (const [i, each] of firsts.entries()) {
    await sender.sendMessages(messageOf(each));
    while (app.wire.calls.filter(({ response }) => response).length <= i) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  await client.close();
  const calls = app.wire.calls.map((call, i) => normalise(asTriggered(call, handlers("sbq")[i] ?? {}), ""));
  const [first, second, ...others] = recorded.serviceBus.invocations.map((each) =>
    normalise({ retryContext: null, ...each }),
  );
  expect(calls.slice(0, 2).map(withoutBroker)).toEqual([first, second].map(withoutBroker));
  expect(
    calls
      .slice(2)
      .filter((_, i) => i % 2 === 0)
      .map(withoutBroker),
  ).toEqual(others.map(withoutBroker));
});

/** The recorded message, as a sender writes it. */
function messageOf({ input, triggerMetadata }: Triggered) {
  const given = (name: string) => Object.values((triggerMetadata[name] ?? {}) as Record<string, unknown>)[0];
  const text = (name: string) => given(name) as string | undefined;
  const properties = given("ApplicationProperties") as Record<string, string | number | boolean>;
  return {
    body: Buffer.from(String(input["string"])),
    messageId: text("MessageId"),
    contentType: text("ContentType"),
    subject: text("Subject"),
    correlationId: text("CorrelationId"),
    applicationProperties: properties,
    ...(String(text("ExpiresAtUtc")).startsWith("9999") ? {} : { timeToLive: 14 * 86_400_000 }),
  };
}

/** Every message contains the broker's name and counters. */
function withoutBroker(triggered: unknown): unknown {
  return JSON.parse(
    JSON.stringify(triggered)
      .replace(/("[sS]equenceNumber":(?:\{"json":)?)\d+/g, '$1"<number>"')
      .replace(/("(?:[fF]ullyQualifiedNamespace|[iI]dentifier)":)"[^"]*"/g, '$1"<broker>"'),
  );
}

/** The log lines of one function's handlers. */
function handlers(name: string): Record<string, unknown>[] {
  return readFileSync(seenFile, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ fn }) => fn === name);
}

function asTriggered({ metadata, request, failed }: WireCall, seen: Record<string, unknown>): unknown {
  const [input] = request.inputData;
  const { t, m, type, isBuf, meta, retry } = seen;
  const isMessage = "m" in seen;
  return {
    function: metadata.name,
    input: withKind(input?.data ?? {}),
    triggerMetadata: Object.fromEntries(
      Object.entries(request.triggerMetadata).map(([name, data]) => [name, withKind(data)]),
    ),
    retryContext: request.retryContext,
    handler: {
      ...(t === undefined ? {} : { timer: t }),
      ...(isMessage ? { message: m, type, isBuffer: isBuf, triggerMetadata: meta } : {}),
      ...(typeof retry === "object" && retry !== null ? { retryContext: retry } : {}),
    },
    ...(failed === undefined ? {} : { failed }),
  };
}

function withKind(data: Parameters<typeof decode>[0]): unknown {
  const [kind = "string"] = Object.keys(data);
  return { [kind]: decode(data) };
}

/** Groups invocations by id: retries keep it. */
function sharing(ids: readonly string[]): number[] {
  return ids.map((id) => ids.indexOf(id));
}
