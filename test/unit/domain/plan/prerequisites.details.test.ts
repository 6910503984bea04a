import { found, idOf, someInstances } from "../../../support/observations";
import { judge, described, type DescribedRow } from "../../../support/prerequisites";

/** The evidence of every rule, word by word: on a healthy pair, and on a pair that breaks it. */
test("a healthy pair has these rules, in this order, with basis and evidence", () => {
  expect(judge().map(({ code, basis, evidence }) => [code, basis, evidence])).toEqual([
    [
      ...["service-type", "documented"],
      "shop-green: Microsoft.Compute/cloudServices, shop-blue: Microsoft.Compute/cloudServices",
    ],
    ["swappable-partner", "documented", "shop-green names shop-blue, shop-blue names shop-green"],
    ["mutual-pairing", "documented", "shop-green names shop-blue, shop-blue names shop-green"],
    ["slots", "documented", "shop-green holds staging, shop-blue holds production"],
    ["slot-complement", "documented", "shop-green holds staging, shop-blue holds production"],
    ["provisioning-state", "documented", "shop-green: Succeeded, shop-blue: Succeeded"],
    ["public-frontend", "documented", "shop-green: ip-green, shop-blue: ip-blue"],
    ["frontend-addresses", "documented", "shop-green: fe; shop-blue: fe"],
    ["load-balancers", "documented", "shop-green: fe; shop-blue: fe"],
    ["public-ip-allocation", "documented", "shop-green: ip-green static, shop-blue: ip-blue static"],
    ["public-ip-sku", "documented", "shop-green: ip-green Standard, shop-blue: ip-blue Standard"],
    ["role-profile", "documented", "shop-green: Web×2; shop-blue: Web×2"],
    ["role-capacity", "documented", "shop-green: Web×2; shop-blue: Web×2"],
    ["role-instances", "documented", "4 instances running"],
    ["region", "inferred", "shop-green: westeurope, shop-blue: westeurope"],
    [
      ...["subscription", "inferred"],
      "00000000-0000-4000-8000-000000000001, 00000000-0000-4000-8000-000000000001",
    ],
    ["role-names", "unknown", "shop-green: Web; shop-blue: Web"],
    ["version", "policy", "shop-green: v2; no version is expected"],
    ["readiness-times", "policy", "stable for 120 s, deadline 1800 s"],
    [...["slot-write-permission", "inferred"], "shop-green granted, shop-blue granted"],
    [...["operation-read-permission", "inferred"], "shop-green granted, shop-blue granted"],
    ["platform-support", "documented", "retires on 2027-03-31, 127 days left"],
  ]);
});

test("every rule has its own title, which reads true under any verdict", () => {
  const titles = judge().map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
  expect(titles.filter((title) => !/^[A-Z][\w ]{3,35}$/.test(title))).toEqual([]);
  const claims = /\b(is|are|has|have|may|can|no|not|every|each|both|same)\b/i;
  expect(titles.filter((title) => claims.test(title))).toEqual([]);
});

test("a rule has one code, whatever it finds, and a separate code for its failure", () => {
  const healthy = judge().map(({ code }) => code);
  const sick = judge({
    green: {
      type: undefined,
      slot: undefined,
      provisioningState: undefined,
      roles: undefined,
      frontends: [],
    },
    blue: { swappableId: undefined, location: undefined },
    request: { expect: { version: "v9" } },
  });
  expect(sick.map(({ code }) => code)).toEqual(healthy);
  expect(sick.filter(({ verdict }) => verdict !== "met").length).toBeGreaterThan(8);
  for (const { verdict, failure } of sick) expect(failure === undefined).toBe(verdict === "met");
});

const none = { swappableId: undefined };
const pairing: readonly DescribedRow[] = [
  [
    "service-type",
    { green: { type: "MICROSOFT.COMPUTE/CLOUDSERVICES" } },
    "met",
    "shop-green: MICROSOFT.COMPUTE/CLOUDSERVICES, shop-blue: Microsoft.Compute/cloudServices",
  ],
  [
    "service-type",
    { green: { type: "x" } },
    "broken: not-extended-support",
    "shop-green: x, shop-blue: Microsoft.Compute/cloudServices",
  ],
  [
    "service-type",
    { blue: { type: undefined } },
    "broken: reply-incomplete",
    "shop-green: Microsoft.Compute/cloudServices, shop-blue: the reply has no type",
  ],
  [
    "swappable-partner",
    { green: none, blue: none },
    "broken: not-swappable",
    "no swappableCloudService on shop-green, shop-blue",
  ],
  ["swappable-partner", { blue: none }, "broken: not-swappable", "no swappableCloudService on shop-blue"],
  ["mutual-pairing", { blue: none }, "met", "shop-green names shop-blue, shop-blue names none"],
  [
    "mutual-pairing",
    { blue: { swappableId: idOf("blue") } },
    "broken: not-mutual",
    "shop-green names shop-blue, shop-blue names shop-blue",
  ],
  [
    "mutual-pairing",
    { green: { swappableId: idOf("green") } },
    "broken: not-mutual",
    "shop-green names shop-green, shop-blue names shop-green",
  ],
  [
    "slots",
    { blue: { slot: undefined } },
    "broken: slot-unknown",
    "shop-green holds staging, shop-blue holds an unknown slot",
  ],
  [
    "slot-complement",
    { blue: { slot: undefined }, green: { slot: undefined } },
    "met",
    "shop-green holds an unknown slot, shop-blue holds an unknown slot",
  ],
  [
    "slot-complement",
    { blue: { slot: "staging" } },
    "broken: slots-not-complementary",
    "shop-green holds staging, shop-blue holds staging",
  ],
  [
    "provisioning-state",
    { green: { provisioningState: "Failed" } },
    "broken: provisioning-not-succeeded",
    "shop-green: Failed, shop-blue: Succeeded",
  ],
  [
    "provisioning-state",
    { green: { provisioningState: undefined } },
    "broken: reply-incomplete",
    "shop-green: the reply has no provisioningState, shop-blue: Succeeded",
  ],
];

const two = [
  { name: "Web", capacity: 2 },
  { name: "Api", capacity: 0 },
];
const named = (...names: readonly string[]) => ({ roles: names.map((name) => ({ name, capacity: 1 })) });
const busy = "Web_IN_0 RoleStateBusy (does not respond)";
const roles: readonly DescribedRow[] = [
  [
    "role-profile",
    { green: { roles: undefined }, blue: { roles: two } },
    "broken: roles-unknown",
    "shop-green: no role profile; shop-blue: Web×2 Api×0",
  ],
  ["role-profile", { blue: { roles: [] } }, "broken: roles-unknown", "shop-green: Web×2; shop-blue: "],
  [
    "role-capacity",
    { green: { roles: two }, blue: { roles: two } },
    "broken: no-instances",
    "without instances: shop-green/Api, shop-blue/Api",
  ],
  ["role-capacity", { green: { roles: undefined } }, "met", "shop-green: no role profile; shop-blue: Web×2"],
  [
    "role-capacity",
    { green: named("Web"), blue: named("Web") },
    "met",
    "shop-green: Web×1; shop-blue: Web×1",
  ],
  [
    "role-instances",
    {
      observed: {
        blueInstances: found(someInstances("blue", ["Busy", "Started"])),
        greenInstances: { kind: "denied", detail: "403" },
      },
    },
    "warned: instances-not-running",
    `shop-blue: 1 of 2 instances ready: ${busy}; shop-green: denied: 403`,
  ],
  [
    "role-instances",
    { observed: { greenInstances: found(someInstances("green", ["Busy", "Started"])) } },
    "warned: instances-not-running",
    `shop-green: 1 of 2 instances ready: ${busy}`,
  ],
  [
    "region",
    { blue: { location: undefined } },
    "warned: region-differs",
    "shop-green: westeurope, shop-blue: the reply has no location",
  ],
  ["region", { green: { location: "WESTEUROPE" } }, "met", "shop-green: WESTEUROPE, shop-blue: westeurope"],
  [
    "subscription",
    { green: { id: "/subscriptions/A/x" }, blue: { id: "/subscriptions/a/y" } },
    "met",
    "A, a",
  ],
  [
    "subscription",
    { green: { id: "odd" } },
    "warned: subscription-differs",
    ", 00000000-0000-4000-8000-000000000001",
  ],
  [
    "role-names",
    { green: named("web", "Api", "DB"), blue: named("Db", "api", "Web") },
    "met",
    "shop-green: Api DB web; shop-blue: api Db Web",
  ],
  ["role-names", { green: { roles: undefined } }, "warned: roles-differ", "shop-green: ; shop-blue: Web"],
];
const wishes: readonly DescribedRow[] = [
  ["version", { request: { expect: { version: "v2" } } }, "met", "expected v2, shop-green: v2"],
  [
    "version",
    { request: { expect: { version: "V2" } } },
    "broken: version-mismatch",
    "expected V2, shop-green: v2",
  ],
  [
    "version",
    { green: { version: undefined } },
    "met",
    'shop-green: no tag "version"; no version is expected',
  ],
  [
    "readiness-times",
    { request: { readiness: { stableForMs: 1_799_000 } } },
    "met",
    "stable for 1799 s, deadline 1800 s",
  ],
  [
    "readiness-times",
    { request: { readiness: { stableForMs: 1_800_000 } } },
    "broken: readiness-impossible",
    "stable for 1800 s, deadline 1800 s",
  ],
  [
    "platform-support",
    { now: Date.parse("2027-03-30T23:59:59Z") },
    "warned: platform-retirement",
    "retires on 2027-03-31, 1 days left",
  ],
  [
    "platform-support",
    { now: Date.parse("2027-03-31T00:00:00Z") },
    "warned: platform-retirement",
    "retired on 2027-03-31",
  ],
];

test.each<DescribedRow>([...pairing, ...roles, ...wishes])(
  "%s under %j is %s with the evidence %s",
  (code, world, ...expected) => {
    expect(described(code, world)).toEqual(expected);
  },
);

test("evidence of 240 characters stays whole, and longer evidence is truncated", () => {
  const rest = "shop-green: , shop-blue: westeurope".length;
  const of = (length: number) => described("region", { green: { location: "x".repeat(length - rest) } })[1];
  expect(of(240)).toMatch(/westeurope$/);
  expect(of(240)).toHaveLength(240);
  expect(of(241)).toMatch(/westeu\.\.\.$/);
  expect(of(241)).toHaveLength(240);
});
