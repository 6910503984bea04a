import { ServiceBusClient, type ServiceBusReceivedMessage } from "@azure/service-bus";
import { randomFaults, type BrokerFaults } from "../../local/service-bus";
import { openBus, receiveOne, until, type Bus } from "../support/service-bus";

const faults: BrokerFaults = {};
let bus: Bus;
/** A client that retries. */
let stubborn: ServiceBusClient;
beforeAll(async () => {
  bus = await openBus(
    {
      queues: {
        sent: {},
        once: { RequiresDuplicateDetection: true },
        settled: { LockDuration: "PT0.4S" },
        long: { LockDuration: "PT5M" },
        ordered: {},
        slow: {},
        outage: { LockDuration: "PT0.5S" },
        random: { LockDuration: "PT0.3S", MaxDeliveryCount: 50 },
      },
      faults,
    },
    { maxRetries: 0, timeoutInMs: 300 },
  );
  const retryOptions = { maxRetries: 3, retryDelayInMs: 20, maxRetryDelayInMs: 50, timeoutInMs: 300 };
  stubborn = new ServiceBusClient(bus.server.connectionString, { retryOptions });
});
afterEach(() => {
  for (const knob of Object.keys(faults) as (keyof BrokerFaults)[]) faults[knob] = undefined;
  bus.server.setOutage(undefined);
});
afterAll(async () => {
  await stubborn.close();
  await bus.stop();
});

const noRenewal = { maxAutoLockRenewalDurationInMs: 0 };

/** Injects the fault the first n times. */
const strikes = <Fault>(n: number, fault: Fault) => {
  let left = n;
  return () => (left-- > 0 ? fault : undefined);
};

const bodies = (messages: readonly ServiceBusReceivedMessage[]) =>
  messages.map(({ body }) => body as unknown);

test("the SDK repeats an unacknowledged send: duplicate detection keeps one message", async () => {
  for (const [queue, copies] of [
    ["sent", 2],
    ["once", 1],
  ] as const) {
    faults.send = strikes(1, "unanswered" as const);
    const sender = stubborn.createSender(queue);
    await sender.sendMessages({ body: 1, messageId: "same" });
    expect(bus.server.counts(queue).active).toBe(copies);
    await sender.close();
  }
});

test("the SDK repeats a send that is lost or refused: one message", async () => {
  const sender = stubborn.createSender("sent");
  for (const fault of ["vanished", "refused"] as const) {
    const before = bus.server.counts("sent").active;
    faults.send = strikes(1, fault);
    await sender.sendMessages({ body: fault });
    expect(bus.server.counts("sent").active).toBe(before + 1);
  }
  await sender.close();
});

test("of several sends at once only the refused ones fail", async () => {
  const sender = bus.client.createSender("sent");
  await sender.sendMessages({ body: "the link is up" });
  const before = bus.server.counts("sent").active;
  faults.send = (_queue, [id = ""]) => (id.startsWith("refused") ? "refused" : undefined);
  const ids = ["accepted-1", "refused-1", "accepted-2", "accepted-3", "refused-2", "refused-3"];
  const outcomes = await Promise.allSettled(
    ids.map((messageId) => sender.sendMessages({ body: 1, messageId })),
  );
  const failed = ids.filter((_id, i) => outcomes[i]?.status === "rejected");
  expect(failed).toEqual(["refused-1", "refused-2", "refused-3"]);
  expect(bus.server.counts("sent").active).toBe(before + 3);
  await sender.close();
});

test("a lost completion is reported as done; the message returns after its lock", async () => {
  await bus.send("settled", { body: "lost" });
  const receiver = bus.client.createReceiver("settled", noRenewal);
  faults.settlement = strikes(1, "lost" as const);
  await receiver.completeMessage(await receiveOne(receiver));
  const again = await receiveOne(receiver);
  expect(again).toMatchObject({ body: "lost", deliveryCount: 1 });
  await receiver.completeMessage(again);
  expect(bus.server.counts("settled").active).toBe(0);
  await receiver.close();
});

test("a completion whose message is delivered again is reported as done", async () => {
  await bus.send("long", { body: "twice" });
  const receiver = bus.client.createReceiver("long", noRenewal);
  faults.settlement = strikes(1, "repeated" as const);
  await receiver.completeMessage(await receiveOne(receiver));
  const again = await receiveOne(receiver);
  expect(again).toMatchObject({ body: "twice", deliveryCount: 1 });
  await receiver.completeMessage(again);
  await receiver.close();
});

test("an unanswered completion times out; the message returns after its lock", async () => {
  await bus.send("settled", { body: "vanished" });
  const receiver = bus.client.createReceiver("settled", noRenewal);
  faults.settlement = () => "vanished";
  const message = await receiveOne(receiver);
  await expect(receiver.completeMessage(message)).rejects.toMatchObject({ code: "ServiceTimeout" });
  faults.settlement = undefined;
  const again = await receiveOne(receiver);
  expect(again).toMatchObject({ body: "vanished", deliveryCount: 1 });
  await receiver.completeMessage(again);
  await receiver.close();
});

test("an unacknowledged completion fails at the client; the message stays gone", async () => {
  await bus.send("settled", { body: "unanswered" });
  const receiver = bus.client.createReceiver("settled", noRenewal);
  faults.settlement = () => "unanswered";
  const message = await receiveOne(receiver);
  await expect(receiver.completeMessage(message)).rejects.toMatchObject({ code: "ServiceTimeout" });
  expect(bus.server.counts("settled").active).toBe(0);
  await receiver.close();
});

test("a refused completion fails as busy, and the receiver keeps its lock", async () => {
  await bus.send("long", { body: "refused" });
  const receiver = bus.client.createReceiver("long", noRenewal);
  faults.settlement = () => "refused";
  const message = await receiveOne(receiver);
  await expect(receiver.completeMessage(message)).rejects.toThrow(/broker is busy/i);
  expect(await receiver.receiveMessages(1, { maxWaitTimeInMs: 100 })).toEqual([]);
  expect(bus.server.counts("long").active).toBe(1);
  await receiver.close();
});

test("a lock that ends early gives the message to another receiver", async () => {
  const queue = "long";
  const other = bus.client.createReceiver(queue, noRenewal);
  const receiver = bus.client.createReceiver(queue, noRenewal);
  faults.lockMs = ({ deliveryCount }) => (deliveryCount === 0 ? 100 : undefined);
  await bus.send(queue, { body: "stolen" });
  const mine = await receiveOne(receiver);
  expect(mine.lockedUntilUtc!.getTime()).toBeGreaterThan(Date.now() + 60_000);
  const theirs = await receiveOne(other);
  expect(theirs).toMatchObject({ body: "stolen", deliveryCount: 1 });
  await expect(receiver.completeMessage(mine)).rejects.toMatchObject({ code: "MessageLockLost" });
  await other.completeMessage(theirs);
  await Promise.all([receiver.close(), other.close()]);
});

test("messages can arrive in another order than they were sent", async () => {
  await bus.send("ordered", ...[1, 2, 3, 4].map((body) => ({ body })));
  faults.order = (_queue, ready) => ready - 1;
  const receiver = bus.client.createReceiver("ordered", { receiveMode: "receiveAndDelete" });
  expect(bodies(await receiver.receiveMessages(4, { maxWaitTimeInMs: 1_000 }))).toEqual([4, 3, 2, 1]);
  await receiver.close();
});

test("a slow link delays deliveries and answers but loses none", async () => {
  const sender = bus.client.createSender("slow");
  const receiver = bus.client.createReceiver("slow");
  await sender.sendMessages({ body: "the links are up" });
  await receiver.completeMessage(await receiveOne(receiver));
  faults.latencyMs = () => 150;
  const start = Date.now();
  await sender.sendMessages({ body: 1 });
  expect(Date.now() - start).toBeGreaterThanOrEqual(149);
  const message = await receiveOne(receiver);
  expect(Date.now() - start).toBeGreaterThanOrEqual(298);
  await receiver.completeMessage(message);
  expect(Date.now() - start).toBeGreaterThanOrEqual(447);
  await Promise.all([sender.close(), receiver.close()]);
});

test.each(["refused", "silent"] as const)(
  "the same client and subscriber continue after connections were %s",
  async (outage) => {
    const seen: unknown[] = [];
    const receiver = stubborn.createReceiver("outage");
    receiver.subscribe({
      processMessage: ({ body }) => (seen.push(body), Promise.resolve()),
      processError: () => Promise.resolve(),
    });
    const sender = stubborn.createSender("outage");
    await sender.sendMessages({ body: "before" });
    await until(() => seen.length === 1, "received before the outage");
    bus.server.setOutage(outage);
    await expect(sender.sendMessages({ body: "during" })).rejects.toThrow();
    expect(seen).toEqual(["before"]);
    bus.server.setOutage(undefined);
    await sender.sendMessages({ body: "after" });
    await until(
      () => seen.includes("after") && bus.server.counts("outage").active === 0,
      "received after it",
    );
    await Promise.all([receiver.close(), sender.close()]);
  },
);

test("under random faults every message is received at least once, and none is left", async () => {
  const seed = 20_261_130;
  let state = seed;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const rates = {
    settlement: { lost: 0.1, repeated: 0.1, unanswered: 0.05, vanished: 0.05, refused: 0.1 },
    send: { unanswered: 0.1, vanished: 0.1, refused: 0.1 },
    shortLock: { rate: 0.1, lockMs: 5 },
    reordered: 0.3,
    latencyMs: { min: 0, max: 5 },
  };
  Object.assign(faults, randomFaults(rates, random));
  const seen = new Set<unknown>();
  const receiver = stubborn.createReceiver("random", noRenewal);
  receiver.subscribe(
    {
      processMessage: ({ body }) => (seen.add(body), Promise.resolve()),
      processError: () => Promise.resolve(),
    },
    { maxConcurrentCalls: 32 },
  );
  const sender = stubborn.createSender("random");
  const sent = Array.from({ length: 30 }, (_, i) => i);
  const refused = await Promise.all(
    sent.map((body) =>
      sender.sendMessages({ body }).then(
        () => [],
        () => [body],
      ),
    ),
  );
  const accepted = sent.filter((body) => !refused.flat().includes(body));
  await until(() => bus.server.counts("random").active === 0, `all is done with seed ${seed}`);
  expect({ seed, missing: accepted.filter((body) => !seen.has(body)) }).toEqual({ seed, missing: [] });
  await Promise.all([receiver.close(), sender.close()]);
});
