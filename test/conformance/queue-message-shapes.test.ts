import { readFileSync } from "node:fs";
import { join } from "node:path";
import { app, trigger } from "@azure/functions";
import { startFunctionsHost, type FunctionsHost } from "../../local/functions-host";
import { readMessageBody } from "../../src/contracts/message-body";
import { parseSwapRequest, type RequestParse } from "../../src/contracts/swap-request";
import { openBus, until, type Bus } from "../support/service-bus";
import { createVirtualClock } from "../support/virtual-clock";

// Follows the bodies that clients send through the broker and the host's decoding to the parser.

const folder = join(__dirname, "../fixtures/queue-message-shapes");
const text = (name: string) => readFileSync(join(folder, name), "utf8").trim();
const bytes = (name: string) => Buffer.from(text(name), "hex");

let bus: Bus;
let host: FunctionsHost;
const parsed: RequestParse[] = [];
const handed: unknown[] = [];
beforeAll(async () => {
  bus = await openBus({ queues: { q: { MaxDeliveryCount: 3 } } });
  host = await startFunctionsHost({
    appDirectory: process.cwd(),
    settings: { Bus: bus.server.connectionString },
    http: { host: "127.0.0.1", port: 0 },
    clock: createVirtualClock(),
    load: () => {
      app.generic("take", {
        trigger: trigger.generic({
          ...{ type: "serviceBusTrigger", connection: "Bus", queueName: "q", dataType: "binary" },
        }),
        handler: (body) => {
          handed.push(body);
          parsed.push(parseSwapRequest(readMessageBody(body).value));
        },
      });
    },
  });
});
afterEach(() => {
  for (const list of [parsed, handed]) list.splice(0);
});
afterAll(async () => {
  await host.stop();
  await bus.stop();
});

async function take(body: unknown): Promise<RequestParse | undefined> {
  await bus.send("q", { body, contentType: "application/json" });
  await until(() => bus.server.counts("q").active === 0, "it is completed");
  expect(parsed).toHaveLength(1);
  return parsed[0];
}

test.each([
  ["datacontract-short.hex", "release-1"],
  ["bom.hex", "release-3"],
  ["datacontract-long.hex", "release-6"],
  ["datacontract-utf16.hex", "release-7"],
])("%s is accepted", async (name, requestId) => {
  expect(await take(bytes(name))).toMatchObject({ ok: true, value: { request: { requestId } } });
});

test("json-in-a-string.json is not accepted, and the answer says what it is", async () => {
  // The JavaScript SDK sends this for `body: JSON.stringify(request)`.
  const body: unknown = JSON.parse(text("json-in-a-string.json"));
  expect(await take(body)).toMatchObject({
    ok: false,
    requestId: "release-4",
    issues: [{ path: "$", expectation: expect.stringContaining("JSON inside a JSON string") as string }],
  });
});

test("the body arrives byte for byte, so a repeated field is found", async () => {
  const body = Buffer.from('{"requestId":"release-8","promote":"blue","promote":"green"}');
  await take(body);
  expect(handed).toEqual([body]);
  expect(readMessageBody(handed[0]).issues).toMatchObject([{ path: "$.promote" }]);
});

test.each([
  ["text in an AMQP value", { bodyType: "value", body: '{"requestId":"release-9"}' }],
  ["amqp-value-map.json", JSON.parse(text("amqp-value-map.json")) as object],
  ["an AMQP sequence", { bodyType: "sequence", body: [1, "x"] }],
])("%s reaches no handler, and is dead-lettered after its deliveries", async (_name, message) => {
  const before = bus.server.counts("q").deadLetter;
  await bus.send("q", message as { body: unknown });
  await until(() => bus.server.counts("q").deadLetter === before + 1, "it is dead-lettered");
  const dead = bus.client.createReceiver("q", {
    subQueueType: "deadLetter",
    receiveMode: "receiveAndDelete",
  });
  const [letter] = await dead.receiveMessages(1, { maxWaitTimeInMs: 1_000 });
  expect(letter).toMatchObject({ deadLetterReason: "MaxDeliveryCountExceeded" });
  expect(parsed).toEqual([]);
  await dead.close();
});
