import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBusClient } from "@azure/service-bus";
import { startServiceBus } from "../../../local/service-bus";

const topology = {
  UserConfig: {
    Namespaces: [{ Queues: [{ Name: "q" }], Topics: [{ Name: "t", Subscriptions: [{ Name: "s" }] }] }],
  },
};

test("a copy of a running broker's store holds everything that was acknowledged", async () => {
  const folder = mkdtempSync(join(tmpdir(), "service-bus-"));
  const first = await startServiceBus({ topology, dataDirectory: join(folder, "running") });
  const client = new ServiceBusClient(first.connectionString);
  const sender = client.createSender("q");
  await sender.sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }]);
  const receiver = client.createReceiver("q", { maxAutoLockRenewalDurationInMs: 0 });
  const [one, two] = await receiver.receiveMessages(2, { maxWaitTimeInMs: 2_000 });
  await receiver.completeMessage(one!);
  await receiver.deferMessage(two!);
  await sender.scheduleMessages([{ body: 4 }], new Date(Date.now() + 3_600_000));

  cpSync(join(folder, "running"), join(folder, "as-killed"), { recursive: true });
  const second = await startServiceBus({ topology, dataDirectory: join(folder, "as-killed") });

  expect(second.counts("q")).toEqual({ active: 1, deferred: 1, scheduled: 1, deadLetter: 0 });
  await client.close();
  await first.stop();
  await second.stop();
});

test("a store is free again after a start that a mistaken topology stopped", async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), "service-bus-"));
  await expect(startServiceBus({ topology: {}, dataDirectory })).rejects.toThrow(/topology is wrong/);
  const server = await startServiceBus({ topology, dataDirectory });
  await server.stop();
});

test("a message scheduled on a topic is cancelled by the number the topic gave", async () => {
  const server = await startServiceBus({ topology });
  const client = new ServiceBusClient(server.connectionString);
  const sender = client.createSender("t");
  const [number] = await sender.scheduleMessages([{ body: 1 }], new Date(Date.now() + 3_600_000));
  expect(server.counts("t/Subscriptions/s").scheduled).toBe(1);
  await sender.cancelScheduledMessages(number!);
  expect(server.counts("t/Subscriptions/s").scheduled).toBe(0);
  await client.close();
  await server.stop();
});
