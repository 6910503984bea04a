import fc from "fast-check";
import type { Read, ServiceObservation } from "../../../../src/domain/cloud-service/observation";
import { checkRoles } from "../../../../src/domain/cloud-service/readiness";
import { decidePlan } from "../../../../src/domain/plan/planning";
import { decideAttempt } from "../../../../src/domain/swap/decide-attempt";
import { pair, slotOf, states, succeeded } from "../../../support/any-reads";
import { aPair, aPolicy, aRequest, aService, found, NOW, someInstances } from "../../../support/observations";
import { runs } from "../../../support/runs";

/** What the fresh reads before the PUT decide, and how it is described. */
function plan() {
  const common = { request: aRequest(), policy: aPolicy(), observed: aPair(), now: NOW };
  const verdict = decidePlan({ ...common, digest: (text: string) => text });
  if (verdict.kind !== "planned") throw new Error(verdict.kind);
  return verdict.plan;
}

type Service = Read<ServiceObservation>;
const green = (over: Partial<ServiceObservation> = {}): Service => found(aService("green", over));
const blue = (over: Partial<ServiceObservation> = {}): Service => found(aService("blue", over));

function decide(incoming: Service, outgoing: Service, states?: { green?: string[]; blue?: string[] }) {
  return decideAttempt(plan(), {
    incoming,
    outgoing,
    incomingCheck: checkRoles("green", incoming, found(someInstances("green", states?.green))),
    outgoingCheck: checkRoles("blue", outgoing, found(someInstances("blue", states?.blue))),
  });
}

const throttled = (retryAfterMs: number): Service => ({
  kind: "throttled",
  detail: `wait ${retryAfterMs}`,
  retryAfterMs,
});
const unavailable: Service = { kind: "unavailable", detail: "no answer" };

test("as planned, settled and ready, the PUT is sent", () => {
  expect(decide(green(), blue())).toEqual({ kind: "send" });
});

test.each<[string, Service, Service, object]>([
  ["incoming", unavailable, blue(), { kind: "not-ready", detail: "no answer", retryAfterMs: undefined }],
  ["outgoing", green(), unavailable, { kind: "not-ready", detail: "no answer", retryAfterMs: undefined }],
  [
    "neither",
    throttled(9_000),
    throttled(12_000),
    { kind: "not-ready", detail: "wait 9000; wait 12000", retryAfterMs: 12_000 },
  ],
  [
    "one of them for how long nobody knows",
    { ...unavailable, retryAfterMs: undefined },
    throttled(5),
    { kind: "not-ready", detail: "no answer; wait 5", retryAfterMs: 5 },
  ],
  [
    "absent",
    { kind: "absent", detail: "404" },
    throttled(5),
    { kind: "not-ready", detail: "404; wait 5", retryAfterMs: 5 },
  ],
])("a service that cannot be read (%s) withholds the PUT, with its Retry-After", (_which, a, b, expected) => {
  expect(decide(a, b)).toEqual(expected);
});

test.each<[string, Partial<ServiceObservation>, Partial<ServiceObservation>, object]>([
  [
    "a slot that cannot be read",
    { slot: undefined },
    {},
    { kind: "not-ready", detail: "a slot could not be read (shop-green: ?, shop-blue: production)" },
  ],
  [
    "the other slot that cannot be read",
    {},
    { slot: undefined },
    { kind: "not-ready", detail: "a slot could not be read (shop-green: staging, shop-blue: ?)" },
  ],
  [
    "the target held",
    { slot: "production" },
    { slot: "staging" },
    { kind: "already", detail: "shop-green: production, shop-blue: staging" },
  ],
  [
    "two of one slot",
    { slot: "production" },
    {},
    { kind: "foreign-state", detail: "shop-green: production, shop-blue: production" },
  ],
  [
    "a new deployment",
    { uniqueId: "x" },
    {},
    { kind: "stale-plan", detail: "redeployed since planning: shop-green" },
  ],
  [
    "two new deployments",
    { version: "v9" },
    { version: "v9" },
    { kind: "stale-plan", detail: "redeployed since planning: shop-green, shop-blue" },
  ],
  [
    "a partner that names another",
    { swappableId: "other" },
    {},
    { kind: "stale-plan", detail: "the services no longer name each other as swappable" },
  ],
  [
    "an outgoing service that names another",
    {},
    { swappableId: "other" },
    { kind: "stale-plan", detail: "the services no longer name each other as swappable" },
  ],
  [
    "a provisioning state that is missing",
    {},
    { provisioningState: undefined },
    { kind: "not-ready", detail: "provisioning has not succeeded on both services" },
  ],
  [
    "an update under way",
    { provisioningState: "Updating" },
    {},
    { kind: "not-ready", detail: "provisioning has not succeeded on both services" },
  ],
])("%s sends nothing, and says what was read", (_what, incoming, outgoing, expected) => {
  expect(decide(green(incoming), blue(outgoing))).toEqual(expected);
});

test("instances that are not running withhold the PUT, and each side is reported", () => {
  const decision = decide(green(), blue(), { green: ["Started", "Busy"], blue: ["Stopped", "Started"] });
  expect(decision).toMatchObject({
    kind: "not-ready",
    detail: expect.stringMatching(/^green: Web_IN_1 .*; blue: Web_IN_0 /),
  });
  expect(decide(green(), blue(), { blue: ["Stopped", "Started"] })).toMatchObject({
    kind: "not-ready",
    detail: expect.stringMatching(/^blue: Web_IN_0 /),
  });
});

test("where the outgoing service may be down, only the incoming one must run", () => {
  const judge = (states: { green?: string[]; blue?: string[] }, outgoing: Service = blue()) => {
    const reads = {
      incoming: green(),
      outgoing,
      incomingCheck: checkRoles("green", green(), found(someInstances("green", states.green))),
      outgoingCheck: checkRoles("blue", outgoing, found(someInstances("blue", states.blue))),
    };
    return decideAttempt(plan(), reads, "forward", true).kind;
  };
  const down = ["Stopped", "Stopped"];
  expect(judge({ blue: down })).toBe("send");
  expect(judge({ green: down })).toBe("not-ready");
  expect(judge({ green: down, blue: down })).toBe("not-ready");
  expect(judge({ blue: down }, blue({ provisioningState: "Updating" }))).toBe("not-ready");
});

function planned() {
  const verdict = decidePlan({
    ...{ request: aRequest(), policy: aPolicy(), observed: aPair(), now: NOW },
    digest: (text: string) => text,
  });
  if (verdict.kind !== "planned") throw new Error(verdict.kind);
  return verdict.plan;
}

test("the PUT is sent only when both services are as planned, settled and ready", () => {
  const plan = planned();
  let sent = 0;
  fc.assert(
    fc.property(pair, fc.oneof(fc.constant(["Started", "Started"]), states), (reads, list) => {
      const instances = found(someInstances("green", list));
      const decision = decideAttempt(plan, {
        ...reads,
        incomingCheck: checkRoles("green", reads.incoming, instances),
        outgoingCheck: checkRoles("blue", reads.outgoing, found(someInstances("blue"))),
      });
      const [a, b] = [slotOf(reads.incoming), slotOf(reads.outgoing)];
      if (decision.kind === "already") expect([a, b]).toEqual(["production", "staging"]);
      if (decision.kind === "foreign-state") expect([a, a]).toEqual([b, a ?? "none"]);
      if (decision.kind !== "send") return;
      sent++;
      expect([a, b]).toEqual(["staging", "production"]);
      expect([succeeded(reads.incoming), succeeded(reads.outgoing)]).toEqual([true, true]);
      expect(reads.incoming).toMatchObject({ value: { version: "v2", uniqueId: "unique-green" } });
      expect(reads.outgoing).toMatchObject({ value: { version: "v1", uniqueId: "unique-blue" } });
      expect(list).toEqual(["Started", "Started"]);
    }),
    { numRuns: runs(3_000) },
  );
  expect(sent).toBeGreaterThan(0);
});
