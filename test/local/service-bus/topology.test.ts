import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseTopology } from "../../../local/service-bus/topology";

const worldTopology: unknown = JSON.parse(
  readFileSync(join(__dirname, "../../../local/world/service-bus.config.json"), "utf8"),
);

const withQueue = (Properties: object, ...others: object[]) => ({
  UserConfig: { Namespaces: [{ Queues: [{ Name: "q", Properties }, ...others] }] },
});

test.each([
  ["an empty duration", { LockDuration: "PT0S" }, /Queues\[0\]\.Properties\.LockDuration/],
  ["a flag that is text", { RequiresSession: "true" }, /RequiresSession: true or false/],
  ["a broken delivery count", { MaxDeliveryCount: 1.5 }, /MaxDeliveryCount: a whole number/],
])("%s is a mistake", (_name, properties, expected) => {
  expect(() => parseTopology(withQueue(properties))).toThrow(expected);
});

test("a name used twice is a mistake, whatever its case", () => {
  expect(() => parseTopology(withQueue({}, { Name: "Q" }))).toThrow(/Q: two queues or topics/);
});

test("a filter on a property that is never compared is a mistake", () => {
  const rule = { Name: "r", Properties: { FilterType: "Correlation", CorrelationFilter: { Lable: "x" } } };
  const topics = [{ Name: "t", Subscriptions: [{ Name: "s", Rules: [rule] }] }];
  expect(() => parseTopology({ UserConfig: { Namespaces: [{ Topics: topics }] } })).toThrow(
    /Topics\[0\]\.Subscriptions\[0\]\.Rules\[0\]\.Properties\.CorrelationFilter\.Lable/,
  );
});

test("the world's own topology has no mistakes", () => {
  expect(parseTopology(worldTopology).queues.size).toBeGreaterThan(0);
});
