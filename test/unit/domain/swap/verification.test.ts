import fc from "fast-check";
import type {
  PublicIpObservation,
  Read,
  ServiceObservation,
} from "../../../../src/domain/cloud-service/observation";
import { decidePlan } from "../../../../src/domain/plan/planning";
import {
  areSettled,
  decideVerification,
  slotState,
  withAnswers,
} from "../../../../src/domain/swap/verification";
import { pair, slotOf, succeeded } from "../../../support/any-reads";
import { anIp, aPair, aPolicy, aRequest, aService, found, ipId, NOW } from "../../../support/observations";
import { runs } from "../../../support/runs";

const unread = { kind: "unavailable", detail: "503" } as const;
const swappedFrontend = { loadBalancer: "lb-green", name: "fe", publicIpId: ipId("ip-blue") };

function aFrontendId(loadBalancer: string): string {
  return ipId("x").replace(
    /publicIPAddresses\/x$/,
    `loadBalancers/${loadBalancer}/frontendIPConfigurations/fe`,
  );
}

function plan(blue: Partial<ServiceObservation> = {}) {
  const result = decidePlan({
    request: aRequest(),
    policy: aPolicy(),
    observed: aPair(blue),
    now: NOW,
    digest: (text) => text,
  });
  if (result.kind !== "planned") throw new Error(result.kind);
  return result.plan;
}

/** What is read after a swap that went well; green came in. */
function swapped(
  over: {
    green?: Partial<ServiceObservation>;
    blue?: Partial<ServiceObservation>;
    ip?: Read<PublicIpObservation>;
  } = {},
) {
  return {
    incoming: found(aService("green", { slot: "production", frontends: [swappedFrontend], ...over.green })),
    outgoing: found(aService("blue", { slot: "staging", ...over.blue })),
    incomingIp: over.ip ?? found(anIp("ip-blue", { frontendId: aFrontendId("LB-Green") })),
  };
}

test.each([
  ["before", "staging", "production"],
  ["after", "production", "staging"],
  ["foreign", "production", "production"],
  ["foreign", "staging", "staging"],
  ["unreadable", undefined, "staging"],
] as const)("slots are %s when the incoming service holds %s and the outgoing one %s", (state, a, b) => {
  const incoming = found(aService("green", { slot: a }));
  expect(slotState({ incoming, outgoing: found(aService("blue", { slot: b })) })).toBe(state);
});

test("a failed read leaves slots unreadable and provisioning unsettled", () => {
  const observed = { incoming: unread, outgoing: found(aService("blue", { slot: "staging" })) };
  expect([slotState(observed), areSettled(observed)]).toEqual(["unreadable", false]);
});

test("verified needs slots, provisioning and both readings of the public IP", () => {
  const verdict = decideVerification(plan(), swapped({ green: { provisioningState: "succeeded" } }));
  expect(verdict).toMatchObject({
    kind: "verified",
    detail: "shop-green holds production and answers at 203.0.113.1",
    finalRead: {
      incoming: { slot: "production", publicIp: { frontendId: aFrontendId("LB-Green") } },
      outgoing: { slot: "staging" },
    },
  });
});

test.each<[string, Parameters<typeof swapped>[0], string]>([
  ["the slots are as before", { green: { slot: "staging" }, blue: { slot: "production" } }, '"before"'],
  ["the outgoing service still provisions", { blue: { provisioningState: "Updating" } }, "provisioning"],
  [
    "the incoming service still names its old public IP",
    { green: { frontends: [{ ...swappedFrontend, publicIpId: ipId("ip-green") }] } },
    "still names the public IP ip-green, not ip-blue",
  ],
  [
    "the public IP is still held by the other side's load balancer",
    { ip: found(anIp("ip-blue", { frontendId: aFrontendId("lb-blue") })) },
    "ip-blue is held by load balancer lb-blue, not lb-green of shop-green",
  ],
])("not verified yet when %s", (_why, over, particulars) => {
  const verdict = decideVerification(plan(), swapped(over));
  expect(verdict.kind).toBe("not-yet");
  expect(verdict.detail).toContain(particulars);
});

const noBalancer = "not shown: the load balancer of the public IP shop-green names";
test.each<[string, Parameters<typeof swapped>[0], string]>([
  ["no frontend of the public IP", { ip: found(anIp("ip-blue")) }, noBalancer],
  ["no public IP", { ip: unread }, noBalancer],
  [
    "no name of the load balancer",
    { green: { frontends: [{ ...swappedFrontend, loadBalancer: "?" }] } },
    noBalancer,
  ],
  ["no frontends", { green: { frontends: [] } }, "not shown: the public IP shop-green names"],
])("evidence that shows %s is named and does not prevent the verification", (_what, over, described) => {
  const verdict = decideVerification(plan(), swapped(over));
  expect(verdict.kind).toBe("verified");
  expect(verdict.detail).toContain(described);
});

test("the final read leaves out a service that could not be read", () => {
  const verdict = decideVerification(plan(), { incoming: unread, outgoing: unread });
  expect(verdict).toMatchObject({ kind: "not-yet", finalRead: { incoming: null, outgoing: null } });
});

test.each<[string, Parameters<typeof swapped>[0], string]>([
  ["slots as before", { green: { slot: "staging" }, blue: { slot: "production" } }, "foreign-state"],
  ["two of one slot", { blue: { slot: "production" } }, "foreign-state"],
  ["an unknown slot", { green: { slot: undefined } }, "unmeasured"],
  ["an update under way", { blue: { provisioningState: "Updating" } }, "unmeasured"],
  [
    "a public IP that contradicts",
    { ip: found(anIp("ip-blue", { frontendId: aFrontendId("lb-blue") })) },
    "regression",
  ],
])("at the deadline %s counts as that", (_what, over, against) => {
  expect(decideVerification(plan(), swapped(over))).toMatchObject({ kind: "not-yet", against });
});

test("a verified swap counts only when production answers as expected", () => {
  const read = decideVerification(plan(), swapped());
  const pass = { name: "a", verdict: "pass", detail: "d" } as const;
  const failure = { name: "b", verdict: "failure", detail: "status is 500, not 2xx" } as const;
  const error = { name: "c", verdict: "error", detail: "refused" } as const;
  expect(withAnswers(read, [pass])).toBe(read);
  expect(withAnswers(read, [pass, failure, error])).toMatchObject({
    kind: "not-yet",
    against: "regression",
    detail: "probe b: status is 500, not 2xx; probe c could not be measured: refused",
  });
  expect(withAnswers(read, [error])).toMatchObject({ kind: "not-yet", against: "unmeasured" });
  const before = decideVerification(
    plan(),
    swapped({ green: { slot: "staging" }, blue: { slot: "production" } }),
  );
  expect(withAnswers(before, [failure])).toBe(before);
});

function planned() {
  const verdict = decidePlan({
    ...{ request: aRequest(), policy: aPolicy(), observed: aPair(), now: NOW },
    digest: (text: string) => text,
  });
  if (verdict.kind !== "planned") throw new Error(verdict.kind);
  return verdict.plan;
}

test("success needs a read that shows the target state (I6)", () => {
  const plan = planned();
  fc.assert(
    fc.property(pair, (reads) => {
      const observed = { ...reads, incomingIp: found(anIp("ip-green")), outgoingIp: found(anIp("ip-blue")) };
      if (decideVerification(plan, observed).kind !== "verified") return;
      expect([slotOf(reads.incoming), slotOf(reads.outgoing)]).toEqual(["production", "staging"]);
      expect(succeeded(reads.incoming) && succeeded(reads.outgoing)).toBe(true);
    }),
    { numRuns: runs(500) },
  );
});
