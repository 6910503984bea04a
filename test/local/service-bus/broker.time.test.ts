import { MemoryLevel } from "memory-level";
import { Broker } from "../../../local/service-bus/broker";
import { encodeProperties } from "../../../local/service-bus/codec";
import { LevelJournal } from "../../../local/service-bus/level-journal";
import type { BrokerClock } from "../../../local/service-bus/message-timers";
import type { BrokerMessage } from "../../../local/service-bus/message";
import { parseTopology } from "../../../local/service-bus/topology";
import { createVirtualClock } from "../../support/virtual-clock";

const minute = 60_000;
const day = 24 * 60 * minute;
const topology = parseTopology({
  UserConfig: {
    Namespaces: [
      {
        Queues: [
          { Name: "q", Properties: { LockDuration: "PT1M" } },
          { Name: "q-long", Properties: {} },
          {
            Name: "month",
            Properties: { DefaultMessageTimeToLive: "P30D", DeadLetteringOnMessageExpiration: true },
          },
          { Name: "once", Properties: { RequiresDuplicateDetection: true } },
        ],
        Topics: [{ Name: "t", Subscriptions: [{ Name: "s" }] }],
      },
    ],
  },
});

function createBroker(clock: BrokerClock, journal?: LevelJournal) {
  const broker = new Broker({ topology, journal, clock });
  if (journal) broker.load(journal.stored);
  const entity = (path: string) => {
    const found = broker.entity(path);
    if (!found) throw new Error(`no entity ${path}`);
    return found;
  };
  return { broker, entity };
}

const openStore = (database: MemoryLevel<string, Buffer>) => LevelJournal.open(database);
const createStore = () => new MemoryLevel<string, Buffer>({ valueEncoding: "buffer" });

const encoded = (id: string) => encodeProperties({ message_id: id });

function createConsumer(credit = 1) {
  const received: { message: BrokerMessage; token: string }[] = [];
  return {
    received,
    settlesOnSend: false,
    available: () => credit - received.length,
    deliver: (message: BrokerMessage, token = "") => received.push({ message, token }),
  };
}

test("a lock whose timer fires ahead of its time still ends when it is due", () => {
  const clock = createVirtualClock();
  const early: BrokerClock = {
    now: () => clock.now(),
    setTimer: (at, fire) => clock.setTimer(Math.max(clock.now() + 1, at - 1), fire),
  };
  const { broker, entity } = createBroker(early);
  broker.publish("q", [encoded("m")]);
  const consumer = createConsumer(2);
  entity("q").addConsumer(consumer);
  clock.advanceTo(clock.now() + minute + 1);
  expect(consumer.received.map(({ message }) => message.deliveryCount)).toEqual([1, 1]);
});

test("a time to live beyond what one timer can hold is waited for in full", () => {
  const clock = createVirtualClock();
  const start = clock.now();
  const clamped: BrokerClock = {
    now: () => clock.now(),
    setTimer: (at, fire) => clock.setTimer(Math.min(at, clock.now() + 2 ** 31 - 1), fire),
  };
  const { broker, entity } = createBroker(clamped);
  broker.publish("month", [encoded("m")]);
  clock.advanceTo(start + 30 * day - 1);
  expect(entity("month").counts()).toMatchObject({ active: 1, deadLetter: 0 });
  clock.advanceTo(start + 30 * day);
  expect(entity("month").counts()).toMatchObject({ active: 0, deadLetter: 1 });
});

test("a message that expires while it is locked expires once it is abandoned", () => {
  const clock = createVirtualClock();
  const { broker, entity } = createBroker(clock);
  const month = entity("month");
  broker.publish("month", [encoded("m")]);
  clock.advanceTo(clock.now() + 30 * day - 1);
  const consumer = createConsumer();
  month.addConsumer(consumer);
  clock.advanceTo(clock.now() + 1_000);
  expect(month.counts().active).toBe(1);
  month.settle(consumer.received[0]?.token ?? "", "abandoned");
  expect(month.counts()).toMatchObject({ active: 0, deadLetter: 1 });
});

test("a deferred message still expires after a restart", async () => {
  const clock = createVirtualClock();
  const database = createStore();
  const journal = await openStore(database);
  const first = createBroker(clock, journal);
  first.broker.publish("month", [encoded("m")]);
  await journal.flushed();
  const consumer = createConsumer();
  first.entity("month").addConsumer(consumer);
  first.entity("month").settle(consumer.received[0]?.token ?? "", "deferred");
  await journal.flushed();
  first.broker.close();
  await journal.close();
  const second = createBroker(clock, await openStore(database));
  expect(second.entity("month").counts().deferred).toBe(1);
  clock.advanceTo(clock.now() + 30 * day);
  expect(second.entity("month").counts()).toMatchObject({ deferred: 0, deadLetter: 1 });
});

test("a settled message leaves no timer behind", () => {
  const clock = createVirtualClock();
  const { broker, entity } = createBroker(clock);
  broker.publish("month", [encoded("m")]);
  const consumer = createConsumer();
  entity("month").addConsumer(consumer);
  expect(clock.nextDue).toBeDefined();
  entity("month").settle(consumer.received[0]?.token ?? "", "completed");
  expect(clock.nextDue).toBeUndefined();
});

test("a message of a dead-letter queue cannot be dead-lettered again, and is kept", () => {
  const { broker, entity } = createBroker(createVirtualClock());
  broker.publish("q", [encoded("m")]);
  const consumer = createConsumer();
  entity("q").addConsumer(consumer);
  entity("q").settle(consumer.received[0]?.token ?? "", "suspended");
  const dead = createConsumer();
  entity("q/$DeadLetterQueue").addConsumer(dead);
  const token = dead.received[0]?.token ?? "";
  expect(() => {
    entity("q/$DeadLetterQueue").settle(token, "suspended");
  }).toThrow(/cannot be dead-lettered again/);
  expect(entity("q").counts().deadLetter).toBe(1);
  entity("q/$DeadLetterQueue").settle(token, "completed");
  expect(entity("q").counts().deadLetter).toBe(0);
});

test("an id is a duplicate until its window ends, also after a restart", async () => {
  const clock = createVirtualClock();
  const database = createStore();
  const journal = await openStore(database);
  const first = createBroker(clock, journal);
  first.broker.publish("once", [encoded("z")]);
  clock.advanceTo(clock.now() + minute);
  first.broker.publish("once", [encoded("a")]);
  await journal.close();
  const { broker, entity } = createBroker(clock, await openStore(database));
  clock.advanceTo(clock.now() + 9 * minute);
  broker.publish("once", [encoded("z"), encoded("a")]);
  expect(entity("once").counts().active).toBe(3);
});

test("sequence numbers of one queue do not depend on another whose name begins alike", async () => {
  const clock = createVirtualClock();
  const database = createStore();
  const journal = await openStore(database);
  const first = createBroker(clock, journal);
  first.broker.publish("q-long", [encoded("1"), encoded("2"), encoded("3")]);
  await journal.close();
  const { broker } = createBroker(clock, await openStore(database));
  expect(broker.publish("q", [encoded("x")])).toEqual([1]);
  expect(broker.publish("q-long", [encoded("4")])).toEqual([4]);
});
