import { Broker, encodeJson, parseTopology } from "../../../local/service-bus";
import { encodeProperties } from "../../../local/service-bus/codec";
import { createVirtualClock } from "../../support/virtual-clock";

const rule = { FilterType: "Correlation", CorrelationFilter: { Properties: { colour: "red" } } };
const topology = parseTopology({
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

const createBroker = () => new Broker({ topology, clock: createVirtualClock() });
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

test("a message that no subscription wants is accepted, numbered, and its duplicate too", () => {
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
