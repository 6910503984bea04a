import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBusClient, type ServiceBusReceiver } from "@azure/service-bus";
import { impatient, openBus, receiveOne, until, type Bus } from "../support/service-bus";

let bus: Bus;
beforeAll(async () => {
  bus = await openBus({
    queues: {
      concurrent: {},
      credit: {},
      shared: {},
      many: {},
      held: {},
      drained: {},
      vanished: { LockDuration: "PT0.5S" },
      renewing: {},
    },
  });
});
afterAll(() => bus.stop());

/** Internals of the SDK: its socket and its credential. */
interface Innards {
  readonly tokenCredential: { getToken(audience: string): unknown };
  readonly connection: { readonly _connection: { socket: { destroy(why: Error): void } } };
}
const innards = (client: ServiceBusClient) =>
  (client as unknown as { _connectionContext: Innards })._connectionContext;

const noRenewal = { maxAutoLockRenewalDurationInMs: 0 };

function subscribe(
  receiver: ServiceBusReceiver,
  processMessage: (body: unknown) => Promise<void>,
  maxConcurrentCalls = 1,
): string[] {
  const errors: string[] = [];
  const processError = ({ error }: { error: Error }) => {
    errors.push(error.message);
    return Promise.resolve();
  };
  receiver.subscribe(
    { processMessage: ({ body }) => processMessage(body), processError },
    { maxConcurrentCalls },
  );
  return errors;
}

/** A handler that waits until the test releases it. */
function createGate() {
  let open: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {
    wait: () => closed,
    open: () => {
      open();
    },
  };
}

test("a subscriber gets as many messages at once as it asks for; no more are locked", async () => {
  const bodies = Array.from({ length: 50 }, (_, i) => i);
  await bus.send("concurrent", ...bodies.map((body) => ({ body })));
  const receiver = bus.client.createReceiver("concurrent");
  const gate = createGate();
  const seen: unknown[] = [];
  const errors = subscribe(receiver, (body) => (seen.push(body), gate.wait()), 8);
  await until(() => seen.length === 8, "eight at once");
  const other = bus.client.createReceiver("concurrent", { receiveMode: "receiveAndDelete" });
  const rest = await other.receiveMessages(42, { maxWaitTimeInMs: 1_000 });
  expect(rest.map(({ body }) => body as number)).toEqual(bodies.slice(8));
  gate.open();
  await until(() => bus.server.counts("concurrent").active === 0, "all completed");
  expect({ seen, errors }).toEqual({ seen: bodies.slice(0, 8), errors: [] });
  await Promise.all([receiver.close(), other.close()]);
});

test("a consumer that keeps its messages blocks no other", async () => {
  const slow = bus.client.createReceiver("shared");
  const quick = bus.client.createReceiver("shared");
  const gate = createGate();
  const done: unknown[] = [];
  const held: unknown[] = [];
  subscribe(slow, (body) => (held.push(body), gate.wait()));
  subscribe(quick, (body) => (done.push(body), Promise.resolve()));
  const bodies = Array.from({ length: 100 }, (_, i) => i);
  await bus.send("shared", ...bodies.map((body) => ({ body })));
  await until(() => done.length === 99 && held.length === 1, "the rest is done");
  gate.open();
  await until(() => bus.server.counts("shared").active === 0, "the slow one is done");
  await Promise.all([slow.close(), quick.close()]);
});

test("10,000 messages reach a subscriber and are settled, each once", async () => {
  const count = 10_000;
  const sender = bus.client.createSender("many");
  const receiver = bus.client.createReceiver("many");
  const seen: number[] = [];
  const errors = subscribe(receiver, (body) => (seen.push(body as number), Promise.resolve()), 64);
  for (let from = 0; from < count; from += 1_000) {
    await sender.sendMessages(Array.from({ length: 1_000 }, (_, i) => ({ body: from + i })));
  }
  await until(() => seen.length >= count && bus.server.counts("many").active === 0, "all are settled");
  expect(seen).toHaveLength(count);
  expect(new Set(seen).size).toBe(count);
  expect(errors).toEqual([]);
  await Promise.all([sender.close(), receiver.close()]);
});

test("one unsettled message does not stop 2,000 others on its link", async () => {
  // A limit of the SDK: rhea keeps 2,048 deliveries, counted from the oldest unsettled one.
  const receiver = bus.client.createReceiver("held");
  const gate = createGate();
  const seen: unknown[] = [];
  subscribe(receiver, (body) => (seen.push(body), body === 0 ? gate.wait() : Promise.resolve()), 32);
  await bus.send("held", ...Array.from({ length: 2_001 }, (_, i) => ({ body: i })));
  await until(() => seen.length === 2_001, "all are delivered");
  await until(() => bus.server.counts("held").active === 1, "all but the first are done");
  gate.open();
  await until(() => bus.server.counts("held").active === 0, "the first is done");
  await receiver.close();
});

test("a receiver that gets fewer messages than asked, or none, is answered in time", async () => {
  const receiver = bus.client.createReceiver("drained");
  const start = Date.now();
  expect(await receiver.receiveMessages(5, { maxWaitTimeInMs: 100 })).toEqual([]);
  await bus.send("drained", { body: 1 }, { body: 2 });
  const messages = await receiver.receiveMessages(5, { maxWaitTimeInMs: 500 });
  expect(messages).toHaveLength(2);
  expect(Date.now() - start).toBeLessThan(3_000);
  for (const message of messages) await receiver.completeMessage(message);
  expect(bus.server.counts("drained").active).toBe(0);
  await receiver.close();
});

test("the messages of a lost client return after the lock, with a higher count", async () => {
  const client = new ServiceBusClient(bus.server.connectionString, { retryOptions: impatient });
  await bus.send("vanished", { body: 1 }, { body: 2 });
  const doomed = client.createReceiver("vanished", noRenewal);
  await doomed.receiveMessages(2, { maxWaitTimeInMs: 1_000 });
  innards(client).connection._connection.socket.destroy(new Error("the client vanishes"));
  const receiver = bus.client.createReceiver("vanished");
  expect(await receiver.receiveMessages(1, { maxWaitTimeInMs: 100 })).toEqual([]);
  const messages = [await receiveOne(receiver), await receiveOne(receiver)];
  expect(messages.map(({ body, deliveryCount }) => [body as number, deliveryCount])).toEqual([
    [1, 1],
    [2, 1],
  ]);
  for (const message of messages) await receiver.completeMessage(message);
  await Promise.all([client.close(), receiver.close()]);
});

test("renewing a token on an open link changes nothing", async () => {
  const sender = bus.client.createSender("renewing");
  await sender.sendMessages({ body: 1 });
  type Renewing = { readonly _sender: { _tokenTimeout: number; _ensureTokenRenewal(): void } };
  const link = (sender as unknown as Renewing)._sender;
  const asked = jest.spyOn(innards(bus.client).tokenCredential, "getToken");
  link._tokenTimeout = 20;
  link._ensureTokenRenewal();
  await until(() => asked.mock.calls.length >= 1, "the token is renewed");
  await sender.sendMessages({ body: 2 });
  expect(bus.server.counts("renewing").active).toBe(2);
  asked.mockRestore();
  await sender.close();
});

test("a subscriber survives a restart; messages come from disk, locks are forgotten", async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), "service-bus-"));
  const queues = { q: { LockDuration: "PT3S" } };
  const retry = { maxRetries: 5, retryDelayInMs: 50, maxRetryDelayInMs: 100, timeoutInMs: 3_000 };
  const first = await openBus({ queues, dataDirectory }, retry);
  const receiver = first.client.createReceiver("q", noRenewal);
  const gate = createGate();
  const seen: unknown[] = [];
  subscribe(receiver, (body) => (seen.push(body), seen.length === 1 ? gate.wait() : Promise.resolve()), 2);
  await first.send("q", { body: "held" });
  await until(() => seen.length === 1, "delivered");
  await first.server.stop();
  const second = await openBus({ queues, dataDirectory, port: first.server.port }, retry);
  await until(() => seen.length === 2, "delivered again");
  await second.send("q", { body: "after" });
  await until(() => second.server.counts("q").active === 0 && seen.length === 3, "the link lives");
  expect(seen).toEqual(["held", "held", "after"]);
  gate.open();
  await first.client.close();
  await second.stop();
});
