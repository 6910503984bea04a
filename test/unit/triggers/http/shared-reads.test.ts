import fc from "fast-check";
import type { PairKey } from "../../../../src/domain/kernel/pair-key";
import type { Ports } from "../../../../src/ports/ports";
import { createReadBudget } from "../../../../src/triggers/http/read-budget";
import {
  createSharedReads,
  type ReadKind,
  type SharedReads,
} from "../../../../src/triggers/http/shared-reads";
import { createFakePorts } from "../../../support/fake-ports";
import { aPolicy } from "../../../support/observations";

/** What readers may ask of Resource Manager: shared for ten seconds, and a small share of its budget. */
const policy = aPolicy();
const pairNo = (n: number) => ({ ...policy, key: `pair-${n}` as PairKey });

interface Answers {
  kind?: "throttled";
  hold?: Promise<void>;
  fault?: boolean;
}

function setup(answers: Answers = {}) {
  const fake = createFakePorts();
  const reads: string[] = [];
  const answer = async (what: string) => {
    reads.push(what);
    await answers.hold;
    if (answers.fault) throw new Error("a fault");
    return answers.kind === "throttled"
      ? ({ kind: "throttled", detail: what, retryAfterMs: 60_000 } as const)
      : ({ kind: "absent", detail: `${what} ${reads.length}` } as const);
  };
  const cloudServices = {
    ...fake.cloudServices,
    readService: () => answer("service"),
    readInstances: () => answer("instances"),
    readPermissions: () => answer("permissions"),
    readPublicIp: () => answer("address"),
  };
  const ports: Ports = { ...fake, cloudServices };
  return { ports, reads, answers };
}

/** All reads of a pair's page, or of a plan. */
async function check(checks: SharedReads, kind: ReadKind, ports: Ports, of = policy) {
  const { readAt, cloudServices } = checks.at(of, kind, ports);
  const read = async (id: string) =>
    Promise.all([
      cloudServices.readService(id, "version"),
      cloudServices.readInstances(id),
      ...(kind === "plan" ? [cloudServices.readPermissions(id), cloudServices.readPublicIp(id)] : []),
    ]);
  return { readAt, found: await Promise.all([read("/blue"), read("/green")]) };
}
const status = (direction: () => unknown) => {
  try {
    direction();
    return 200;
  } catch (fault) {
    const { code, headers } = fault as { code: string; headers: Record<string, string> };
    return `${code} ${headers["retry-after"]}`;
  }
};

test("fifty readers at once share one read, and so do those of the next ten seconds", async () => {
  const { ports, reads } = setup();
  const checks = createSharedReads();
  const first = await Promise.all(Array.from({ length: 50 }, () => check(checks, "services", ports)));
  expect(reads).toHaveLength(4);
  await ports.clock.sleep(9_999);
  expect(await check(checks, "services", ports)).toEqual(first[0]);
  expect(reads).toHaveLength(4);
  await ports.clock.sleep(1);
  expect((await check(checks, "services", ports)).readAt).toBe(first[0]!.readAt + 10_000);
  expect(reads).toHaveLength(8);
});

test("a read that takes over ten seconds is shared by readers who arrive meanwhile", async () => {
  let release = () => {};
  const { ports, reads } = setup({ hold: new Promise<void>((resolve) => (release = resolve)) });
  const checks = createSharedReads();
  const early = check(checks, "services", ports);
  await ports.clock.sleep(25_000);
  const late = check(checks, "services", ports);
  release();
  expect(await late).toEqual(await early);
  expect(reads).toHaveLength(4);
});

test("a read that never ends does not block readers for ever", async () => {
  const { ports, reads } = setup({ hold: new Promise<void>(() => undefined) });
  const checks = createSharedReads();
  void check(checks, "services", ports);
  await ports.clock.sleep(60_000);
  void check(checks, "services", ports);
  expect(reads).toHaveLength(8);
});

test("a plan reads both services at once, and its read serves the pair's page too", async () => {
  const { ports, reads } = setup();
  const checks = createSharedReads();
  await check(checks, "services", ports);
  await ports.clock.sleep(1_000);
  const plan = await check(checks, "plan", ports);
  expect(reads).toHaveLength(4 + 8);
  expect((await check(checks, "services", ports)).readAt).toBe(plan.readAt);
  expect(reads).toHaveLength(4 + 8);
});

test("pairs share nothing with each other", async () => {
  const { ports, reads } = setup();
  const checks = createSharedReads();
  await check(checks, "services", ports, pairNo(1));
  await check(checks, "services", ports, pairNo(2));
  expect(reads).toHaveLength(8);
});

test("where Resource Manager asks readers to wait, they wait as long as it says", async () => {
  const { ports, reads } = setup({ kind: "throttled" });
  const checks = createSharedReads();
  await check(checks, "services", ports);
  await ports.clock.sleep(59_999);
  await check(checks, "services", ports);
  expect(reads).toHaveLength(4);
  await ports.clock.sleep(1);
  await check(checks, "services", ports);
  expect(reads).toHaveLength(8);
});

test("a read that ended in a fault is not shared", async () => {
  const { ports, reads, answers } = setup({ fault: true });
  const checks = createSharedReads();
  await expect(check(checks, "services", ports)).rejects.toThrow("a fault");
  answers.fault = false;
  await check(checks, "services", ports);
  expect(reads).toHaveLength(8);
});

test("beyond the budget a pair shows its last read; a plan gets a time to come again", async () => {
  const { ports } = setup();
  const checks = createSharedReads(createReadBudget({ burst: 26, everyMs: 1_000 }));
  const first = await check(checks, "services", ports, pairNo(1));
  await check(checks, "plan", ports, pairNo(2));
  await ports.clock.sleep(1);
  expect(status(() => checks.at(pairNo(3), "services", ports))).toBe("too-many-calls 6");
  await check(checks, "plan", ports, pairNo(3));
  await ports.clock.sleep(10_000);
  await check(checks, "plan", ports, pairNo(4));
  expect((await check(checks, "services", ports, pairNo(1))).readAt).toBe(first.readAt);
  expect(status(() => checks.at(pairNo(5), "plan", ports))).toBe("too-many-calls 10");
  await ports.clock.sleep(10_000);
  expect(status(() => checks.at(pairNo(5), "plan", ports))).toBe(200);
});

test("reads without a reservation, such as of more addresses, count too", async () => {
  const { ports } = setup();
  const checks = createSharedReads(createReadBudget({ burst: 20, everyMs: 1_000 }));
  const { cloudServices } = checks.at(pairNo(1), "plan", ports);
  await check(checks, "plan", ports, pairNo(1));
  for (let i = 0; i < 7; i++) await cloudServices.readPublicIp(`/ip-${i}`);
  expect(status(() => checks.at(pairNo(2), "plan", ports))).toBe("too-many-calls 7");
});

test("readers neither swap nor follow operations", async () => {
  const { ports } = setup();
  const { cloudServices } = createSharedReads().at(policy, "plan", ports);
  await expect(cloudServices.requestSwap("/x", "production", 1)).rejects.toThrow("readers");
  await expect(cloudServices.readOperation({ url: "x" } as never)).rejects.toThrow("readers");
});

test("readers never read more than burst and refill, in any span of time", async () => {
  const call = fc.record({
    pair: fc.nat(30),
    kind: fc.constantFrom<ReadKind>("services", "plan"),
    afterMs: fc.nat(3_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 20, maxLength: 80 }), async (calls) => {
      const { ports, reads } = setup();
      const [burst, everyMs] = [40, 500];
      const checks = createSharedReads(createReadBudget({ burst, everyMs }));
      const begun = ports.clock.monotonic();
      for (const { pair, kind, afterMs } of calls) {
        await ports.clock.sleep(afterMs);
        await check(checks, kind, ports, pairNo(pair)).catch(() => undefined);
        // A service may cost two reads, and is one here: both count.
        const spent = reads.reduce((sum, what) => sum + (what === "service" ? 2 : 1), 0);
        expect(spent).toBeLessThanOrEqual(burst + (ports.clock.monotonic() - begun) / everyMs);
      }
    }),
    { numRuns: 50 },
  );
});
