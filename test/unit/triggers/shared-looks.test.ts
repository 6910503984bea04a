import fc from "fast-check";
import type { Ports } from "../../../src/ports/ports";
import { createReadBudget } from "../../../src/triggers/http/read-budget";
import { createSharedLooks, type LookKind, type SharedLooks } from "../../../src/triggers/http/shared-looks";
import { createFakePorts } from "../../support/fake-ports";
import { aPolicy } from "../../support/observations";
import type { PairKey } from "../../../src/domain/pair-key";

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
async function look(looks: SharedLooks, kind: LookKind, ports: Ports, of = policy) {
  const { readAt, cloudServices } = looks.at(of, kind, ports);
  const read = async (id: string) =>
    Promise.all([
      cloudServices.readService(id, "version"),
      cloudServices.readInstances(id),
      ...(kind === "plan" ? [cloudServices.readPermissions(id), cloudServices.readPublicIp(id)] : []),
    ]);
  return { readAt, found: await Promise.all([read("/blue"), read("/green")]) };
}
const status = (act: () => unknown) => {
  try {
    act();
    return 200;
  } catch (fault) {
    const { code, headers } = fault as { code: string; headers: Record<string, string> };
    return `${code} ${headers["retry-after"]}`;
  }
};

test("fifty readers at once are one look, and so are those of the ten seconds after it", async () => {
  const { ports, reads } = setup();
  const looks = createSharedLooks();
  const first = await Promise.all(Array.from({ length: 50 }, () => look(looks, "services", ports)));
  expect(reads).toHaveLength(4);
  await ports.clock.sleep(9_999);
  expect(await look(looks, "services", ports)).toEqual(first[0]);
  expect(reads).toHaveLength(4);
  await ports.clock.sleep(1);
  expect((await look(looks, "services", ports)).readAt).toBe(first[0]!.readAt + 10_000);
  expect(reads).toHaveLength(8);
});

test("a look that takes longer than ten seconds is still one look: who comes meanwhile waits for it", async () => {
  let release = () => {};
  const { ports, reads } = setup({ hold: new Promise<void>((resolve) => (release = resolve)) });
  const looks = createSharedLooks();
  const early = look(looks, "services", ports);
  await ports.clock.sleep(25_000);
  const late = look(looks, "services", ports);
  release();
  expect(await late).toEqual(await early);
  expect(reads).toHaveLength(4);
});

test("a look that never ends keeps nobody waiting for ever", async () => {
  const { ports, reads } = setup({ hold: new Promise<void>(() => undefined) });
  const looks = createSharedLooks();
  void look(looks, "services", ports);
  await ports.clock.sleep(60_000);
  void look(looks, "services", ports);
  expect(reads).toHaveLength(8);
});

test("a plan reads by itself, all at one time, and its look serves the pair's page as well", async () => {
  const { ports, reads } = setup();
  const looks = createSharedLooks();
  await look(looks, "services", ports);
  await ports.clock.sleep(1_000);
  const plan = await look(looks, "plan", ports);
  expect(reads).toHaveLength(4 + 8);
  expect((await look(looks, "services", ports)).readAt).toBe(plan.readAt);
  expect(reads).toHaveLength(4 + 8);
});

test("pairs share nothing with each other", async () => {
  const { ports, reads } = setup();
  const looks = createSharedLooks();
  await look(looks, "services", ports, pairNo(1));
  await look(looks, "services", ports, pairNo(2));
  expect(reads).toHaveLength(8);
});

test("where Resource Manager asks readers to wait, they wait as long as it says", async () => {
  const { ports, reads } = setup({ kind: "throttled" });
  const looks = createSharedLooks();
  await look(looks, "services", ports);
  await ports.clock.sleep(59_999);
  await look(looks, "services", ports);
  expect(reads).toHaveLength(4);
  await ports.clock.sleep(1);
  await look(looks, "services", ports);
  expect(reads).toHaveLength(8);
});

test("a look that ended in a fault is nobody else's", async () => {
  const { ports, reads, answers } = setup({ fault: true });
  const looks = createSharedLooks();
  await expect(look(looks, "services", ports)).rejects.toThrow("a fault");
  answers.fault = false;
  await look(looks, "services", ports);
  expect(reads).toHaveLength(8);
});

test("beyond the budget a pair shows its last look, however old; one without, and a plan, is told when to come again", async () => {
  const { ports } = setup();
  const looks = createSharedLooks(createReadBudget({ burst: 26, everyMs: 1_000 }));
  const first = await look(looks, "services", ports, pairNo(1));
  await look(looks, "plan", ports, pairNo(2));
  await ports.clock.sleep(1);
  expect(status(() => looks.at(pairNo(3), "services", ports))).toBe("too-many-calls 6");
  await look(looks, "plan", ports, pairNo(3));
  await ports.clock.sleep(10_000);
  await look(looks, "plan", ports, pairNo(4));
  expect((await look(looks, "services", ports, pairNo(1))).readAt).toBe(first.readAt);
  expect(status(() => looks.at(pairNo(5), "plan", ports))).toBe("too-many-calls 10");
  await ports.clock.sleep(10_000);
  expect(status(() => looks.at(pairNo(5), "plan", ports))).toBe(200);
});

test("reads that nothing was taken for, such as those of more addresses, are counted all the same", async () => {
  const { ports } = setup();
  const looks = createSharedLooks(createReadBudget({ burst: 20, everyMs: 1_000 }));
  const { cloudServices } = looks.at(pairNo(1), "plan", ports);
  await look(looks, "plan", ports, pairNo(1));
  for (let i = 0; i < 7; i++) await cloudServices.readPublicIp(`/ip-${i}`);
  expect(status(() => looks.at(pairNo(2), "plan", ports))).toBe("too-many-calls 7");
});

test("readers neither swap nor follow operations", async () => {
  const { ports } = setup();
  const { cloudServices } = createSharedLooks().at(policy, "plan", ports);
  await expect(cloudServices.requestSwap("/x", "production", 1)).rejects.toThrow("readers");
  await expect(cloudServices.readOperation({ url: "x" } as never)).rejects.toThrow("readers");
});

test("whatever readers ask and whenever, in no span of time do they read more than burst and refill", async () => {
  const call = fc.record({
    pair: fc.nat(30),
    kind: fc.constantFrom<LookKind>("services", "plan"),
    afterMs: fc.nat(3_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 20, maxLength: 80 }), async (calls) => {
      const { ports, reads } = setup();
      const [burst, everyMs] = [40, 500];
      const looks = createSharedLooks(createReadBudget({ burst, everyMs }));
      const begun = ports.clock.monotonic();
      for (const { pair, kind, afterMs } of calls) {
        await ports.clock.sleep(afterMs);
        await look(looks, kind, ports, pairNo(pair)).catch(() => undefined);
        // A service may cost two reads, and is one here: both count.
        const spent = reads.reduce((sum, what) => sum + (what === "service" ? 2 : 1), 0);
        expect(spent).toBeLessThanOrEqual(burst + (ports.clock.monotonic() - begun) / everyMs);
      }
    }),
    { numRuns: 50 },
  );
});
