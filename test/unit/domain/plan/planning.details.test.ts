import type {
  PairObservation,
  Read,
  ServiceIdentity,
  ServiceObservation,
} from "../../../../src/domain/cloud-service/observation";
import type { SwapRequest } from "../../../../src/domain/kernel/swap-request";
import { decidePlan, identityOf, isSameIdentity, type Planning } from "../../../../src/domain/plan/planning";
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

/** The details of each verdict, and what the hash covers. */
const decide = (over: Partial<Planning> = {}) =>
  decidePlan({
    ...{ request: aRequest(), policy: aPolicy(), observed: aPair(), now: NOW, digest: (text) => text },
    ...over,
  });

function planned(over: Partial<Planning> = {}) {
  const verdict = decide(over);
  if (verdict.kind !== "planned") throw new Error(verdict.kind);
  return verdict.plan;
}

const identities = {
  incoming: identityOf("green", aService("green")),
  outgoing: identityOf("blue", aService("blue")),
};
const staging = aRequest({ promote: "staging", expect: { version: "v2" } });
const holding = (blue: ServiceObservation["slot"], green: ServiceObservation["slot"]) =>
  aPair({ slot: blue }, { slot: green });

test("an identity is the side, and everything that another deployment would change", () => {
  const service = aService("green");
  expect(identities.incoming).toEqual({
    ...{ side: "green", id: idOf("green"), name: "shop-green", uniqueId: "unique-green", version: "v2" },
    ...{ configurationDigest: "d", roles: service.roles, publicIpId: ipId("ip-green") },
  });
  expect(identityOf("green", { ...service, roles: undefined }).roles).toEqual([]);
});

test("a plan has its pair, both services, the policy and the time", () => {
  expect(planned()).toMatchObject({ ...identities, pair: "shop", policy: aPolicy(), plannedAt: NOW });
});

test.each<[string, PairObservation, SwapRequest]>([
  ["blue, when green is wanted", holding("production", "staging"), aRequest()],
  ["the side that holds staging: green", holding("production", "staging"), staging],
])("the outgoing side is %s", (_which, observed, request) => {
  expect(planned({ observed, request })).toMatchObject({
    incoming: { side: "green" },
    outgoing: { side: "blue" },
  });
});

test("the side with the slot staging comes in, when that is blue", () => {
  const observed = aPair({ slot: "staging", version: "v2" }, { slot: "production", version: "v1" });
  expect(planned({ observed, request: staging }).incoming.side).toBe("blue");
});

test("a target stays once it is resolved, although the slots have changed since", () => {
  const observed = holding("staging", "production");
  expect(decide({ observed, request: staging, target: "green" })).toMatchObject({
    kind: "unchanged",
    detail: "shop-green holds production already",
    incoming: { side: "green" },
  });
});

test.each<[string, PairObservation, SwapRequest, string]>([
  ["the target", holding("staging", "production"), aRequest(), "shop-green holds production already"],
  ["the version", aPair({ version: "v2" }), staging, "production runs version v2 already (shop-blue)"],
])(
  "unchanged names both identities and the service that has %s already",
  (_what, observed, request, detail) => {
    const { blue, green } = observed;
    if (blue.kind !== "found" || green.kind !== "found") throw new Error("both are there");
    expect(decide({ observed, request })).toEqual({
      ...{ kind: "unchanged", detail },
      incoming: identityOf("green", green.value),
      outgoing: identityOf("blue", blue.value),
    });
  },
);

test.each<[string, PairObservation, SwapRequest, string]>([
  ["both hold production", holding("production", "production"), aRequest(), "refused"],
  ["the outgoing slot is unknown", holding(undefined, "production"), aRequest(), "refused"],
  [
    "a side is named, whatever version runs",
    aPair({ version: "v2" }),
    aRequest({ expect: { version: "v2" } }),
    "planned",
  ],
  ["production runs another version", aPair(), staging, "planned"],
  [
    "nothing says which version runs, and none is expected",
    aPair({ version: undefined }),
    aRequest({ promote: "staging" }),
    "planned",
  ],
  [
    "the expected version runs where production is not known to be",
    aPair({ version: "v2", slot: undefined }),
    staging,
    "refused",
  ],
])("not unchanged when %s", (_why, observed, request, kind) => {
  expect(decide({ observed, request, policy: aPolicy({ allowUnpinned: true }) }).kind).toBe(kind);
});

test('promote "staging" without expect is refused with both identities', () => {
  expect(decide({ request: aRequest({ promote: "staging" }) })).toEqual({
    ...{ kind: "refused", code: "unpinned", prerequisites: [], ...identities },
    detail: 'promote "staging" without expect: a repeat would swap back',
  });
});

test.each([
  [
    "production",
    "production",
    "slots-not-complementary",
    "shop-blue holds production, shop-green holds production",
  ],
  [undefined, "production", "slot-unknown", "shop-blue holds an unknown slot, shop-green holds production"],
  ["production", undefined, "slot-unknown", "shop-blue holds production, shop-green holds an unknown slot"],
] as const)("without staging (%s, %s) %s describes what each service has", (blue, green, code, held) => {
  expect(decide({ observed: holding(blue, green), request: staging })).toEqual({
    ...{ kind: "refused", code, detail: `no service holds staging: ${held}`, prerequisites: [] },
  });
});

test("every broken prerequisite is counted, and described with its evidence", () => {
  const one = decide({ request: aRequest({ expect: { version: "v9" } }) });
  expect(one).toMatchObject({
    ...{ kind: "refused", ...identities },
    detail: "1 prerequisite is not met: Version of the incoming service (expected v9, shop-green: v2)",
  });
  const request = aRequest({ expect: { version: "v9" }, readiness: { stableForMs: 3_600_000 } });
  const two = decide({ request });
  expect(two).toHaveProperty(
    "detail",
    "2 prerequisites are not met: Version of the incoming service (expected v9, shop-green: v2); " +
      "Readiness times (stable for 3600 s, deadline 1800 s)",
  );
  expect(two).toHaveProperty("prerequisites.length", planned().prerequisites.length);
});

const gone = (retryAfterMs?: number): Read<never> => ({ kind: "unavailable", detail: "503", retryAfterMs });
const throttled = (retryAfterMs: number): Read<never> => ({ kind: "throttled", detail: "429", retryAfterMs });
test.each<[string, Partial<PairObservation>, object]>([
  ["blue", { blue: gone() }, { detail: "503" }],
  ["green", { green: throttled(7) }, { detail: "429", retryAfterMs: 7 }],
  ["blue's instances", { blueInstances: gone() }, { detail: "503" }],
  ["green's instances", { greenInstances: gone(5) }, { detail: "503", retryAfterMs: 5 }],
  ["a public IP", { publicIps: [found(anIp("ip-blue")), throttled(3)] }, { detail: "429", retryAfterMs: 3 }],
  [
    "several, for as long as the longest asks",
    { blue: gone(), green: throttled(7), blueInstances: throttled(9) },
    { detail: "503", retryAfterMs: 9 },
  ],
])("nothing is judged while %s cannot be read", (_what, over, expected) => {
  expect(decide({ observed: { ...aPair(), ...over } })).toEqual({ kind: "unreadable", ...expected });
});

test.each<[string, Partial<PairObservation>, string, string]>([
  ["absent", { blue: { kind: "absent", detail: "404" } }, "service-missing", `${idOf("blue")}: 404`],
  ["absent", { green: { kind: "absent", detail: "404" } }, "service-missing", `${idOf("green")}: 404`],
  ["denied", { blue: { kind: "denied", detail: "403" } }, "service-unreadable", `${idOf("blue")}: 403`],
  ["denied", { green: { kind: "denied", detail: "403" } }, "service-unreadable", `${idOf("green")}: 403`],
])("a service that is %s is refused by its configured id: %j", (_kind, over, code, detail) => {
  expect(decide({ observed: { ...aPair(), ...over } })).toEqual({
    kind: "refused",
    code,
    detail,
    prerequisites: [],
  });
});

const other: readonly [string, Partial<Planning>][] = [
  ["policy", { policy: aPolicy({ versionTag: "release" }) }],
  ["request", { request: aRequest({ reason: "another" }) }],
  ["outgoing deployment", { observed: aPair({ configurationDigest: "e" }) }],
  [
    "public IP",
    { observed: aPair({ frontends: [{ loadBalancer: "lb", name: "fe", publicIpId: ipId("x") }] }) },
  ],
  ["name of a service", { observed: aPair({}, { name: "shop-green-2" }) }],
];
test.each(other)("another %s is another plan", (_what, over) => {
  const observed = { ...aPair(), ...over.observed, publicIps: [...aPair().publicIps, found(anIp("x"))] };
  expect(planned({ ...over, observed }).hash).not.toBe(planned().hash);
  expect(planned({ ...over, observed }).hash).toBe(planned({ ...over, observed, now: NOW + 1 }).hash);
});

const loud = (identity: ServiceIdentity): ServiceIdentity => ({
  ...identity,
  id: identity.id.toUpperCase(),
  uniqueId: identity.uniqueId?.toUpperCase(),
  name: "renamed",
  publicIpId: "moved",
});
test("the case of ids, another name and another public IP do not change an identity", () => {
  expect(isSameIdentity(identities.incoming, loud(identities.incoming))).toBe(true);
  const bare = { ...identities.incoming, uniqueId: undefined, publicIpId: undefined };
  expect(isSameIdentity(bare, bare)).toBe(true);
  expect(isSameIdentity(bare, identities.incoming)).toBe(false);
});

test("a name or a public IP in another case leaves the hash as it is", () => {
  const shout = aPair(
    {},
    {
      name: "SHOP-GREEN",
      frontends: [{ loadBalancer: "lb", name: "fe", publicIpId: ipId("ip-green").toUpperCase() }],
    },
  );
  expect(planned({ observed: shout }).hash).toBe(planned().hash);
});

test.each([
  [
    ["A", "B", "C"],
    ["B", "C", "A"],
  ],
  [
    ["B", "A", "C"],
    ["C", "B", "A"],
  ],
])("roles in the order %j are those in the order %j", (these, those) => {
  const of = (names: readonly string[]) =>
    identityOf("green", aService("green", { roles: names.map((name) => ({ name, capacity: 1 })) }));
  expect(isSameIdentity(of(these), of(those))).toBe(true);
});
