import fc from "fast-check";
import type {
  Frontend,
  PairObservation,
  PublicIpObservation,
  Read,
  ServiceObservation,
} from "../../../../src/domain/cloud-service/observation";
import { type Code, codes } from "../../../../src/domain/kernel/reason-codes";
import { identityOf } from "../../../../src/domain/plan/planning";
import { daysUntilRetirement, judgePrerequisites } from "../../../../src/domain/plan/prerequisites";
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

interface World {
  readonly blue?: Partial<ServiceObservation>;
  readonly green?: Partial<ServiceObservation>;
  readonly ips?: readonly Read<PublicIpObservation>[];
  readonly expected?: string;
  readonly now?: number;
  readonly observed?: Partial<PairObservation>;
}

/** Green comes in. */
function judge({ blue, green, ips, expected, now, observed }: World = {}) {
  const services = { incoming: aService("green", green), outgoing: aService("blue", blue) };
  return judgePrerequisites(
    {
      incoming: identityOf("green", services.incoming),
      outgoing: identityOf("blue", services.outgoing),
    },
    services,
    { ...aPair(blue, green), ...(ips ? { publicIps: ips } : {}), ...observed },
    aRequest(expected === undefined ? {} : { expect: { version: expected } }),
    aPolicy(),
    now ?? NOW,
  );
}

function fe(over: Partial<Frontend>): Frontend {
  return { loadBalancer: "lb", name: "fe", ...over };
}

const ip = fe({ publicIpId: ipId("ip-green") });
const subnet = fe({ name: "internal", subnetId: "/subnets/s" });
const ips = (blue: Partial<PublicIpObservation>, green: Partial<PublicIpObservation>) => [
  found(anIp("ip-blue", blue)),
  found(anIp("ip-green", green)),
];
const elsewhere = idOf("blue").replace("0001/", "0002/");

// Each rule: how it is met (the healthy pair, in other letters), how it is not, and what the evidence must name.
test.each<[Code, "broken" | "warned", World, World, string]>([
  ["not-swappable", "broken", {}, { green: { swappableId: undefined } }, "shop-green"],
  [
    "not-mutual",
    "broken",
    { blue: { swappableId: idOf("green").toUpperCase() } },
    { green: { swappableId: ipId("other") } },
    "shop-green names other",
  ],
  ["slot-unknown", "broken", {}, { green: { slot: undefined } }, "shop-green holds an unknown slot"],
  ["slots-not-complementary", "broken", {}, { green: { slot: "production" } }, "shop-green holds production"],
  [
    "provisioning-not-succeeded",
    "broken",
    { blue: { provisioningState: "succeeded" } },
    { blue: { provisioningState: "Updating" } },
    "shop-blue: Updating",
  ],
  ["frontend-missing", "broken", {}, { blue: { frontends: [] } }, "shop-blue"],
  ["frontend-invalid", "broken", {}, { green: { frontends: [ip, fe({ name: "odd" })] } }, "neither"],
  [
    "frontend-invalid",
    "broken",
    {},
    { green: { frontends: [fe({ publicIpId: ipId("ip-green"), subnetId: "s" })] } },
    "shop-green/fe has a public IP and a subnet",
  ],
  [
    "internal-load-balancer",
    "broken",
    {},
    { green: { frontends: [ip, subnet] } },
    "public and internal on shop-green",
  ],
  [
    "reserved-ip-mismatch",
    "broken",
    { ips: ips({ allocation: "Dynamic" }, { allocation: "DYNAMIC" }) },
    { ips: ips({ allocation: "Static" }, { allocation: "Dynamic" }) },
    "ip-green dynamic",
  ],
  ["roles-unknown", "broken", {}, { green: { roles: [] } }, "shop-green"],
  [
    "no-instances",
    "broken",
    {},
    { green: { roles: [{ name: "Web", capacity: 0 }] } },
    "without instances: shop-green/Web",
  ],
  [
    "instances-not-running",
    "warned",
    {},
    { observed: { greenInstances: found(someInstances("green", ["Busy", "Started"])) } },
    "Web_IN_0 RoleStateBusy",
  ],
  [
    "region-differs",
    "warned",
    { blue: { location: "WestEurope" } },
    { green: { location: "northeurope" } },
    "shop-green: northeurope",
  ],
  ["subscription-differs", "warned", {}, { blue: { id: elsewhere } }, "0002"],
  [
    "roles-differ",
    "warned",
    {
      blue: { roles: ["api", "Web"].map((name) => ({ name, capacity: 1 })) },
      green: { roles: ["web", "Api"].map((name) => ({ name, capacity: 1 })) },
    },
    { green: { roles: [{ name: "Api", capacity: 2 }] } },
    "shop-green: Api",
  ],
  [
    "basic-sku-retired",
    "warned",
    { ips: ips({ sku: "Standard" }, { sku: "Standard" }) },
    { ips: ips({ sku: "basic" }, {}) },
    "ip-blue basic",
  ],
  ["version-mismatch", "broken", { expected: "v2" }, { expected: "v3" }, "expected v3, shop-green: v2"],
  [
    "version-mismatch",
    "broken",
    {},
    { expected: "v2", green: { version: undefined } },
    'shop-green: no tag "version"',
  ],
])(
  "%s is met on a healthy pair and %s otherwise, with evidence and remedy",
  (failure, verdict, met, unmet, evidence) => {
    const failed = judge(unmet).find((p) => p.failure === failure);
    const of = (world: World) => judge(world).find((p) => p.code === failed?.code);
    expect(of(met)).toMatchObject({ verdict: "met" });
    expect(of(met)).not.toHaveProperty("remedy");
    expect(of(met)).not.toHaveProperty("failure");
    expect(of(unmet)).toMatchObject({ verdict, remedy: codes[failure].remedy });
    expect(of(unmet)?.evidence).toContain(evidence);
  },
);

test.each<[string, World, string]>([
  ["type", { green: { type: undefined } }, "shop-green: the reply has no type"],
  [
    "provisioningState",
    { blue: { provisioningState: undefined } },
    "shop-blue: the reply has no provisioningState",
  ],
  ["allocation", { ips: ips({}, { allocation: undefined }) }, "ip-green allocation unknown"],
  [
    "public IP, when reading it is denied",
    { ips: [found(anIp("ip-blue")), { kind: "denied", detail: "403 for ip-green" }] },
    "403 for ip-green",
  ],
])("a missing %s is reported as reply-incomplete, not guessed", (_field, world, evidence) => {
  const broken = judge(world).filter((p) => p.verdict === "broken");
  expect(broken.map((p) => p.failure)).toEqual(["reply-incomplete"]);
  expect(broken[0]?.evidence).toContain(evidence);
});

test("a classic cloud service is refused with its type", () => {
  const type = "Microsoft.ClassicCompute/domainNames";
  const broken = judge({ blue: { type } }).filter((p) => p.verdict === "broken");
  expect(broken).toHaveLength(1);
  expect(broken[0]?.evidence).toContain(`shop-blue: ${type}`);
});

test("two missing regions are not the same region", () => {
  const rule = judge({ blue: { location: undefined }, green: { location: undefined } }).find(
    (p) => p.code === "region",
  );
  expect(rule).toMatchObject({ verdict: "warned" });
  expect(rule?.evidence).toContain("the reply has no location");
});

test.each([
  ["2026-11-24T12:00:00Z", "127 days left"],
  ["2027-03-31T08:00:00Z", "retired on 2027-03-31"],
])("at %s the retirement of the platform warns and never refuses", (now, evidence) => {
  const rule = judge({ now: Date.parse(now) }).find((p) => p.code === "platform-support");
  expect(rule).toMatchObject({ verdict: "warned" });
  expect(rule?.evidence).toContain(evidence);
});

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const anyService = fc.record({
  type: maybe(fc.string({ maxLength: 400 })),
  location: maybe(fc.string({ maxLength: 400 })),
  provisioningState: maybe(fc.string()),
  slot: maybe(fc.constantFrom("production" as const, "staging" as const)),
  swappableId: maybe(fc.string()),
  version: maybe(fc.string({ maxLength: 400 })),
  roles: maybe(fc.array(fc.record({ name: fc.string(), capacity: fc.integer() }), { maxLength: 40 })),
  frontends: fc.array(
    fc.record({
      loadBalancer: fc.string(),
      name: fc.string(),
      publicIpId: maybe(fc.string()),
      subnetId: maybe(fc.string()),
    }),
    { maxLength: 3 },
  ),
});

test("every rule is reported, whatever is missing, in at most 22 short entries", () => {
  fc.assert(
    fc.property(anyService, anyService, maybe(fc.string()), (blue, green, expected) => {
      const described = judge({ blue, green, ips: [], ...(expected === undefined ? {} : { expected }) });
      expect(described.length).toBe(judge().length);
      expect(described.length).toBeLessThanOrEqual(22);
      for (const { evidence, verdict, remedy } of described) {
        expect(evidence.length).toBeLessThanOrEqual(240);
        expect(remedy === undefined).toBe(verdict === "met");
      }
    }),
  );
});

test.each([
  ["2026-11-24T12:00:00Z", 127],
  ["2027-03-29T00:00:00Z", 2],
  ["2027-03-30T23:59:59Z", 1],
  ["2027-03-31T00:00:00Z", 0],
  ["2027-04-02T00:00:00Z", -2],
])("at %s the days until the retirement are %d", (now, days) => {
  expect(daysUntilRetirement(Date.parse(now))).toBe(days);
});
