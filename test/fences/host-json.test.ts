import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parsePairsFile } from "../../src/config/pairs-file";

interface HostFile {
  readonly functionTimeout: string;
  readonly extensions: {
    readonly http: Record<string, unknown>;
    readonly serviceBus: Record<string, unknown> & { readonly maxAutoLockRenewalDuration: string };
    readonly durableTask: Readonly<Record<string, unknown>> & {
      readonly storageProvider: Readonly<Record<string, string>> & { readonly partitionCount: number };
    };
  };
}

const host = JSON.parse(readFileSync(join(__dirname, "../../host.json"), "utf8")) as HostFile;
const { http, serviceBus, durableTask } = host.extensions;

function seconds(span: string | undefined): number {
  const [hours = NaN, minutes = NaN, rest = NaN] = (span ?? "").split(":").map(Number);
  return (hours * 60 + minutes) * 60 + rest;
}

test("after a crash no activity or orchestration waits for more than a minute", () => {
  const { workItemQueueVisibilityTimeout, controlQueueVisibilityTimeout } = durableTask.storageProvider;
  expect(seconds(workItemQueueVisibilityTimeout)).toBe(30);
  // Under one minute the host refuses to start.
  expect(seconds(controlQueueVisibilityTimeout)).toBe(60);
});

test("between two instances a message waits for at most a second", () => {
  const { maxQueuePollingInterval, partitionCount } = durableTask.storageProvider;
  expect(seconds(maxQueuePollingInterval)).toBe(1);
  expect(partitionCount).toBe(1);
});

test("extended sessions are off, because Node workers would answer 503", () => {
  expect(durableTask).not.toHaveProperty("extendedSessionsEnabled");
});

test("the longest attempt of a pairs file ends before the activity's timeout", () => {
  const id =
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/r/providers/Microsoft.Compute/cloudServices/";
  const swap = { claimWindow: "60s", putTimeout: "120s" };
  const { policies, issues } = parsePairsFile({
    pairs: { a: { blue: `${id}a`, green: `${id}b`, swap } },
  });
  expect(issues).toEqual([]);
  const longest = policies[0]!.swap.claimWindowMs + policies[0]!.swap.putTimeoutMs;
  expect(seconds(host.functionTimeout) * 1_000).toBeGreaterThan(2 * longest);
});

test("a message is completed by returning, and its lock is renewed until then", () => {
  // What is prefetched ages under its lock while others are worked on.
  expect(serviceBus).toMatchObject({ prefetchCount: 0, autoCompleteMessages: true, maxConcurrentCalls: 4 });
  expect(seconds(serviceBus.maxAutoLockRenewalDuration)).toBeGreaterThanOrEqual(300);
});

test("the API has the prefix of its links and Location headers", () => {
  expect(http["routePrefix"]).toBe("api");
});
