import { parseSettings } from "../../../local/durable-engine/settings";
import { parseTimeSpan } from "../../../local/durable-engine/time-span";
import { createDurableEngine } from "../../../local/durable-engine";
import { createVirtualClock } from "../../support/virtual-clock";

const provider = (storageProvider: Record<string, unknown>) => parseSettings({ storageProvider });

test("without settings the pace and the recovery are the provider's", () => {
  expect(parseSettings({})).toMatchObject({
    partitionCount: 4,
    maxPollingMs: 30_000,
    controlQueueVisibilityMs: 300_000,
    workItemQueueVisibilityMs: 300_000,
  });
});

test("the storage provider's section sets them", () => {
  const given = provider({
    partitionCount: 1,
    maxQueuePollingInterval: "00:00:01",
    controlQueueVisibilityTimeout: "00:01:00",
    workItemQueueVisibilityTimeout: "00:00:30",
  });
  expect(given).toMatchObject({
    partitionCount: 1,
    maxPollingMs: 1_000,
    controlQueueVisibilityMs: 60_000,
    workItemQueueVisibilityMs: 30_000,
  });
});

test.each([
  ["extended sessions", { extendedSessionsEnabled: true }, /answers 503/],
  [
    "a visibility that stops the real host",
    { controlQueueVisibilityTimeout: "00:00:59" },
    /at least 00:01:00/,
  ],
  ["no partition", { partitionCount: 0 }, /partitionCount/],
  ["more partitions than the provider takes", { partitionCount: 17 }, /1 to 16/],
  ["a time that is none", { maxQueuePollingInterval: "1 s" }, /maxQueuePollingInterval/],
  ["a pace of nothing", { maxQueuePollingInterval: "00:00:00" }, /maxQueuePollingInterval/],
])("%s is refused, with the reason", (_what, given, why) => {
  const section = "extendedSessionsEnabled" in given ? given : { storageProvider: given };
  expect(() => parseSettings(section)).toThrow(why);
});

test.each([
  ["00:00:01", 1_000],
  ["1.02:03:04.5", 93_784_500],
  ["00:00:00.1000000", 100],
  ["24:00:00", undefined],
  ["00:60:00", undefined],
  ["10", undefined],
])("the time span %s is %s ms", (text, ms) => {
  expect(parseTimeSpan(text)).toBe(ms);
});

test.each([0, -1, 1.5, "5"])("an activity limit of %p is refused, as it could not be honoured", (limit) => {
  const settings = { maxConcurrentActivityFunctions: limit };
  expect(() =>
    createDurableEngine({ clock: createVirtualClock(), settings, origin: "http://127.0.0.1:1" }),
  ).toThrow("maxConcurrentActivityFunctions");
});
