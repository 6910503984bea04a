import { createServer, type AddressInfo, type Socket } from "node:net";
import { ServiceBusClient } from "@azure/service-bus";
import { createAnnouncer } from "../../../src/adapters/service-bus-announcer";
import { startServiceBus, type ServiceBusServer } from "../../../local/service-bus";

const topology = {
  UserConfig: {
    Namespaces: [
      { Name: "test", Queues: [], Topics: [{ Name: "swap-events", Subscriptions: [{ Name: "all" }] }] },
    ],
  },
};
const credential = { getToken: () => Promise.resolve(null) };
const topic = "swap-events";

let bus: ServiceBusServer;
beforeAll(async () => {
  bus = await startServiceBus({ topology });
});
afterAll(async () => {
  await bus.stop();
});

const event = (data: object, id = "e-1") =>
  JSON.stringify({ specversion: "1.0", id, type: "swap.promotion.completed", source: "/x", data });

async function receive() {
  const client = new ServiceBusClient(bus.connectionString);
  const receiver = client.createReceiver(topic, "all", {
    receiveMode: "receiveAndDelete",
    skipParsingBodyAsJson: true,
  });
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 5_000 });
  await client.close();
  if (!message) throw new Error("no message came");
  return message;
}

test("the bytes of an event arrive unchanged, with what subscribers filter by", async () => {
  const announcer = createAnnouncer({ connectionString: bus.connectionString, credential, topic });
  const text = event({ pair: "shop", outcome: "succeeded", requestId: "r-1", note: "Grüße, 東京" });
  await announcer.publish(text);
  await announcer.close();
  const message = await receive();
  expect(Buffer.from(message.body as Buffer).toString("utf8")).toBe(text);
  expect(message).toMatchObject({
    messageId: "e-1",
    correlationId: "r-1",
    subject: "swap.promotion.completed",
    contentType: "application/cloudevents+json; charset=utf-8",
    applicationProperties: {
      type: "swap.promotion.completed",
      pair: "shop",
      outcome: "succeeded",
      requestId: "r-1",
    },
  });
});

test("an event without a request has no properties that pretend one", async () => {
  const announcer = createAnnouncer({ connectionString: bus.connectionString, credential, topic });
  await announcer.publish(event({ requestId: null }));
  await announcer.close();
  const message = await receive();
  expect(message.applicationProperties).toEqual({ type: "swap.promotion.completed" });
  expect(message.correlationId).toBeUndefined();
});

test("an event larger than a message may be is refused by name and disturbs nobody", async () => {
  const announcer = createAnnouncer({ connectionString: bus.connectionString, credential, topic });
  await expect(announcer.publish(event({ note: "x".repeat(256 * 1024) }))).rejects.toThrow("256 KiB");
  await announcer.publish(event({}, "e-2"));
  expect((await receive()).messageId).toBe("e-2");
  await announcer.close();
});

test("a broker that accepts the connection and says nothing costs no more than the timeout", async () => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  const connectionString = `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=k;SharedAccessKey=canary;UseDevelopmentEmulator=true;`;
  const announcer = createAnnouncer({ connectionString, credential, topic });
  const started = performance.now();
  const fault = await announcer.publish(event({}), 300).catch((reason: unknown) => reason);
  expect(performance.now() - started).toBeLessThan(2_000);
  expect(fault).toMatchObject({ message: "the event was not accepted by Service Bus" });
  expect((fault as Error).cause).toBeDefined();
  expect(String(fault) + String((fault as Error).cause)).not.toContain("canary");
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => silent.close(resolve));
});

test("after a broker was away, the next event goes through a new sender", async () => {
  let other = await startServiceBus({ topology });
  const { port, connectionString } = other;
  const announcer = createAnnouncer({ connectionString, credential, topic });
  await announcer.publish(event({}));
  await other.stop();
  await expect(announcer.publish(event({}), 1_000)).rejects.toThrow("not accepted");
  other = await startServiceBus({ topology, port });
  await announcer.publish(event({}, "e-3"));
  expect(other.counts(`${topic}/subscriptions/all`).active).toBe(1);
  await announcer.close();
  await other.stop();
});

test("closing twice, or before anything was published, is no fault", async () => {
  const announcer = createAnnouncer({ connectionString: bus.connectionString, credential, topic });
  await announcer.close();
  await announcer.publish(event({}, "e-4"));
  await receive();
  await Promise.all([announcer.close(), announcer.close()]);
});
