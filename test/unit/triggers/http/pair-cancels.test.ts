import type { PairOperation } from "../../../../src/domain/pair/pair";
import { call } from "../../../support/api-call";
import { createFakePorts, type FakePorts } from "../../../support/fake-ports";
import { aRequest, SHOP } from "../../../support/observations";

/** One call that cancels many: its answer for each promotion, and what the pair stores. */

const at = 1;

async function registered(ports: FakePorts, ...ids: readonly string[]): Promise<void> {
  for (const requestId of ids) {
    const request = aRequest({ requestId });
    await ports.register({ requestId, contentHash: "h", request, origin: { channel: "queue" }, at });
    await ports.pairs.signal(SHOP, { kind: "register", requestId, at });
  }
}

/** It holds the lease, and its attempt is open. */
async function attempting(ports: FakePorts, requestId: string): Promise<void> {
  const claim = { direction: "forward", n: 1, nonce: "n", epoch: 1, planHash: "h" } as const;
  for (const operation of [
    { kind: "enqueue", requestId, at, maxQueued: 9, whenBusy: "wait" },
    { kind: "acquire-lease", requestId, at },
    { kind: "claim", requestId, at, ...claim },
  ] satisfies PairOperation[])
    await ports.pairs.signal(SHOP, operation);
}

const close = {
  kind: "close",
  requestId: "r-1",
  nonce: "n",
  proof: { kind: "done", detail: "" },
  at,
} as const;

async function cancel(ports: FakePorts, body: object = { note: "stop" }) {
  const reply = await call(ports, { route: "cancelPromotions", params: { name: "shop" }, body });
  const { value = [] } = reply.body as { value?: { requestId: string; result: string }[] };
  return { ...reply, results: value.map(({ requestId, result }) => [requestId, result]) };
}

const cancelledAt = (ports: FakePorts) =>
  ports.pairStates.get(SHOP)?.cancels.map(({ requestId, by, note }) => [requestId, by, note]);

test("cancels every promotion under way, except an open attempt and one that has left", async () => {
  const ports = createFakePorts();
  await registered(ports, "r-1", "r-2", "r-3");
  await attempting(ports, "r-1");
  await ports.pairs.signal(SHOP, { kind: "leave", requestId: "r-3" });
  const reply = await cancel(ports);
  expect([reply.status, reply.results]).toEqual([
    200,
    [
      ["r-1", "attempt-open"],
      ["r-2", "cancelled"],
    ],
  ]);
  expect(reply.body).toMatchObject({
    ...{ pair: "shop", cancelled: 1 },
    value: [{ reason: { code: "attempt-open" } }, { links: { self: "/api/promotions/r-2" } }],
  });
  expect(cancelledAt(ports)).toEqual([["r-2", "Ada", "stop"]]);
});

test("a swap in effect is too late; one that left or is unknown is not under way", async () => {
  const ports = createFakePorts();
  await registered(ports, "r-1", "r-2");
  await attempting(ports, "r-1");
  await ports.pairs.signal(SHOP, close);
  await ports.pairs.signal(SHOP, { kind: "leave", requestId: "r-2" });
  const { results } = await cancel(ports, { note: "stop", requestIds: ["nobody", "r-1", "r-2", "r-1"] });
  expect(results).toEqual([
    ["nobody", "already-concluded"],
    ["r-1", "cancel-too-late"],
    ["r-2", "already-concluded"],
  ]);
});

test("reports every promotion of a full pair, and keeps every note with the first", async () => {
  const ports = createFakePorts();
  await registered(ports, ...Array.from({ length: 26 }, (_, i) => `r-${i}`));
  await attempting(ports, "r-0");
  for (const note of ["first", "second"]) {
    const { status, body, results } = await cancel(ports, { note });
    expect([status, body["cancelled"], results.length]).toEqual([200, 25, 26]);
    expect(results[0]).toEqual(["r-0", "attempt-open"]);
  }
  expect(new Set(cancelledAt(ports)?.map(([, , note]) => note))).toEqual(new Set(["first; second"]));
});

test("names what was not seen to be stored and the next step; a repeat finds it", async () => {
  const ports = createFakePorts();
  await registered(ports, "r-1", "r-2");
  const lost: PairOperation[] = [];
  const deaf: FakePorts = {
    ...ports,
    pairs: {
      ...ports.pairs,
      signal: (pair, operation) => {
        if (!("requestId" in operation) || operation.requestId !== "r-2")
          return ports.pairs.signal(pair, operation);
        lost.push(operation);
        return Promise.resolve();
      },
    },
  };
  const reply = await cancel(deaf);
  expect([reply.status, reply.results]).toEqual([
    503,
    [
      ["r-1", "cancelled"],
      ["r-2", "not-acknowledged"],
    ],
  ]);
  expect(reply.body).toMatchObject({
    ...{ code: "not-acknowledged", mayStillTakeEffect: true },
    nextStep: "send the same call again: cancelled promotions stay cancelled",
  });
  for (const operation of lost) await ports.pairs.signal(SHOP, operation);
  expect((await cancel(ports)).results).toEqual([
    ["r-1", "cancelled"],
    ["r-2", "cancelled"],
  ]);
});

test("an empty or unused pair is clear; an unknown pair is 404; a note is required", async () => {
  const ports = createFakePorts();
  expect(await cancel(ports)).toMatchObject({ status: 200, body: { cancelled: 0, value: [] } });
  const elsewhere = await call(ports, {
    ...{ route: "cancelPromotions", params: { name: "other" }, body: { note: "x" } },
  });
  expect([elsewhere.status, elsewhere.body["code"]]).toEqual([404, "unknown-pair"]);
  for (const body of [{}, { note: " " }, { note: "x", requestIds: [] }, { note: "x", pair: "shop" }])
    expect((await cancel(ports, body)).status).toBe(400);
  expect(ports.effects).toEqual([]);
});
