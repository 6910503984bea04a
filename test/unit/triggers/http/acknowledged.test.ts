import { createScheduleTimes } from "../../../../src/adapters/schedules";
import { reason } from "../../../../src/domain/kernel/reason-codes";
import { decidePlan } from "../../../../src/domain/plan/planning";
import type { Ports } from "../../../../src/ports/ports";
import { type ApiCall, call } from "../../../support/api-call";
import { createFakePorts, type FakePorts } from "../../../support/fake-ports";
import { aPair, aPolicy, aRequest, SHOP } from "../../../support/observations";

/** Calls while no host is there to apply them: the answer, and the effect once a host takes over. */

/** Ports whose signals are accepted, and applied only when a host takes over. */
function withoutHosts(ports: FakePorts) {
  const late: (() => Promise<void>)[] = [];
  const keep = (apply: () => Promise<void>) => {
    late.push(apply);
    return Promise.resolve();
  };
  const { pairs, promotions, schedules } = ports;
  const down: Ports = {
    ...ports,
    pairs: { ...pairs, signal: (pair, op) => keep(() => pairs.signal(pair, op)) },
    promotions: { ...promotions, change: (id, change) => keep(() => promotions.change(id, change)) },
    schedules: { ...schedules, signal: (pair, op) => keep(() => schedules.signal(pair, op)) },
  };
  const takeOver = async () => {
    for (const apply of late.splice(0)) await apply();
  };
  return { down, takeOver };
}

const at = 1;

async function soaking(ports: FakePorts): Promise<void> {
  const request = aRequest({ requestId: "r-1" });
  const origin = { channel: "queue" } as const;
  await ports.register({ requestId: "r-1", contentHash: "h", request, origin, at });
  const claim = { n: 1, nonce: "n", epoch: 1, planHash: "h" };
  const about = { requestId: "r-1", at } as const;
  for (const operation of [
    { ...about, kind: "register" },
    { ...about, kind: "enqueue", maxQueued: 9, whenBusy: "wait" },
    { ...about, kind: "acquire-lease" },
    { ...about, kind: "claim", direction: "forward", ...claim },
    { ...about, kind: "close", nonce: "n", proof: { kind: "done", detail: "" } },
  ] as const)
    await ports.pairs.signal(SHOP, operation);
}

async function registered(ports: FakePorts): Promise<void> {
  const request = aRequest({ requestId: "r-1" });
  const origin = { channel: "queue" } as const;
  await ports.register({ requestId: "r-1", contentHash: "h", request, origin, at });
  await ports.pairs.signal(SHOP, { kind: "register", requestId: "r-1", at });
}

const held = (ports: FakePorts) =>
  ports.pairs.signal(SHOP, {
    kind: "hold",
    hold: { id: "h-0", at, reason: reason("on-hold", "x"), by: "Bo" },
  });

async function asking(ports: FakePorts): Promise<void> {
  await registered(ports);
  const now = ports.clock.now();
  const policy = aPolicy({ approval: { quorum: 2, deadlineMs: 3_600_000, validForMs: 3_600_000 } });
  const observed = aPair();
  const verdict = decidePlan({ request: aRequest(), policy, observed, now, digest: () => "f".repeat(64) });
  if (verdict.kind !== "planned") throw new Error(verdict.kind);
  const { plan } = verdict;
  await ports.promotions.change("r-1", { kind: "begin", runId: "run", at });
  await ports.promotions.change("r-1", { kind: "plan", runId: "run", plan, at });
  await ports.promotions.change("r-1", { kind: "ask-approval", runId: "run", planHash: plan.hash, at: now });
}

const id = { id: "r-1" };
const schedule = { pair: "shop", name: "weekly" };

const writes: readonly {
  readonly what: string;
  readonly given: (ports: FakePorts) => Promise<void>;
  readonly asked: ApiCall;
  readonly took: (ports: FakePorts) => Promise<unknown>;
  /** The answer to the suggested next step once the first call has taken effect. */
  readonly again: number;
}[] = [
  {
    what: "a hold",
    given: registered,
    asked: { route: "putHold", params: { pair: "shop" }, body: { reason: "x", id: "h-1" } },
    took: async (ports) => (await ports.pairs.read(SHOP))?.holds.map((hold) => hold.id).join() === "h-1",
    again: 200,
  },
  {
    what: "a release",
    given: held,
    asked: { route: "deleteHold", params: { pair: "shop" }, query: "note=over" },
    took: async (ports) => (await ports.pairs.read(SHOP))?.holds.length === 0,
    again: 404,
  },
  {
    what: "a cancel",
    given: registered,
    asked: { route: "cancelPromotion", params: id, body: { note: "no" } },
    took: async (ports) => (await ports.pairs.read(SHOP))?.cancels.length === 1,
    again: 202,
  },
  {
    what: "an order to roll back",
    given: soaking,
    asked: { route: "orderRollback", params: id, body: { note: "slow" } },
    took: async (ports) => (await ports.pairs.read(SHOP))?.lease?.order?.by === "Ada",
    again: 202,
  },
  {
    what: "a pause",
    given: () => Promise.resolve(),
    asked: { route: "pauseSchedule", params: schedule, body: { note: "later" } },
    took: async (ports) => (await ports.schedules.read(SHOP))?.pauses.length === 1,
    again: 200,
  },
  {
    what: "a vote",
    given: asking,
    asked: { route: "postApproval", params: id, body: { decision: "approve", planHash: "" } },
    took: async (ports) => (await ports.promotions.read("r-1"))?.gate?.votes.length === 1,
    again: 409,
  },
];

function begin(): FakePorts {
  const ports = createFakePorts([aPolicy({ timeZone: "Europe/Berlin" })]);
  const rule = {
    ...schedule,
    cron: "0 2 * * TUE",
    zone: "Europe/Berlin",
    promote: "green",
    reason: "x",
  } as const;
  ports.scheduled = createScheduleTimes([{ ...rule, expiresAfterMs: 60_000 }]);
  return ports;
}

async function bodyOf(ports: FakePorts, asked: ApiCall): Promise<ApiCall> {
  const planHash = (await ports.promotions.read("r-1"))?.gate?.planHash;
  return asked.route === "postApproval" ? { ...asked, body: { ...asked.body, planHash } } : asked;
}

describe.each(writes)("$what that is sent while no host is there", ({ given, asked, took, again }) => {
  test("is answered 503 after the longest takeover, with a time and the next step", async () => {
    const ports = begin();
    await given(ports);
    const { down } = withoutHosts(ports);
    const started = ports.clock.now();
    const reply = await call(down, await bodyOf(ports, asked));
    expect([reply.status, reply.body["code"], reply.headers["retry-after"]]).toEqual([
      503,
      "not-acknowledged",
      "30",
    ]);
    expect(ports.clock.now() - started).toBeGreaterThan(41_000);
    expect(reply.body).toMatchObject({
      mayStillTakeEffect: true,
      usuallyBy: { utc: expect.any(String), local: expect.stringContaining("Europe/Berlin") },
      nextStep: expect.stringContaining("again"),
    });
    expect(await took(ports)).toBe(false);
  });

  test("takes effect when a host takes over, and its next step finds it so", async () => {
    const ports = begin();
    await given(ports);
    const { down, takeOver } = withoutHosts(ports);
    const whole = await bodyOf(ports, asked);
    await call(down, whole);
    await takeOver();
    expect(await took(ports)).toBe(true);
    expect((await call(ports, whole)).status).toBe(again);
    expect(await took(ports)).toBe(true);
  });
});

const body = { requestId: "r-1", pair: "shop", promote: "green", reason: "x" };
const post = (ports: Ports, over: object = {}) =>
  call(ports, { route: "postPromotion", body: { ...body, ...over } });

test("an unregistered request is answered 503; a repeat is the same promotion", async () => {
  const ports = begin();
  ports.runsGet = "nowhere";
  const reply = await post(ports);
  expect([reply.status, reply.headers["retry-after"]]).toEqual([503, "30"]);
  expect(reply.body).toMatchObject({
    mayStillTakeEffect: true,
    nextStep: expect.stringContaining("the same promotion"),
  });
  ports.runsGet = "with-its-pair";
  const again = post(ports);
  ports.takeOver();
  expect(await again).toMatchObject({ status: 202, headers: { location: "/api/promotions/r-1" } });
  expect(ports.effects.filter((effect) => effect === "start")).toHaveLength(1);
});

test("a sender that gives up leaves a pair with a live run once it is registered", async () => {
  const ports = begin();
  ports.runsGet = "nowhere";
  expect((await post(ports)).status).toBe(503);
  ports.runsGet = "with-its-pair";
  ports.takeOver();
  expect(ports.pairStates.get("shop")?.registered.map(({ requestId }) => requestId)).toEqual(["r-1"]);
  expect(ports.runs.get("r-1")).toBe("live");
});

test("a registered request is answered 202 before its pair has taken it up", async () => {
  const ports = begin();
  ports.runsGet = "registered";
  const reply = await post(ports);
  expect([reply.status, reply.headers["location"]]).toEqual([202, "/api/promotions/r-1"]);
  expect(reply.body["nextStep"]).toContain("goes on by itself");
});

test("a promotion its pair has not taken up yet is not over, and has no rollback", async () => {
  const ports = begin();
  ports.runsGet = "registered";
  await post(ports);
  const cancel = await call(ports, { route: "cancelPromotion", params: id, body: { note: "no" } });
  expect([cancel.status, cancel.body["code"], cancel.headers["retry-after"]]).toEqual([
    503,
    "not-acknowledged",
    "5",
  ]);
  expect(cancel.body["detail"]).toContain("nothing was cancelled");
  const order = await call(ports, { route: "orderRollback", params: id, body: { note: "no" } });
  expect(order.body["code"]).toBe("nothing-to-roll-back");
});

test("break-glass raises its alert before anything is durable, heard or not", async () => {
  const ports = begin();
  ports.runsGet = "nowhere";
  expect((await post(ports, { breakGlass: { reason: "incident" } })).status).toBe(503);
  expect(ports.alerts).toEqual(["break-glass"]);
});

test("a hold shows no state for a pair that did not answer", async () => {
  const ports = begin();
  const { down } = withoutHosts(ports);
  const reply = await call(down, { route: "putHold", params: { pair: "all" }, body: { reason: "x" } });
  const [pair] = reply.body["pairs"] as object[];
  expect(pair).toEqual({ pair: "shop", state: "not-acknowledged" });
  expect(reply.body["nextStep"]).toContain(reply.body["id"]);
});

test("an unreadable promotion record is answered 503, and nothing was sent", async () => {
  const ports = begin();
  jest.spyOn(ports.promotions, "read").mockRejectedValue(new Error("storage"));
  const reply = await post(ports);
  expect([reply.status, reply.headers["retry-after"], ports.effects]).toEqual([503, "30", []]);
  expect(reply.body["detail"]).toContain("nothing was sent");
  expect(reply.body["mayStillTakeEffect"]).toBeUndefined();
});
