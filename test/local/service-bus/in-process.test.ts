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

test("without a socket and without a promise: enqueued, taken, lock lost, completed in vain, dead-lettered", () => {
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

test("an unanswered send is stored, a vanished one is not, and the sender cannot tell them apart", () => {
  const faults: BrokerFaults = { send: () => "unanswered" };
  const { queue, send } = createBus(faults);
  expect(() => send("stored")).toThrow(Unanswered);
  faults.send = () => "vanished";
  expect(() => send("gone")).toThrow(Unanswered);
  expect(queue.peek(0, 9).map(({ messageId }) => messageId)).toEqual(["stored"]);
});

test("an unanswered settlement is done, a vanished one is not, a refused one keeps its lock", () => {
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
