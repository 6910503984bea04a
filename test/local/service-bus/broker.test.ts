import {
  Broker,
  decodeJson,
  encodeJson,
  parseTopology,
  randomFaults,
  Unanswered,
  type BrokerFaults,
} from "../../../local/service-bus";
import { createVirtualClock } from "../../support/virtual-clock";
import { encodeProperties } from "../../../local/service-bus/codec";

const topology = parseTopology({
  UserConfig: {
    Namespaces: [
      {
        Queues: [{ Name: "q", Properties: { LockDuration: "PT1M", MaxDeliveryCount: 3 } }],
        Topics: [{ Name: "t", Subscriptions: [{ Name: "s" }] }],
      },
    ],
  },
});
const minute = 60_000;

function createBus(faults: BrokerFaults = {}) {
  const clock = createVirtualClock();
  const broker = new Broker({ topology, clock, faults });
  const queue = broker.entity("q");
  if (!queue) throw new Error("no queue");
  const send = (messageId: string) => broker.publish("q", [encodeJson({ body: { messageId }, messageId })]);
  const take = () => {
    const taken = queue.take();
    if (!taken) throw new Error("nothing is ready");
    return taken;
  };
  return {
    clock,
    broker,
    queue,
    send,
    take,
    pass: (ms: number) => {
      clock.advanceTo(clock.now() + ms);
    },
  };
}

test("works without sockets: enqueue, take, lose the lock, late complete, dead-letter", () => {
  const faults: BrokerFaults = {};
  const { queue, send, take, pass } = createBus(faults);
  expect(send("m")).toEqual([1]);

  const first = take();
  expect(decodeJson(first.message.bodyRaw)).toEqual({ messageId: "m" });
  expect(queue.take()).toBeUndefined();
  pass(minute);
  expect(() => {
    queue.settle(first.token, "completed");
  }).toThrow(/lock supplied is invalid/);

  const second = take();
  expect(second.message.deliveryCount).toBe(1);
  faults.settlement = () => "lost";
  queue.settle(second.token, "completed");
  expect(queue.counts().active).toBe(1);
  pass(minute);

  const third = take();
  expect(third.message.deliveryCount).toBe(2);
  pass(minute);
  expect(queue.counts()).toMatchObject({ active: 0, deadLetter: 1 });
});

test("an unanswered send is stored and a vanished one is not; both look alike", () => {
  const faults: BrokerFaults = { send: () => "unanswered" };
  const { queue, send } = createBus(faults);
  expect(() => send("stored")).toThrow(Unanswered);
  faults.send = () => "vanished";
  expect(() => send("gone")).toThrow(Unanswered);
  expect(queue.peek(0, 9).map(({ messageId }) => messageId)).toEqual(["stored"]);
});

test("an unanswered settlement is done; a vanished or refused one is not", () => {
  const faults: BrokerFaults = { settlement: ({ messageId }) => messageId as "unanswered" };
  const { queue, send, take, pass } = createBus(faults);
  for (const fault of ["unanswered", "vanished", "refused"]) send(fault);
  const [unanswered, vanished, refused] = [take(), take(), take()];
  expect(() => {
    queue.settle(unanswered.token, "completed");
  }).toThrow(Unanswered);
  expect(() => {
    queue.settle(vanished.token, "completed");
  }).toThrow(Unanswered);
  expect(() => {
    queue.settle(refused.token, "completed");
  }).toThrow(/busy/);
  faults.settlement = undefined;
  queue.settle(refused.token, "completed");
  expect(queue.counts().active).toBe(1);
  pass(minute);
  expect(take().message.messageId).toBe("vanished");
});

test("a slow link carries a delivery later, and takes no more than it has credit for", () => {
  const { clock, queue, send, pass } = createBus({ latencyMs: () => 500 });
  const received: number[] = [];
  queue.addConsumer({
    settlesOnSend: false,
    available: () => 1 - received.length,
    deliver: () => received.push(clock.now()),
  });
  const start = clock.now();
  send("a");
  send("b");
  pass(499);
  expect(received).toEqual([]);
  pass(1_000);
  expect(received).toEqual([start + 500]);
});

test("faults drawn at random are the same for the same random numbers", () => {
  const play = (seed: number) => {
    let state = seed;
    const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
    const rates = {
      settlement: { lost: 0.2, repeated: 0.2 },
      send: { unanswered: 0.2 },
      shortLock: { rate: 0.3, lockMs: 1_000 },
      reordered: 0.5,
    };
    const { queue, send, pass } = createBus(randomFaults(rates, random));
    const story: string[] = [];
    for (let i = 0; i < 20; i++) {
      try {
        send(`m${i}`);
      } catch {
        story.push(`unanswered m${i}`);
      }
    }
    for (let round = 0; round < 5; round++) {
      for (let taken = queue.take(); taken && story.length < 200; taken = queue.take()) {
        queue.settle(taken.token, "completed");
        story.push(`${taken.message.messageId}/${taken.message.deliveryCount}`);
      }
      pass(minute);
    }
    return { story, counts: queue.counts() };
  };
  expect(play(7)).toEqual(play(7));
  expect(play(7).story).not.toEqual(play(8).story);
  expect(play(7).counts).toMatchObject({ active: 0 });
});

const rule = { FilterType: "Correlation", CorrelationFilter: { Properties: { colour: "red" } } };

const filtered = parseTopology({
  UserConfig: {
    Namespaces: [
      {
        Queues: [{ Name: "q" }, { Name: "once", Properties: { RequiresDuplicateDetection: true } }],
        Topics: [
          {
            Name: "t",
            Properties: { RequiresDuplicateDetection: true },
            Subscriptions: [{ Name: "all" }, { Name: "red", Rules: [{ Name: "r", Properties: rule }] }],
          },
        ],
      },
    ],
  },
});

const createBroker = () => new Broker({ topology: filtered, clock: createVirtualClock() });

const active = (broker: Broker, path: string) => broker.entity(path)?.counts().active;

const message = (messageId: string, more = {}) => encodeJson({ body: 1, messageId, ...more });

const noMessage = Buffer.from([1, 2, 3]);

/** Can be kept, but its application properties (one text, longer than the map that holds it) cannot be read. */
const unreadable = Buffer.concat([
  encodeProperties({ message_id: "unreadable" }),
  Buffer.from([0x00, 0x53, 0x74, 0xd1, 0, 0, 0, 6, 0, 0, 0, 2, 0xa1, 0x40]),
]);

test.each([
  ["q", noMessage],
  ["t", noMessage],
  ["t", unreadable],
])("a batch for %s with a message that cannot be read is refused whole", (path, bad) => {
  const broker = createBroker();
  expect(() => broker.publish(path, [message("1"), message("2"), bad, message("3")])).toThrow();
  for (const entity of ["q", "t/Subscriptions/all", "t/Subscriptions/red"]) {
    expect(active(broker, entity)).toBe(0);
  }
});

test("a refused batch leaves no id behind: the corrected one is no duplicate", () => {
  const broker = createBroker();
  expect(() => broker.publish("once", [message("1"), noMessage])).toThrow();
  expect(() => broker.publish("t", [message("1"), unreadable])).toThrow();
  broker.publish("once", [message("1")]);
  broker.publish("t", [message("1")]);
  expect([active(broker, "once"), active(broker, "t/Subscriptions/all")]).toEqual([1, 1]);
});

test("a duplicate is answered with the number of the first, also within one batch", () => {
  const broker = createBroker();
  expect(broker.publish("once", [message("a"), message("b"), message("a")])).toEqual([1, 2, 1]);
  expect(broker.publish("t", [message("a"), message("a")])).toEqual([1, 1]);
  expect(active(broker, "once")).toBe(2);
});

test("accepts and numbers a message that no subscription wants, and its duplicate", () => {
  const topicOnly = parseTopology({ UserConfig: { Namespaces: [{ Topics: [{ Name: "t" }] }] } });
  const broker = new Broker({ topology: topicOnly, clock: createVirtualClock() });
  expect([broker.publish("t", [message("a")]), broker.publish("T", [message("b")])]).toEqual([[1], [2]]);
});

test("more than the limit is refused before anything is stored", () => {
  const broker = createBroker();
  const half = { body: "x".repeat(600_000) };
  expect(() => broker.publish("q", [message("1", half), message("2", half)])).toThrow(
    /at most 1048576 are accepted/,
  );
  expect(active(broker, "q")).toBe(0);
});
