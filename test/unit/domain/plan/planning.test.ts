import fc from "fast-check";
import { digest } from "../../../../src/adapters/digest";
import type { PairObservation, ServiceObservation } from "../../../../src/domain/cloud-service/observation";
import { decidePlan, identityOf, isSameIdentity } from "../../../../src/domain/plan/planning";
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
  someInstances,
} from "../../../support/observations";

function plan(observed: PairObservation, request = aRequest(), over = {}) {
  return decidePlan({ request, policy: aPolicy(over), observed, now: NOW, digest });
}

function verdictOf(code: string, observed: PairObservation, request = aRequest()) {
  const result = plan(observed, request);
  const list =
    result.kind === "planned"
      ? result.plan.prerequisites
      : result.kind === "refused"
        ? result.prerequisites
        : [];
  return list.find((p) => p.failure === code)?.verdict;
}

test("a healthy pair is planned, and every prerequisite has its evidence", () => {
  const result = plan(aPair());
  if (result.kind !== "planned") throw new Error(result.kind);
  expect(result.plan.incoming).toMatchObject({ side: "green", version: "v2", publicIpId: ipId("ip-green") });
  expect(result.plan.prerequisites.every((p) => p.evidence.length > 0 && p.evidence.length <= 240)).toBe(
    true,
  );
  expect(result.plan.prerequisites.filter((p) => p.verdict !== "met").map((p) => p.code)).toEqual([
    "platform-support",
  ]);
});

const lb = (...frontends: object[]) =>
  frontends.map((f, i) => ({ loadBalancer: `lb${i}`, name: `fe${i}`, ...f }));
const rules: readonly [string, Partial<ServiceObservation>, Partial<ServiceObservation>][] = [
  ["not-swappable", {}, { swappableId: undefined }],
  ["not-mutual", {}, { swappableId: ipId("elsewhere") }],
  ["slot-unknown", {}, { slot: undefined }],
  ["slots-not-complementary", { slot: "staging" }, {}],
  ["provisioning-not-succeeded", { provisioningState: "Updating" }, {}],
  ["roles-unknown", {}, { roles: undefined }],
  ["no-instances", {}, { roles: [{ name: "Web", capacity: 0 }] }],
  ["frontend-missing", {}, { frontends: [] }],
  ["frontend-invalid", {}, { frontends: lb({ publicIpId: ipId("ip-green"), subnetId: "s" }) }],
  ["internal-load-balancer", {}, { frontends: lb({ publicIpId: ipId("ip-green") }, { subnetId: "s" }) }],
];

test.each(rules)("%s refuses, with a remedy", (code, blue, green) => {
  const observed = aPair(blue, green);
  expect(verdictOf(code, observed)).toBe("broken");
  expect(plan(observed)).toMatchObject({ kind: "refused" });
});

test("one static and one dynamic public IP refuse, whatever the case", () => {
  const ips = (a: string, b: string) => ({
    ...aPair(),
    publicIps: [found(anIp("ip-blue", { allocation: a })), found(anIp("ip-green", { allocation: b }))],
  });
  expect(verdictOf("reserved-ip-mismatch", ips("Static", "Dynamic"))).toBe("broken");
  expect(verdictOf("reserved-ip-mismatch", ips("static", "STATIC"))).toBeUndefined();
});

test("a public IP without an allocation is reported, not guessed", () => {
  const observed = {
    ...aPair(),
    publicIps: [found(anIp("ip-blue", { allocation: undefined })), found(anIp("ip-green"))],
  };
  expect(plan(observed)).toMatchObject({ kind: "refused", code: "reply-incomplete" });
});

test.each([
  ["region-differs", { location: "northeurope" }],
  ["roles-differ", { roles: [{ name: "Other", capacity: 1 }] }],
])("%s is inferred or unknown, and only warns", (code, green) => {
  expect(verdictOf(code, aPair({}, green))).toBe("warned");
});

test("instances that do not run yet are reported, and do not refuse", () => {
  const observed = { ...aPair(), greenInstances: found(someInstances("green", ["Busy", "Started"])) };
  expect(plan(observed).kind).toBe("planned");
  expect(verdictOf("instances-not-running", observed)).toBe("warned");
});

test("ids are compared ignoring case", () => {
  expect(verdictOf("not-mutual", aPair({ swappableId: idOf("green").toUpperCase() }))).toBeUndefined();
});

test("all broken rules are reported together, and the first one gives the code", () => {
  const result = plan(aPair({ provisioningState: "Failed" }, { swappableId: undefined, frontends: [] }));
  expect(result).toMatchObject({ kind: "refused", code: "not-swappable" });
  if (result.kind === "refused")
    expect(result.prerequisites.filter((p) => p.verdict === "broken").length).toBeGreaterThanOrEqual(3);
});

test.each([
  ["the target holds production", aPair({ slot: "staging" }, { slot: "production" }), aRequest()],
  [
    "production runs the expected version",
    aPair({ version: "v2" }),
    aRequest({ promote: "staging", expect: { version: "v2" } }),
  ],
])("unchanged when %s, found before prerequisites are judged", (_why, observed, request) => {
  expect(plan({ ...observed, publicIps: [] }, request).kind).toBe("unchanged");
});

test("a version other than the expected one refuses", () => {
  expect(plan(aPair(), aRequest({ expect: { version: "v9" } }))).toMatchObject({
    kind: "refused",
    code: "version-mismatch",
  });
});

test.each([
  [
    "throttled",
    { kind: "throttled", detail: "429", retryAfterMs: 7_000 } as const,
    { kind: "unreadable", retryAfterMs: 7_000 },
  ],
  ["absent", { kind: "absent", detail: "404" } as const, { kind: "refused", code: "service-missing" }],
  ["denied", { kind: "denied", detail: "403" } as const, { kind: "refused", code: "service-unreadable" }],
])("a service that is %s", (_kind, green, expected) => {
  expect(plan({ ...aPair(), green })).toMatchObject(expected);
});

test("the hash ignores times and evidence, and changes with what is deployed", () => {
  const hash = (observed: PairObservation) => {
    const result = plan(observed);
    return result.kind === "planned" ? result.plan.hash : result.kind;
  };
  expect(hash(aPair({ observedAt: 1 }))).toBe(hash(aPair()));
  expect(hash(aPair({}, { version: "v3" }))).not.toBe(hash(aPair()));
  expect(hash(aPair({}, { configurationDigest: "e" }))).not.toBe(hash(aPair()));
});

test("the hash ignores the case of ids and the order of roles", () => {
  const hash = (observed: PairObservation) => {
    const result = plan(observed);
    return result.kind === "planned" ? result.plan.hash : result.kind;
  };
  const roles = ["A", "B"].map((name) => ({ name, capacity: 1 }));
  const reversed = [...roles].reverse();
  const loud = (text: string) => text.toUpperCase();
  const frontends = [{ loadBalancer: "lb", name: "fe", publicIpId: loud(ipId("ip-green")) }];
  const other = { id: loud(idOf("green")), uniqueId: loud("unique-green"), frontends, roles: reversed };
  expect(hash(aPair({}, other))).toBe(hash(aPair({}, { roles })));
  expect(
    isSameIdentity(identityOf("green", aService("green", { roles })), {
      ...identityOf("green", aService("green", other)),
    }),
  ).toBe(true);
});

test.each([
  ["id", { id: idOf("blue") }],
  ["uniqueId", { uniqueId: "another" }],
  ["version", { version: "v3" }],
  ["version, when it is gone", { version: undefined }],
  ["configuration", { configurationDigest: "e" }],
  ["capacity", { roles: [{ name: "Web", capacity: 3 }] }],
])("another %s is another identity", (_field, over) => {
  const before = identityOf("green", aService("green"));
  expect(isSameIdentity(before, identityOf("green", aService("green", over)))).toBe(false);
});

test("the same input has the same plan, and the same services the same hash", () => {
  const time = fc.integer({ min: 0, max: NOW });
  const states = fc.array(fc.constantFrom("Started", "Busy", undefined), { maxLength: 3 });
  fc.assert(
    fc.property(time, time, states, fc.constantFrom("v2", "v3"), (now, observedAt, list, version) => {
      const at = (when: number, instances: readonly (string | undefined)[]) => ({
        request: aRequest(),
        policy: aPolicy(),
        observed: {
          ...aPair({ observedAt: when }, { observedAt: when, version }),
          greenInstances: found(someInstances("green", instances, when)),
        },
        now: when,
        digest,
      });
      const first = decidePlan(at(now, list));
      expect(decidePlan(at(now, list))).toEqual(first);
      const later = decidePlan(at(observedAt, ["Started", "Started"]));
      expect([first.kind, later.kind]).toEqual(["planned", "planned"]);
      if (first.kind === "planned" && later.kind === "planned") {
        expect(later.plan.hash).toBe(first.plan.hash);
      }
    }),
  );
});

test.each([
  ["slots-not-complementary", "production"],
  ["slot-unknown", undefined],
] as const)("%s refuses when nothing holds staging", (code, slot) => {
  const request = aRequest({ promote: "staging", expect: { version: "v9" } });
  const result = plan(aPair({}, { slot }), request);
  expect(result).toMatchObject({ kind: "refused", code });
  expect(result).toHaveProperty(
    "detail",
    expect.stringContaining(`shop-green holds ${slot ?? "an unknown"}`),
  );
});

test.each([
  ["refused", { allowUnpinned: false }, { kind: "refused", code: "unpinned" }],
  ["planned", { allowUnpinned: true }, { kind: "planned" }],
])('promote "staging" without expect is %s under %j', (_verdict, policy, expected) => {
  expect(plan(aPair(), aRequest({ promote: "staging" }), policy)).toMatchObject(expected);
});

test("a stableFor that does not fit the deadline is refused at the plan", () => {
  const request = aRequest({ readiness: { stableForMs: 3_600_000 } });
  expect(plan(aPair(), request)).toMatchObject({ kind: "refused", code: "readiness-impossible" });
});

const decide = (observed: ReturnType<typeof aPair>) =>
  decidePlan({ request: aRequest(), policy: aPolicy(), observed, now: NOW, digest: () => "hash" });

test("roles with more than 3,400 characters are refused, and exactly as many are not", () => {
  const roles = [{ name: "Web", capacity: 2 }];
  const rest = JSON.stringify([[{ ...roles[0], name: "" }], roles]).length;
  const of = (length: number) =>
    decide(aPair({}, { roles: [{ name: "r".repeat(length - rest), capacity: 2 }] }));
  expect(of(3_401)).toMatchObject({
    ...{ kind: "refused", code: "roles-too-long", prerequisites: [] },
    detail: "2 roles take 3401 characters of JSON in a plan, 3400 at most",
    ...{ incoming: { name: "shop-green" }, outgoing: { name: "shop-blue" } },
  });
  expect(of(3_400)).not.toMatchObject({ code: "roles-too-long" });
});

test("the rollback outlook depends on the old production's instances", () => {
  const stopped = (side: "blue" | "green") => found(someInstances(side, ["Stopped", "Stopped"]));
  const warned = (over: object) => {
    const verdict = decide({ ...aPair(), ...over });
    if (verdict.kind !== "planned") throw new Error(verdict.kind);
    return verdict.plan.rollbackOutlook?.warnings
      .map(({ code }) => code)
      .includes("rollback-target-not-running");
  };
  expect([
    warned({}),
    warned({ blueInstances: stopped("blue") }),
    warned({ greenInstances: stopped("green") }),
  ]).toEqual([false, true, false]);
});
