import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ServiceBusClient,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
} from "@azure/service-bus";
import { startServiceBus, type ServiceBusServer } from "../../local/service-bus";

const topology = {
  UserConfig: {
    Namespaces: [
      {
        Name: "test",
        Queues: [
          { Name: "plain", Properties: { LockDuration: "PT5M", MaxDeliveryCount: 3 } },
          { Name: "short", Properties: { LockDuration: "PT1S", MaxDeliveryCount: 10 } },
          {
            Name: "once",
            Properties: { RequiresDuplicateDetection: true, DuplicateDetectionHistoryTimeWindow: "PT10M" },
          },
          {
            Name: "fleeting",
            Properties: { DefaultMessageTimeToLive: "PT1S", DeadLetteringOnMessageExpiration: true },
          },
        ],
        Topics: [
          {
            Name: "events",
            Subscriptions: [
              { Name: "all" },
              {
                Name: "red",
                Rules: [
                  {
                    Name: "r",
                    Properties: {
                      FilterType: "Correlation",
                      CorrelationFilter: { Properties: { colour: "red" } },
                    },
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
};

let server: ServiceBusServer;
let client: ServiceBusClient;

beforeAll(async () => {
  server = await startServiceBus({ topology });
  client = new ServiceBusClient(server.connectionString);
});
afterAll(async () => {
  await client.close();
  await server.stop();
});

async function one(
  receiver: ServiceBusReceiver,
  maxWaitTimeInMs = 3_000,
): Promise<ServiceBusReceivedMessage> {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs });
  if (!message) throw new Error("nothing was received");
  return message;
}

async function send(
  queue: string,
  ...messages: { body: unknown; messageId?: string; applicationProperties?: Record<string, string> }[]
) {
  const sender = client.createSender(queue);
  await sender.sendMessages(messages);
  await sender.close();
}

test("a completed message is gone, with its body and properties as they were sent", async () => {
  await send("plain", { body: { a: 1 }, messageId: "m-1", applicationProperties: { k: "v" } });
  const receiver = client.createReceiver("plain");
  const message = await one(receiver);
  expect(message).toMatchObject({
    body: { a: 1 },
    messageId: "m-1",
    applicationProperties: { k: "v" },
    deliveryCount: 0,
  });
  await receiver.completeMessage(message);
  expect(await receiver.receiveMessages(1, { maxWaitTimeInMs: 200 })).toEqual([]);
  await receiver.close();
});

test("an abandoned message comes again at once, and after the last delivery it is dead-lettered with the reason", async () => {
  await send("plain", { body: "stubborn" });
  const receiver = client.createReceiver("plain");
  for (let delivery = 0; delivery < 3; delivery++) {
    const message = await one(receiver);
    expect(message.deliveryCount).toBe(delivery);
    await receiver.abandonMessage(message);
  }
  const dead = client.createReceiver("plain", { subQueueType: "deadLetter" });
  const message = await one(dead);
  expect(message).toMatchObject({ body: "stubborn", deadLetterReason: "MaxDeliveryCountExceeded" });
  await dead.completeMessage(message);
  await receiver.close();
  await dead.close();
});

test("a dead-lettered message carries the reason its receiver gave", async () => {
  await send("plain", { body: "bad" });
  const receiver = client.createReceiver("plain");
  await receiver.deadLetterMessage(await one(receiver), {
    deadLetterReason: "why",
    deadLetterErrorDescription: "because",
  });
  const dead = client.createReceiver("plain", { subQueueType: "deadLetter" });
  const message = await one(dead);
  expect(message).toMatchObject({ deadLetterReason: "why", deadLetterErrorDescription: "because" });
  await dead.completeMessage(message);
  await receiver.close();
  await dead.close();
});

test("a lock that expires frees the message, and settling with it fails as lost", async () => {
  await send("short", { body: "slow" });
  const receiver = client.createReceiver("short", { maxAutoLockRenewalDurationInMs: 0 });
  const first = await one(receiver);
  const second = await one(receiver, 5_000);
  expect(second.deliveryCount).toBe(1);
  await expect(receiver.completeMessage(first)).rejects.toMatchObject({ code: "MessageLockLost" });
  await receiver.completeMessage(second);
  await receiver.close();
});

test("a renewed lock holds", async () => {
  await send("short", { body: "renewed" });
  const receiver = client.createReceiver("short", { maxAutoLockRenewalDurationInMs: 0 });
  const message = await one(receiver);
  for (let i = 0; i < 3; i++) {
    await new Promise((done) => setTimeout(done, 600));
    await receiver.renewMessageLock(message);
  }
  await receiver.completeMessage(message);
  await receiver.close();
});

test("a deferred message is received by its number only", async () => {
  await send("plain", { body: "later" });
  const receiver = client.createReceiver("plain");
  const message = await one(receiver);
  await receiver.deferMessage(message);
  expect(await receiver.receiveMessages(1, { maxWaitTimeInMs: 200 })).toEqual([]);
  const [deferred] = await receiver.receiveDeferredMessages([message.sequenceNumber!]);
  expect(deferred?.body).toBe("later");
  await receiver.completeMessage(deferred!);
  await receiver.close();
});

test("a scheduled message arrives at its time, and a cancelled one never", async () => {
  const sender = client.createSender("plain");
  const due = new Date(Date.now() + 700);
  const [number] = await sender.scheduleMessages([{ body: "cancelled" }], due);
  await sender.scheduleMessages([{ body: "due" }], due);
  await sender.cancelScheduledMessages(number!);
  const receiver = client.createReceiver("plain");
  expect((await receiver.peekMessages(5)).map((m) => m.body)).toEqual(["due"]);
  const message = await one(receiver);
  expect(message.body).toBe("due");
  expect(Date.now()).toBeGreaterThanOrEqual(due.getTime() - 50);
  await receiver.completeMessage(message);
  await sender.close();
  await receiver.close();
});

test("a duplicate within the window is accepted and dropped", async () => {
  await send("once", { body: 1, messageId: "same" });
  await send("once", { body: 2, messageId: "same" });
  expect(server.counts("once").active).toBe(1);
});

test("an expired message is dead-lettered", async () => {
  await send("fleeting", { body: "gone" });
  const dead = client.createReceiver("fleeting", { subQueueType: "deadLetter" });
  expect(await one(dead, 5_000)).toMatchObject({ body: "gone", deadLetterReason: "TTLExpiredException" });
  await dead.close();
});

test("a topic gives every subscription the messages its filter lets in", async () => {
  await send(
    "events",
    { body: "r", applicationProperties: { colour: "red" } },
    { body: "b", applicationProperties: { colour: "blue" } },
  );
  const all = client.createReceiver("events", "all", { receiveMode: "receiveAndDelete" });
  const red = client.createReceiver("events", "red", { receiveMode: "receiveAndDelete" });
  expect((await all.receiveMessages(2, { maxWaitTimeInMs: 2_000 })).map((m) => m.body)).toEqual(["r", "b"]);
  expect((await red.receiveMessages(2, { maxWaitTimeInMs: 500 })).map((m) => m.body)).toEqual(["r"]);
  await all.close();
  await red.close();
});

test("two thousand messages reach a concurrent subscriber, each once", async () => {
  const sender = client.createSender("plain");
  for (let batch = 0; batch < 10; batch++) {
    await sender.sendMessages(Array.from({ length: 200 }, (_, i) => ({ body: batch * 200 + i })));
  }
  const seen: number[] = [];
  const receiver = client.createReceiver("plain");
  await new Promise<void>((done, fail) => {
    receiver.subscribe(
      {
        processMessage: (message) => {
          seen.push(message.body as number);
          if (seen.length === 2_000) done();
          return Promise.resolve();
        },
        processError: ({ error }) => {
          fail(error);
          return Promise.resolve();
        },
      },
      { maxConcurrentCalls: 16 },
    );
  });
  expect(new Set(seen).size).toBe(2_000);
  await receiver.close();
  await sender.close();
});

test("an unknown entity and a session are refused with a clear error", async () => {
  const sender = client.createSender("nowhere");
  await expect(sender.sendMessages({ body: 1 })).rejects.toMatchObject({ code: "MessagingEntityNotFound" });
  const plain = client.createSender("plain");
  await expect(plain.sendMessages({ body: 1, sessionId: "s" })).rejects.toThrow(/no sessions/);
  await plain.close();
});

test("messages, delivery counts and duplicate detection survive a restart", async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), "service-bus-"));
  const first = await startServiceBus({ topology, dataDirectory });
  const before = new ServiceBusClient(first.connectionString);
  await before.createSender("plain").sendMessages({ body: "kept", messageId: "k" });
  await before.createSender("once").sendMessages({ body: 1, messageId: "same" });
  const receiver = before.createReceiver("plain", { maxAutoLockRenewalDurationInMs: 0 });
  await receiver.abandonMessage(await one(receiver));
  await before.close();
  await first.stop();
  const second = await startServiceBus({ topology, dataDirectory });
  const after = new ServiceBusClient(second.connectionString);
  await after.createSender("once").sendMessages({ body: 2, messageId: "same" });
  expect(second.counts("once").active).toBe(1);
  const message = await one(after.createReceiver("plain", { receiveMode: "receiveAndDelete" }));
  expect(message).toMatchObject({ body: "kept", messageId: "k", deliveryCount: 1 });
  await after.close();
  await second.stop();
});

test("every mistake of a topology is told at once", async () => {
  const wrong = {
    UserConfig: {
      Namespaces: [{ Queues: [{ Properties: { LockDuration: "1m", RequiresSession: true, Colour: 1 } }] }],
    },
  };
  await expect(startServiceBus({ topology: wrong })).rejects.toThrow(
    /Name[\s\S]*LockDuration|LockDuration[\s\S]*Name/,
  );
});
