import type { InvocationContext } from "@azure/functions";
import { createPolicies } from "../../../src/adapters/policies";
import { notAcceptedEventSchema } from "../../../src/contracts/events";
import { reason } from "../../../src/domain/kernel/reason-codes";
import { MAX_REGISTERED } from "../../../src/domain/pair/pair";
import { summarisePromotion } from "../../../src/domain/promotion/view";
import { createDeadLetterHandler, createQueueHandler } from "../../../src/triggers/queue";
import { createFakePorts, type FakePorts } from "../../support/fake-ports";
import { SHOP } from "../../support/observations";

const request = { requestId: "r-1", pair: "shop", promote: "green", reason: "x", requestedBy: "y" };

function deliver(
  ports: FakePorts,
  body: unknown,
  metadata: Record<string, unknown> = { messageId: 42, sequenceNumber: 7 },
) {
  const context = { triggerMetadata: metadata } as unknown as InvocationContext;
  return createQueueHandler(() => ports, "swap-requests")(body, context);
}

/** As the broker does: until the handler returns, at most ten times. */
async function deliverUntilCompleted(ports: FakePorts, body: unknown): Promise<number> {
  for (let delivery = 1; delivery <= 10; delivery++) {
    try {
      await deliver(ports, body);
      return delivery;
    } catch {
      continue;
    }
  }
  throw new Error("dead-lettered");
}

const completions = (ports: FakePorts) =>
  ports.published.filter((event) => event.includes("promotion.completed"));
const declined = (ports: FakePorts) =>
  ports.published.filter((event) => event.includes("not-accepted")).map((event) => JSON.parse(event));

test("a new request starts its run, and its message completes once it is registered", async () => {
  const ports = createFakePorts();
  await deliver(ports, request);
  expect(ports.effects).toEqual(["start", "publish"]);
  expect(ports.record.get("r-1")).toMatchObject({ run: { id: "run-r-1" } });
  expect(ports.pairStates.get("shop")?.registered.map((e) => e.requestId)).toEqual(["r-1"]);
});

test("a message's requester is declared, even when it resembles a signed-in person", async () => {
  const ports = createFakePorts();
  const requestedBy = "Rita Requester (person 11111111-1111-4111-8111-111111111111)";
  await deliver(ports, { ...request, requestedBy });
  expect(summarisePromotion(ports.record.get("r-1")!, "UTC")).toMatchObject({
    requestedBy: { kind: "declared", name: requestedBy },
  });
});

test("a message whose run no host takes over is delivered again", async () => {
  const ports = createFakePorts();
  ports.runsGet = "nowhere";
  await expect(deliver(ports, request)).rejects.toThrow("not seen to be stored in time");
  ports.runsGet = "with-its-pair";
  ports.takeOver();
  await deliver(ports, request);
  expect(ports.effects.filter((effect) => effect === "start")).toHaveLength(1);
  expect(ports.pairStates.get("shop")?.registered).toHaveLength(1);
});

test("a takeover of 40 s is waited out inside the message's lock", async () => {
  const ports = createFakePorts();
  ports.runsGet = "nowhere";
  const until = ports.clock.now() + 40_000;
  const read = ports.promotions.read.bind(ports.promotions);
  jest.spyOn(ports.promotions, "read").mockImplementation((id) => {
    if (ports.clock.now() >= until && ports.runsGet === "nowhere") {
      ports.runsGet = "with-its-pair";
      ports.takeOver();
    }
    return read(id);
  });
  await deliver(ports, request);
  expect(ports.runs.get("r-1")).toBe("live");
});

test("a registered request completes its message before its pair takes it up", async () => {
  const ports = createFakePorts();
  ports.runsGet = "registered";
  await deliver(ports, request);
  expect(ports.record.get("r-1")?.conclusion).toBeUndefined();
});

test("of two requests with one id, the first recorded goes on; the other is refused", async () => {
  const ports = createFakePorts();
  ports.runsGet = "nowhere";
  const first = deliver(ports, request);
  const second = deliver(ports, { ...request, promote: "blue" });
  ports.runsGet = "with-its-pair";
  await new Promise((resolve) => setImmediate(resolve));
  ports.takeOver();
  await Promise.all([first, second]);
  expect(declined(ports)).toMatchObject([{ data: { reason: { code: "request-conflict" } } }]);
  expect(ports.pairStates.get("shop")?.registered).toHaveLength(1);
});

test("a host that does not know the pair does not refuse a registered request", async () => {
  const ports = createFakePorts();
  await deliver(ports, request);
  const elsewhere = { ...ports, policies: createPolicies([]) };
  // Its own read of the promotion record came too early.
  const read = ports.promotions.read.bind(ports.promotions);
  const late = jest.fn(read).mockResolvedValueOnce(undefined);
  await deliver({ ...elsewhere, promotions: { ...ports.promotions, read: late } }, request);
  expect(ports.record.get("r-1")?.conclusion).toBeUndefined();
  expect(completions(ports)).toEqual([]);
});

test("after a crash at any effect, redelivery ends with one registration and live run", async () => {
  for (let crashAt = 0.5; crashAt <= 5; crashAt += 0.5) {
    const ports = createFakePorts();
    ports.crashAt = crashAt;
    await deliverUntilCompleted(ports, request);
    expect([...ports.record.keys()]).toEqual(["r-1"]);
    expect(ports.pairStates.get("shop")?.registered.map((e) => e.requestId)).toEqual(["r-1"]);
    expect(ports.runs.get("r-1")).toBe("live");
    expect(completions(ports)).toEqual([]);
  }
});

test("a request that cannot be registered is refused once, with one event id", async () => {
  for (let crashAt = 0.5; crashAt <= 7; crashAt += 0.5) {
    const ports = createFakePorts();
    for (let i = 0; i < MAX_REGISTERED; i++)
      await ports.pairs.signal(SHOP, { kind: "register", requestId: `q-${i}`, at: 1 });
    ports.effects.length = 0;
    ports.crashAt = crashAt;
    await deliverUntilCompleted(ports, request);
    expect(ports.record.get("r-1")?.conclusion?.reason.code).toBe("queue-full");
    expect(new Set(completions(ports)).size).toBe(1);
    expect(ports.runs.get("r-1")).toBe("completed");
  }
});

test("a concluded request that comes again is answered with the stored bytes", async () => {
  const ports = createFakePorts();
  await deliver(ports, request);
  const ending = { outcome: "refused", reason: reason("unpinned", "d") } as const;
  await ports.promotions.change("r-1", { kind: "conclude", ending, at: 1 });
  await deliver(ports, request);
  await deliver(ports, request);
  const events = completions(ports);
  expect([events.length, new Set(events).size]).toEqual([2, 1]);
});

test("a concluded request still with its pair is answered, not closed (world 48000191)", async () => {
  const ports = createFakePorts();
  await deliver(ports, request);
  const ending = { outcome: "halted", reason: reason("outcome-unproved", "d") } as const;
  await ports.promotions.change("r-1", { kind: "conclude", ending, at: 1 });

  await deliver(ports, request);
  expect(completions(ports)).toHaveLength(1);
  expect(ports.record.get("r-1")?.announcedAt).toBeUndefined();

  await ports.pairs.signal(SHOP, { kind: "leave", requestId: "r-1" });
  await deliver(ports, request);
  expect(ports.record.get("r-1")?.announcedAt).toBeDefined();
});

test("other content under a known id is a conflict that names what differs", async () => {
  const ports = createFakePorts();
  await deliver(ports, request);
  await deliver(ports, { ...request, promote: "blue", expect: { version: "2" } });
  const expectation = "as promotion r-1 was asked for, or another requestId";
  expect(declined(ports)).toMatchObject([
    {
      data: {
        ...{ requestId: "r-1", promotion: "/api/promotions/r-1" },
        reason: {
          code: "request-conflict",
          detail: "the request id r-1 is in use by a request that differs in promote, expect",
        },
        issues: [
          { path: "$.promote", value: '"blue"', expectation },
          { path: "$.expect", value: '{"version":"2"}', expectation },
        ],
      },
    },
  ]);
  expect(notAcceptedEventSchema.safeParse(declined(ports)[0]).success).toBe(true);
  expect(ports.record.get("r-1")?.request.promote).toBe("green");
});

test("a malformed message is answered once, never redelivered, with ids as text", async () => {
  const ports = createFakePorts();
  await deliver(ports, 12);
  await deliver(ports, 12);
  const events = declined(ports);
  expect(events[0]).toMatchObject({
    data: { message: { messageId: "42", sequenceNumber: "7" }, reason: { code: "malformed-request" } },
  });
  expect(events[0].id).toBe(events[1].id);
});

test("a broker fault that passes costs no delivery; a lasting one returns the message", async () => {
  const ports = createFakePorts();
  ports.refusals = 5;
  expect(await deliverUntilCompleted(ports, "no json")).toBe(1);
  ports.refusals = 1_000;
  await expect(deliver(ports, "no json")).rejects.toThrow("not seen to be stored in time");
});

test("a dead letter is announced with its reason and raises an alert", async () => {
  const ports = createFakePorts();
  const metadata = {
    messageId: "m",
    sequenceNumber: 1,
    applicationProperties: { deadLetterReason: "MaxDeliveryCountExceeded" },
  };
  await createDeadLetterHandler(() => ports, "swap-requests")(request, {
    triggerMetadata: metadata,
  } as unknown as InvocationContext);
  expect(declined(ports)[0]).toMatchObject({
    data: { requestId: "r-1", reason: { code: "dead-lettered", detail: "MaxDeliveryCountExceeded" } },
  });
  expect(ports.alerts).toEqual(["dead-letter"]);
});
