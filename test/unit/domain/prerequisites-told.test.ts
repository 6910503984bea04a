import { found, idOf, someInstances } from "../../support/observations";
import { judge, told, type ToldRow } from "../../support/prerequisites";

/** What every rule tells: its evidence on a healthy pair, word by word, and on each pair it is there for. */
test("the rules of a healthy pair, in order: what each rests on and what was seen", () => {
  expect(judge().map(({ code, basis, evidence }) => [code, basis, evidence])).toEqual([
    [
      ...["not-extended-support", "documented"],
      "shop-green: Microsoft.Compute/cloudServices, shop-blue: Microsoft.Compute/cloudServices",
    ],
    ["not-swappable", "documented", "shop-green names shop-blue, shop-blue names shop-green"],
    ["not-mutual", "documented", "shop-green names shop-blue, shop-blue names shop-green"],
    ["slot-unknown", "documented", "shop-green holds staging, shop-blue holds production"],
    ["slots-not-complementary", "documented", "shop-green holds staging, shop-blue holds production"],
    ["provisioning-not-succeeded", "documented", "shop-green: Succeeded, shop-blue: Succeeded"],
    ["frontend-missing", "documented", "shop-green: ip-green, shop-blue: ip-blue"],
    ["frontend-invalid", "documented", "shop-green: fe; shop-blue: fe"],
    ["internal-load-balancer", "documented", "shop-green: fe; shop-blue: fe"],
    ["reserved-ip-mismatch", "documented", "shop-green: ip-green static, shop-blue: ip-blue static"],
    ["basic-sku-retired", "documented", "shop-green: ip-green Standard, shop-blue: ip-blue Standard"],
    ["roles-unknown", "documented", "shop-green: Web×2; shop-blue: Web×2"],
    ["no-instances", "documented", "shop-green: Web×2; shop-blue: Web×2"],
    ["instances-not-running", "documented", "4 instances running"],
    ["region-differs", "inferred", "shop-green: westeurope, shop-blue: westeurope"],
    [
      ...["subscription-differs", "inferred"],
      "00000000-0000-4000-8000-000000000001, 00000000-0000-4000-8000-000000000001",
    ],
    ["roles-differ", "unknown", "shop-green: Web; shop-blue: Web"],
    ["version-mismatch", "policy", "shop-green: v2; nothing is expected"],
    ["readiness-impossible", "policy", "stable for 120 s, deadline 1800 s"],
    [...["slot-write-not-permitted", "inferred"], "shop-green granted, shop-blue granted"],
    [...["operation-read-not-permitted", "inferred"], "shop-green granted, shop-blue granted"],
    ["platform-retirement", "documented", "retires on 2027-03-31, 127 days left"],
  ]);
});

test("every rule has a title of its own that says what a good pair is like", () => {
  const titles = judge().map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
  expect(
    titles.filter((title) => !/^(The|Both|Each|Every|No|One|Roles|Readiness) .+[^.]$/.test(title)),
  ).toEqual([]);
});

const none = { swappableId: undefined };
const pairing: readonly ToldRow[] = [
  [
    "not-extended-support",
    { green: { type: "MICROSOFT.COMPUTE/CLOUDSERVICES" } },
    "met",
    "shop-green: MICROSOFT.COMPUTE/CLOUDSERVICES, shop-blue: Microsoft.Compute/cloudServices",
  ],
  [
    "not-extended-support",
    { green: { type: "x" } },
    "broken",
    "shop-green: x, shop-blue: Microsoft.Compute/cloudServices",
  ],
  [
    "not-extended-support",
    { blue: { type: undefined } },
    "broken as reply-incomplete",
    "shop-green: Microsoft.Compute/cloudServices, shop-blue: the reply has no type",
  ],
  [
    "not-swappable",
    { green: none, blue: none },
    "broken",
    "no swappableCloudService on shop-green, shop-blue",
  ],
  ["not-swappable", { blue: none }, "broken", "no swappableCloudService on shop-blue"],
  ["not-mutual", { blue: none }, "met", "shop-green names shop-blue, shop-blue names none"],
  [
    "not-mutual",
    { blue: { swappableId: idOf("blue") } },
    "broken",
    "shop-green names shop-blue, shop-blue names shop-blue",
  ],
  [
    "not-mutual",
    { green: { swappableId: idOf("green") } },
    "broken",
    "shop-green names shop-green, shop-blue names shop-green",
  ],
  [
    "slot-unknown",
    { blue: { slot: undefined } },
    "broken",
    "shop-green holds staging, shop-blue holds an unknown slot",
  ],
  [
    "slots-not-complementary",
    { blue: { slot: undefined }, green: { slot: undefined } },
    "met",
    "shop-green holds an unknown slot, shop-blue holds an unknown slot",
  ],
  [
    "slots-not-complementary",
    { blue: { slot: "staging" } },
    "broken",
    "shop-green holds staging, shop-blue holds staging",
  ],
  [
    "provisioning-not-succeeded",
    { green: { provisioningState: "Failed" } },
    "broken",
    "shop-green: Failed, shop-blue: Succeeded",
  ],
  [
    "provisioning-not-succeeded",
    { green: { provisioningState: undefined } },
    "broken as reply-incomplete",
    "shop-green: the reply has no provisioningState, shop-blue: Succeeded",
  ],
];

const two = [
  { name: "Web", capacity: 2 },
  { name: "Api", capacity: 0 },
];
const named = (...names: readonly string[]) => ({ roles: names.map((name) => ({ name, capacity: 1 })) });
const busy = "Web_IN_0 RoleStateBusy (does not respond)";
const roles: readonly ToldRow[] = [
  [
    "roles-unknown",
    { green: { roles: undefined }, blue: { roles: two } },
    "broken",
    "shop-green: no role profile; shop-blue: Web×2 Api×0",
  ],
  ["roles-unknown", { blue: { roles: [] } }, "broken", "shop-green: Web×2; shop-blue: "],
  [
    "no-instances",
    { green: { roles: two }, blue: { roles: two } },
    "broken",
    "without instances: shop-green/Api, shop-blue/Api",
  ],
  ["no-instances", { green: { roles: undefined } }, "met", "shop-green: no role profile; shop-blue: Web×2"],
  ["no-instances", { green: named("Web"), blue: named("Web") }, "met", "shop-green: Web×1; shop-blue: Web×1"],
  [
    "instances-not-running",
    {
      observed: {
        blueInstances: found(someInstances("blue", ["Busy", "Started"])),
        greenInstances: { kind: "denied", detail: "403" },
      },
    },
    "warned",
    `shop-blue: ${busy}, Web_IN_1 RoleStateStarted; shop-green: denied: 403`,
  ],
  [
    "instances-not-running",
    { observed: { greenInstances: found(someInstances("green", ["Busy", "Started"])) } },
    "warned",
    `shop-green: ${busy}, Web_IN_1 RoleStateStarted`,
  ],
  [
    "region-differs",
    { blue: { location: undefined } },
    "warned",
    "shop-green: westeurope, shop-blue: the reply has no location",
  ],
  [
    "region-differs",
    { green: { location: "WESTEUROPE" } },
    "met",
    "shop-green: WESTEUROPE, shop-blue: westeurope",
  ],
  [
    "subscription-differs",
    { green: { id: "/subscriptions/A/x" }, blue: { id: "/subscriptions/a/y" } },
    "met",
    "A, a",
  ],
  ["subscription-differs", { green: { id: "odd" } }, "warned", ", 00000000-0000-4000-8000-000000000001"],
  [
    "roles-differ",
    { green: named("web", "Api", "DB"), blue: named("Db", "api", "Web") },
    "met",
    "shop-green: Api DB web; shop-blue: api Db Web",
  ],
  ["roles-differ", { green: { roles: undefined } }, "warned", "shop-green: ; shop-blue: Web"],
];
const wishes: readonly ToldRow[] = [
  ["version-mismatch", { request: { expect: { version: "v2" } } }, "met", "expected v2, shop-green: v2"],
  ["version-mismatch", { request: { expect: { version: "V2" } } }, "broken", "expected V2, shop-green: v2"],
  [
    "version-mismatch",
    { green: { version: undefined } },
    "met",
    'shop-green: no tag "version"; nothing is expected',
  ],
  [
    "readiness-impossible",
    { request: { readiness: { stableForMs: 1_799_000 } } },
    "met",
    "stable for 1799 s, deadline 1800 s",
  ],
  [
    "readiness-impossible",
    { request: { readiness: { stableForMs: 1_800_000 } } },
    "broken",
    "stable for 1800 s, deadline 1800 s",
  ],
  [
    "platform-retirement",
    { now: Date.parse("2027-03-30T23:59:59Z") },
    "warned",
    "retires on 2027-03-31, 1 days left",
  ],
  ["platform-retirement", { now: Date.parse("2027-03-31T00:00:00Z") }, "warned", "retired on 2027-03-31"],
];

test.each<ToldRow>([...pairing, ...roles, ...wishes])(
  "%s under %j is %s and tells %s",
  (code, world, ...expected) => {
    expect(told(code, world)).toEqual(expected);
  },
);

test("evidence of 240 characters is whole, longer evidence is cut and says so", () => {
  const rest = "shop-green: , shop-blue: westeurope".length;
  const of = (length: number) =>
    told("region-differs", { green: { location: "x".repeat(length - rest) } })[1];
  expect(of(240)).toMatch(/westeurope$/);
  expect(of(240)).toHaveLength(240);
  expect(of(241)).toMatch(/westeu\.\.\.$/);
  expect(of(241)).toHaveLength(240);
});
