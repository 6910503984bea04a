import type { Ports } from "../../../../src/ports/ports";
import { call } from "../../../support/api-call";
import { createFakePorts, type FakePorts } from "../../../support/fake-ports";
import { aPolicy, aRequest, keyOf } from "../../../support/observations";

const two = () => createFakePorts([aPolicy(), aPolicy({ name: "till" })]);
const put = (ports: Ports, pair: string) =>
  call(ports, { route: "putHold", params: { pair }, body: { reason: "incident", id: "h-1" } });

const claimed = async (ports: FakePorts, pair: string, claimedAt: number) => {
  const about = { requestId: `r-${pair}`, at: claimedAt };
  const request = aRequest({ requestId: about.requestId, pair });
  const origin = { channel: "queue" } as const;
  await ports.register({ ...about, contentHash: "h", request, origin });
  const claim = { direction: "forward", n: 1, nonce: "n", epoch: 1, planHash: "h" } as const;
  for (const operation of [
    { ...about, kind: "register" },
    { ...about, kind: "enqueue", maxQueued: 9, whenBusy: "wait" },
    { ...about, kind: "acquire-lease" },
    { ...about, kind: "claim", ...claim },
  ] as const)
    await ports.pairs.signal(keyOf(pair), operation);
};

test("a hold reports when it takes effect at each pair, and the attempt claimed before", async () => {
  const ports = two();
  const now = ports.clock.now();
  const { swap } = aPolicy();
  await claimed(ports, "till", now - 5_000);
  const { status, body } = await put(ports, "all");
  const lastPut = now - 5_000 + swap.claimWindowMs + swap.putTimeoutMs;
  const utc = (at: number) => ({ utc: new Date(at).toISOString() });
  expect([status, body["holdsFrom"]]).toEqual([200, expect.objectContaining(utc(lastPut))]);
  const [shop, till] = body["pairs"] as { holdsFrom: { utc: string }; openAttempt?: object }[];
  expect([Date.parse(shop!.holdsFrom.utc) < lastPut, shop!.openAttempt]).toEqual([true, undefined]);
  expect(till).toMatchObject({
    holdsFrom: utc(lastPut),
    openAttempt: {
      ...{ requestId: "r-till", direction: "forward", claimedAt: utc(now - 5_000) },
      effectUntil: utc(lastPut + swap.operationDeadlineMs),
    },
  });
});

test("an attempt keeps its planned times; an unreadable record does not delay a hold", async () => {
  const ports = two();
  const now = ports.clock.now();
  await claimed(ports, "shop", now);
  const entry = ports.record.get("r-shop")!;
  const { swap } = aPolicy();
  const plan = { policy: { ...aPolicy(), swap: { ...swap, claimWindowMs: 90_000 } } } as typeof entry.plan;
  ports.record.set("r-shop", { ...entry, plan });
  const holdsFrom = async () =>
    Date.parse(((await put(ports, "shop")).body["holdsFrom"] as { utc: string }).utc);
  expect(await holdsFrom()).toBe(now + 90_000 + swap.putTimeoutMs);
  jest.spyOn(ports.promotions, "read").mockRejectedValue(new Error("storage"));
  expect(await holdsFrom()).toBe(now + swap.claimWindowMs + swap.putTimeoutMs);
});
