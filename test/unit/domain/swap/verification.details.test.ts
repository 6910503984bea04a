import type {
  PublicIpObservation,
  Read,
  ServiceObservation,
} from "../../../../src/domain/cloud-service/observation";
import { decidePlan } from "../../../../src/domain/plan/planning";
import {
  areSettled,
  decideVerification,
  mayBeSwapped,
  type ObservedState,
  slotState,
  verifiedBy,
} from "../../../../src/domain/swap/verification";
import {
  anIp,
  aPair,
  aPolicy,
  aRequest,
  aService,
  found,
  idOf,
  ipId,
  NOW,
} from "../../../support/observations";

/** The details of a verification, and its final read. */
const unread = { kind: "unavailable", detail: "503" } as const;

function planOf(blue: Partial<ServiceObservation> = {}) {
  const observed = aPair(blue);
  const verdict = decidePlan({
    ...{ request: aRequest(), policy: aPolicy(), observed, now: NOW, digest: () => "h" },
  });
  if (verdict.kind !== "planned") throw new Error(verdict.kind);
  return verdict.plan;
}
const plan = planOf();
const balancer = (name: string) => `/x/LOADBALANCERS/${name}/frontendIPConfigurations/fe`;
const fe = (loadBalancer: string, publicIp?: string) => ({
  ...{ loadBalancer, name: "fe", publicIpId: publicIp && ipId(publicIp) },
});
const green = (over: Partial<ServiceObservation> = {}) =>
  found(aService("green", { slot: "production", frontends: [fe("lb-green", "ip-blue")], ...over }));
const blue = (over: Partial<ServiceObservation> = {}) =>
  found(aService("blue", { slot: "staging", ...over }));
const ip = (over: Partial<PublicIpObservation> = {}) =>
  found(anIp("ip-blue", { frontendId: balancer("lb-green"), ...over }));

/** Everything is read, and the swap went well. */
const observed = (over: Partial<ObservedState> = {}): ObservedState => ({
  ...{ incoming: green(), outgoing: blue(), incomingIp: ip() },
  ...over,
});

type Reads = Pick<ObservedState, "incoming" | "outgoing">;
const slots = (a: ServiceObservation["slot"], b: ServiceObservation["slot"]): Reads => ({
  ...{ incoming: green({ slot: a }), outgoing: blue({ slot: b }) },
});
test.each<[string, boolean, Reads]>([
  ["before", false, slots("staging", "production")],
  ["after", true, slots("production", "staging")],
  ["foreign", true, slots("production", "production")],
  ["foreign", true, slots("staging", "staging")],
  ["unreadable", false, slots(undefined, "staging")],
  ["unreadable", false, slots("production", undefined)],
  ["unreadable", false, slots(undefined, undefined)],
  ["unreadable", false, { incoming: unread, outgoing: blue() }],
  ["unreadable", false, { incoming: green(), outgoing: unread }],
])("slots that read %s may be swapped: %s", (state, swapped, reads) => {
  expect([slotState(reads), mayBeSwapped(reads)]).toEqual([state, swapped]);
});

const provisioning = (a: string | undefined, b: string | undefined): Reads => ({
  ...{ incoming: green({ provisioningState: a }), outgoing: blue({ provisioningState: b }) },
});
test.each<[boolean, Reads]>([
  [true, provisioning("Succeeded", "SUCCEEDED")],
  [false, provisioning("Succeeded", "Updating")],
  [false, provisioning("Updating", "Succeeded")],
  [false, provisioning(undefined, "Succeeded")],
  [false, { incoming: green(), outgoing: unread }],
])("both sides are settled: %s", (settled, reads) => {
  expect(areSettled(reads)).toBe(settled);
});

test("everything that speaks against the swap is reported at once", () => {
  const incoming = green({
    slot: "staging",
    provisioningState: "Updating",
    frontends: [fe("lb-x", "ip-green")],
  });
  const read = observed({ incoming, outgoing: blue({ slot: "production" }) });
  const { kind, detail } = decideVerification(plan, read);
  expect(kind).toBe("not-yet");
  expect(detail).toBe(
    'slots read "before"; provisioning has not succeeded on both services; ' +
      "shop-green still names the public IP ip-green, not ip-blue; " +
      "the public IP ip-blue is held by load balancer lb-green, not lb-x of shop-green",
  );
  expect(verifiedBy(plan, read)).toBeUndefined();
});

const noPlanned = "the public IP shop-blue had when planned";
const noNamed = "the public IP shop-green names";
const noBalancer = "the load balancer of the public IP shop-green names";
const at = "shop-green holds production and answers at 203.0.113.1";
test.each<[string, string, Partial<ObservedState>]>([
  ["everything", at, {}],
  [
    "the id in another case",
    at,
    { incoming: green({ frontends: [{ ...fe("LB-GREEN"), publicIpId: ipId("IP-BLUE") }] }) },
  ],
  ["no address", "shop-green holds production", { incomingIp: ip({ address: undefined }) }],
  ["no frontend", `${at}; not shown: ${noNamed}, ${noBalancer}`, { incoming: green({ frontends: [] }) }],
  [
    "a frontend without IP",
    `${at}; not shown: ${noNamed}`,
    { incoming: green({ frontends: [fe("lb-green")] }) },
  ],
  ["no holder", `${at}; not shown: ${noBalancer}`, { incomingIp: ip({ frontendId: undefined }) }],
  [
    "a holder of another kind",
    `${at}; not shown: ${noBalancer}`,
    { incomingIp: ip({ frontendId: "/nics/n" }) },
  ],
  [
    "a load balancer without name",
    `${at}; not shown: ${noBalancer}`,
    { incoming: green({ frontends: [fe("lb-x", "ip-blue"), fe("?")] }) },
  ],
  ["no public IP", `shop-green holds production; not shown: ${noBalancer}`, { incomingIp: undefined }],
  ["an unread public IP", `shop-green holds production; not shown: ${noBalancer}`, { incomingIp: unread }],
])("a read that shows %s verifies the swap", (_what, detail, over) => {
  const decision = decideVerification(plan, observed(over));
  expect(decision).toMatchObject({ kind: "verified", detail });
  expect(verifiedBy(plan, observed(over))).toEqual({ detail, finalRead: decision.finalRead });
});

test("a plan without a public IP reports what could not be checked", () => {
  const blind = { ...plan, outgoing: { ...plan.outgoing, publicIpId: undefined } };
  expect(decideVerification(blind, observed())).toMatchObject({
    ...{ kind: "verified", detail: `${at}; not shown: ${noPlanned}` },
  });
});

test("the public IP may be on any load balancer of the service, or all are named", () => {
  const several = (...names: readonly string[]) =>
    decideVerification(
      plan,
      observed({ incoming: green({ frontends: names.map((name) => fe(name, "ip-blue")) }) }),
    );
  expect(several("lb-other", "lb-green").kind).toBe("verified");
  expect(several("lb-a", "lb-b").detail).toBe(
    "the public IP ip-blue is held by load balancer lb-green, not lb-a or lb-b of shop-green",
  );
});

test("without the incoming service there is no evidence, and the slots are unreadable", () => {
  expect(decideVerification(plan, observed({ incoming: unread }))).toMatchObject({
    ...{
      kind: "not-yet",
      detail: 'slots read "unreadable"; provisioning has not succeeded on both services',
    },
  });
});

test("the final read has each service as it was read, with its public IP", () => {
  const other: Read<PublicIpObservation> = found(
    anIp("ip-green", { address: "203.0.113.2", frontendId: "f" }),
  );
  const { finalRead } = decideVerification(plan, observed({ outgoingIp: other }));
  const seen = { observedAt: "2026-11-24T12:00:00.000Z", provisioningState: "Succeeded" };
  expect(finalRead).toEqual({
    incoming: {
      ...{ ...seen, id: idOf("green"), side: "green", slot: "production", version: "v2" },
      publicIp: { id: ipId("ip-blue"), address: "203.0.113.1", frontendId: balancer("lb-green") },
    },
    outgoing: {
      ...{ ...seen, id: idOf("blue"), side: "blue", slot: "staging", version: "v1" },
      publicIp: { id: ipId("ip-green"), address: "203.0.113.2", frontendId: "f" },
    },
  });
});

test("the final read leaves out what was not read", () => {
  const { finalRead } = decideVerification(plan, { incoming: green(), outgoing: unread, incomingIp: unread });
  expect(finalRead?.outgoing).toBeNull();
  expect(finalRead?.incoming).toMatchObject({ side: "green", publicIp: undefined });
});
