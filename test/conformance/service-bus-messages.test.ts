import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceBusReceivedMessage } from "@azure/service-bus";
import { openBus, receiveOne, type Bus } from "../support/service-bus";

const queues = {
  plain: {},
  raw: {},
  deleting: {},
  scheduled: {},
  big: {},
  fleeting: { DefaultMessageTimeToLive: "PT0.3S", DeadLetteringOnMessageExpiration: true },
  forgetting: { DefaultMessageTimeToLive: "PT0.3S" },
  once: { RequiresDuplicateDetection: true, DuplicateDetectionHistoryTimeWindow: "PT10M" },
};
const topics = {
  events: {
    all: [],
    done: [{ Subject: "job.completed" }],
    some: [{ Properties: { region: "eu" } }, { Properties: { region: "us" }, CorrelationId: "c" }],
  },
};

let bus: Bus;
beforeAll(async () => {
  bus = await openBus({ queues, topics });
});
afterAll(() => bus.stop());

/** Receives every message of a queue or subscription. */
async function drain(count: number, entity: string, subscription?: string) {
  const mode = { receiveMode: "receiveAndDelete" } as const;
  const receiver =
    subscription === undefined
      ? bus.client.createReceiver(entity, mode)
      : bus.client.createReceiver(entity, subscription, mode);
  const found: ServiceBusReceivedMessage[] = [];
  while (found.length < count) {
    const more = await receiver.receiveMessages(count - found.length, { maxWaitTimeInMs: 1_000 });
    if (more.length === 0) throw new Error(`only ${found.length} of ${count} came from ${entity}`);
    found.push(...more);
  }
  await receiver.close();
  return found;
}

test("every property of a message arrives; a message without an id gets one", async () => {
  const sent = {
    body: { a: 1 },
    messageId: "m-1",
    contentType: "application/json",
    correlationId: "c",
    subject: "s",
    to: "t",
    replyTo: "r",
    partitionKey: "p",
    timeToLive: 60_000,
    applicationProperties: { n: 5, b: true, t: "x", f: 1.5, neg: -3, nul: null, "cloudEvents:id": "9" },
  };
  await bus.send("plain", sent, { body: 2, applicationProperties: { when: new Date(1_700_000_000_000) } });
  const [first, second] = await drain(2, "plain");
  expect(first).toMatchObject(sent);
  expect(second?.messageId).toMatch(/^[0-9a-f]{32}$/);
  expect(second?.applicationProperties?.["when"]).toBe(1_700_000_000_000);
});

test("value, sequence and binary bodies keep their kind", async () => {
  const sender = bus.client.createSender("plain");
  await sender.sendMessages([
    { body: Buffer.from([1, 2, 255]) },
    { body: { v: [1, 2] }, bodyType: "value" } as { body: unknown },
    { body: [1, "x"], bodyType: "sequence" } as { body: unknown },
  ]);
  const received = await drain(3, "plain");
  expect(received.map(({ body }) => body as unknown)).toEqual([
    Buffer.from([1, 2, 255]),
    { v: [1, 2] },
    [1, "x"],
  ]);
  expect(received.map((m) => m._rawAmqpMessage.bodyType)).toEqual(["data", "value", "sequence"]);
  await sender.close();
});

test("the broker's own annotations are the numbers the wire defines", async () => {
  const before = Date.now();
  await bus.send("raw", { body: 1 }, { body: 2 });
  const receiver = bus.client.createReceiver("raw");
  const first = await receiveOne(receiver);
  await receiver.abandonMessage(first);
  const again = await receiveOne(receiver);
  const raw = again._rawAmqpMessage;
  expect(raw.header?.deliveryCount).toBe(1);
  const { messageAnnotations: annotations = {} } = raw;
  expect(annotations["x-opt-sequence-number"]).toBe(1);
  expect(annotations["x-opt-enqueue-sequence-number"]).toBe(1);
  expect(annotations["x-opt-enqueued-time"]).toBeGreaterThanOrEqual(before);
  expect(annotations["x-opt-locked-until"]).toBeGreaterThan(before + 59_000);
  expect(again.sequenceNumber?.toString()).toBe("1");
  expect(again.lockToken).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  const [peeked] = await receiver.peekMessages(1, {
    fromSequenceNumber: again.sequenceNumber!.add(1),
  });
  const { messageAnnotations: seen = {} } = peeked!._rawAmqpMessage;
  expect(seen).toMatchObject({ "x-opt-sequence-number": 2, "x-opt-message-state": 0 });
  expect(seen).not.toHaveProperty("x-opt-locked-until");
  await receiver.deadLetterMessage(again);
  const dead = bus.client.createReceiver("raw", { subQueueType: "deadLetter" });
  const { messageAnnotations: ofDead = {} } = (await receiveOne(dead))._rawAmqpMessage;
  expect(ofDead).toMatchObject({ "x-opt-sequence-number": 1, "x-opt-deadletter-source": "raw" });
  await Promise.all([receiver.close(), dead.close()]);
});

test("a batch holds messages up to the link's limit; a larger message is refused", async () => {
  const sender = bus.client.createSender("big");
  const batch = await sender.createMessageBatch();
  expect(batch.maxSizeInBytes).toBe(1024 * 1024);
  const body = Buffer.alloc(300_000, 1);
  expect([1, 2, 3, 4].map(() => batch.tryAddMessage({ body }))).toEqual([true, true, true, false]);
  await sender.sendMessages(batch);
  const tooBig = { code: "MessageSizeExceeded" };
  await expect(sender.sendMessages([{ body }, { body }, { body }, { body }])).rejects.toMatchObject(tooBig);
  await expect(sender.sendMessages({ body: Buffer.alloc(1_100_000) })).rejects.toMatchObject(tooBig);
  expect(bus.server.counts("big").active).toBe(3);
  await drain(3, "big");
  await sender.close();
});

test("a body of 800 KB in many frames arrives byte for byte", async () => {
  const body = Buffer.from(Uint8Array.from({ length: 800_000 }, (_, i) => i % 251));
  await bus.send("big", { body, contentType: "application/octet-stream" });
  const [message] = await drain(1, "big");
  expect(body.equals(message!.body as Buffer)).toBe(true);
});

test("a scheduled message arrives at its time, a cancelled one never; peek shows both", async () => {
  const sender = bus.client.createSender("scheduled");
  const due = new Date(Date.now() + 400);
  const [number, cancelled] = await sender.scheduleMessages([{ body: "later" }, { body: "never" }], due);
  await sender.sendMessages({ body: "by annotation", scheduledEnqueueTimeUtc: due });
  await sender.cancelScheduledMessages(cancelled!);
  await expect(sender.cancelScheduledMessages(cancelled!)).rejects.toMatchObject({ code: "MessageNotFound" });
  expect(bus.server.counts("scheduled")).toMatchObject({ active: 0, scheduled: 2 });
  const receiver = bus.client.createReceiver("scheduled");
  const peeked = await receiver.peekMessages(9);
  expect(peeked.map(({ body, state }) => [body as string, state])).toEqual([
    ["later", "scheduled"],
    ["by annotation", "scheduled"],
  ]);
  expect(number).toEqual(peeked[0]!.sequenceNumber);
  const messages = [await receiveOne(receiver), await receiveOne(receiver)];
  for (const message of messages) {
    expect(message.enqueuedTimeUtc!.getTime()).toBeGreaterThanOrEqual(due.getTime());
    expect(message.scheduledEnqueueTimeUtc).toEqual(due);
    await receiver.completeMessage(message);
  }
  expect(messages.map(({ body }) => body as string).sort()).toEqual(["by annotation", "later"]);
  await Promise.all([sender.close(), receiver.close()]);
});

test("an expired message is dead-lettered or dropped, as the queue is configured", async () => {
  await bus.send("forgetting", { body: "gone" });
  await bus.send("fleeting", { body: "late" }, { body: "sooner", timeToLive: 50 });
  const dead = bus.client.createReceiver("fleeting", { subQueueType: "deadLetter" });
  for (const body of ["sooner", "late"]) {
    const message = await receiveOne(dead);
    expect(message).toMatchObject({ body, deadLetterReason: "TTLExpiredException" });
    await dead.completeMessage(message);
  }
  expect(bus.server.counts("forgetting")).toEqual({ active: 0, scheduled: 0, deferred: 0, deadLetter: 0 });
  await dead.close();
});

test("a duplicate within the detection window is accepted and dropped", async () => {
  await bus.send(
    "once",
    { body: 1, messageId: "d" },
    { body: 2, messageId: "d" },
    { body: 3, messageId: "e" },
  );
  await bus.send("once", { body: 4, messageId: "e" });
  expect((await drain(2, "once")).map(({ body }) => body as number)).toEqual([1, 3]);
  await bus.send("once", { body: 5, messageId: "d" });
  const sender = bus.client.createSender("once");
  const due = new Date(Date.now() + 3_600_000);
  const first = await sender.scheduleMessages({ body: 6, messageId: "s" }, due);
  const second = await sender.scheduleMessages({ body: 7, messageId: "s" }, due);
  expect(bus.server.counts("once")).toMatchObject({ active: 0, scheduled: 1 });
  expect(second).toEqual(first);
  await sender.cancelScheduledMessages(second);
  expect(bus.server.counts("once").scheduled).toBe(0);
  await sender.close();
});

test("a topic gives each subscription the messages that match one of its filters", async () => {
  const message = (body: string, applicationProperties: Record<string, string>, more = {}) => ({
    body,
    applicationProperties,
    ...more,
  });
  await bus.send("events", message("eu", { region: "eu" }), message("us", { region: "us" }));
  await bus.send("events", message("us with c", { region: "us" }, { correlationId: "c" }));
  await bus.send("events", message("done", {}, { subject: "job.completed" }));
  const bodies = (found: ServiceBusReceivedMessage[]) => found.map(({ body }) => body as string);
  const all = await drain(4, "events", "all");
  expect(bodies(all)).toEqual(["eu", "us", "us with c", "done"]);
  expect(bodies(await drain(2, "events", "some"))).toEqual(["eu", "us with c"]);
  const [done] = await drain(1, "events", "DONE");
  expect([done?.sequenceNumber?.toNumber(), done?.enqueuedSequenceNumber]).toEqual([1, 4]);
});

test("messages, delivery counts, schedules and duplicate detection survive a restart", async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), "service-bus-"));
  const due = new Date(Date.now() + 3_600_000);
  const before = await openBus({ queues, topics, dataDirectory });
  await before.send("plain", { body: "kept", messageId: "k", applicationProperties: { a: 1 } });
  await before.send("once", { body: 1, messageId: "same" });
  await before.send("events", { body: 1 });
  await before.client.createSender("scheduled").scheduleMessages({ body: 1 }, due);
  const receiver = before.client.createReceiver("plain", { maxAutoLockRenewalDurationInMs: 0 });
  await receiver.abandonMessage(await receiveOne(receiver));
  await receiveOne(receiver);
  await before.stop();

  const after = await openBus({ queues, topics, dataDirectory });
  await after.send("once", { body: 2, messageId: "same" });
  await after.send("events", { body: 2 });
  expect(after.server.counts("once").active).toBe(1);
  expect(after.server.counts("scheduled").scheduled).toBe(1);
  const kept = await receiveOne(after.client.createReceiver("plain", { receiveMode: "receiveAndDelete" }));
  expect(kept).toMatchObject({
    body: "kept",
    messageId: "k",
    deliveryCount: 1,
    applicationProperties: { a: 1 },
  });
  const events = after.client.createReceiver("events", "all", { receiveMode: "receiveAndDelete" });
  const numbers = (await events.receiveMessages(2, { maxWaitTimeInMs: 1_000 })).map(
    ({ sequenceNumber, enqueuedSequenceNumber }) => [sequenceNumber?.toNumber(), enqueuedSequenceNumber],
  );
  expect(numbers).toEqual([
    [1, 1],
    [2, 2],
  ]);
  await after.stop();
});
