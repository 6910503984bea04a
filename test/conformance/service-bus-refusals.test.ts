import { ServiceBusClient } from "@azure/service-bus";
import rhea from "rhea";
import { startServiceBus } from "../../local/service-bus";
import { openBus, receiveOne, topologyOf, until, type Bus } from "../support/service-bus";

const logged: string[] = [];
let bus: Bus;
beforeAll(async () => {
  bus = await openBus({
    queues: { plain: {} },
    topics: { events: { all: [] } },
    log: ({ message }) => logged.push(message),
  });
});
afterAll(() => bus.stop());

const unknown = { code: "MessagingEntityNotFound" };

test("every client gets not found for an unknown queue, topic or subscription", async () => {
  const { client } = bus;
  await expect(client.createSender("nope").sendMessages({ body: 1 })).rejects.toMatchObject(unknown);
  for (const receiver of [client.createReceiver("nope"), client.createReceiver("events", "nope")]) {
    await expect(receiver.receiveMessages(1, { maxWaitTimeInMs: 100 })).rejects.toMatchObject(unknown);
    await expect(receiver.peekMessages(1)).rejects.toMatchObject(unknown);
  }
});

test("names ignore case", async () => {
  await bus.send("PLAIN", { body: "any case" });
  const receiver = bus.client.createReceiver("Plain", { receiveMode: "receiveAndDelete" });
  expect((await receiveOne(receiver)).body).toBe("any case");
  await receiver.close();
});

test("nothing can be sent to a subscription or to a dead-letter queue", async () => {
  for (const path of ["events/Subscriptions/all", "plain/$DeadLetterQueue"]) {
    await expect(bus.client.createSender(path).sendMessages({ body: 1 })).rejects.toMatchObject(unknown);
  }
});

test("sessions are refused with a clear message, for sending and receiving", async () => {
  const sending = bus.client.createSender("plain").sendMessages({ body: 1, sessionId: "s" });
  await expect(sending).rejects.toThrow(/This broker has no sessions: send without sessionId/);
  await expect(bus.client.acceptSession("plain", "s")).rejects.toMatchObject({
    code: "SessionCannotBeLocked",
  });
  expect(logged.join()).toMatch(/asked for a session of plain: this broker has no sessions/);
  await expect(bus.client.acceptNextSession("plain")).rejects.toThrow(/This broker has no sessions/);
  expect(bus.server.counts("plain").active).toBe(0);
});

test("one refused message refuses its whole batch", async () => {
  const sender = bus.client.createSender("plain");
  const batch = [{ body: 1 }, { body: 2, sessionId: "s" }, { body: 3 }];
  await expect(sender.sendMessages(batch)).rejects.toThrow(/no sessions/);
  expect(bus.server.counts("plain").active).toBe(0);
  await sender.close();
});

test("reading or changing a subscription's rules is refused: use the topology", async () => {
  const rules = bus.client.createRuleManager("events", "all");
  const refused = /does not support (add|remove|enumerate)-rules?.*topology/;
  await expect(rules.createRule("r", { subject: "x" })).rejects.toThrow(refused);
  await expect(rules.deleteRule("r")).rejects.toThrow(refused);
  const listing = (async () => {
    for await (const rule of rules.listRules()) return rule;
    return undefined;
  })();
  await expect(listing).rejects.toThrow(refused);
});

test("a transaction is refused with a clear message; the connection stays open", async () => {
  // Clients with transactions attach to a coordinator. The JavaScript SDK has none.
  const warn = jest.spyOn(console, "warn").mockImplementation(() => undefined);
  const container = rhea.create_container();
  const connection = container.connect({ host: "127.0.0.1", port: bus.server.port, reconnect: false });
  const refusals: string[] = [];
  container.on("sender_error", ({ sender }) => {
    const { condition, description } = sender?.error as { condition: string; description: string };
    refusals.push(`${condition}: ${description}`);
  });
  await new Promise((resolve) => connection.once("connection_open", resolve));
  const { types } = rhea;
  const link = connection.open_sender({});
  const attach = link as unknown as { local: { attach: { target: unknown } } };
  attach.local.attach.target = types.described(types.wrap_ulong(0x30), types.wrap_list([]));
  await until(() => refusals.length > 0, "the coordinator is refused");
  expect(refusals).toEqual([expect.stringMatching(/amqp:not-implemented: This broker has no transactions/)]);
  connection.open_sender("plain");
  await new Promise((resolve) => connection.once("sendable", resolve));
  connection.close();
  await new Promise((resolve) => connection.once("connection_close", resolve));
  warn.mockRestore();
});

test("the broker reports every unsupported feature of a topology at once", async () => {
  const wrong = topologyOf({
    queues: { a: { RequiresSession: true, Colour: 1, LockDuration: "1m" }, b: { ForwardTo: "a" } },
  });
  await expect(startServiceBus({ topology: wrong })).rejects.toThrow(
    /Colour: this broker does not know it[\s\S]*no sessions[\s\S]*LockDuration: an ISO 8601[\s\S]*ForwardTo: this broker does not forward/,
  );
});

test("a connection string without a port means Azure's port", async () => {
  const client = new ServiceBusClient(bus.server.connectionString.replace(/:\d+;/, ";"));
  expect(client.fullyQualifiedNamespace).toBe("127.0.0.1");
  await client.close();
});
