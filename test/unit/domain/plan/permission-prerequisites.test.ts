import type { Grant } from "../../../../src/domain/cloud-service/observation";
import { found, somePermissions } from "../../../support/observations";
import { judge, described, type DescribedRow } from "../../../support/prerequisites";

/** What the rules on the app's own permissions tell. */
const WRITE = "Microsoft.Network/cloudServiceSlots/write";
const READ = "Microsoft.Network/locations/operations/read";
const only = (...actions: readonly string[]): readonly Grant[] => [{ actions, notActions: [] }];
const denied = { kind: "denied", detail: "AuthorizationFailed: no" } as const;
const green = (grants: readonly Grant[]) => ({
  observed: { greenPermissions: found(somePermissions("green", grants)) },
});
const blue = (grants: readonly Grant[]) => ({
  observed: { bluePermissions: found(somePermissions("blue", grants)) },
});

test.each<DescribedRow>([
  [
    "slot-write-permission",
    green(only(READ)),
    "warned: slot-write-not-permitted",
    `shop-green missing, shop-blue granted`,
  ],
  [
    "slot-write-permission",
    blue(only(READ)),
    "warned: slot-write-not-permitted",
    `shop-green granted, shop-blue missing`,
  ],
  ["slot-write-permission", green(only(WRITE)), "met", `shop-green granted, shop-blue granted`],
  [
    "operation-read-permission",
    green(only(WRITE)),
    "warned: operation-read-not-permitted",
    `shop-green missing, shop-blue granted`,
  ],
  [
    "slot-write-permission",
    { observed: { greenPermissions: denied, bluePermissions: { kind: "unavailable", detail: "reset" } } },
    "met",
    `shop-green unknown, shop-blue unknown`,
  ],
  [
    "slot-write-permission",
    { observed: { greenPermissions: denied, bluePermissions: found(somePermissions("blue", [])) } },
    "warned: slot-write-not-permitted",
    `shop-green unknown, shop-blue missing`,
  ],
])("%s under %j is %s with the evidence %s", (code, world, ...expected) => {
  expect(described(code, world)).toEqual(expected);
});

test("a missing permission never refuses: the plan warns, with a remedy", () => {
  const verdicts = judge({ observed: { greenPermissions: found(somePermissions("green", [])) } });
  const warned = verdicts.filter(({ verdict, code }) => verdict === "warned" && code !== "platform-support");
  expect(warned.map(({ code, remedy }) => [code, remedy?.includes("Microsoft.Network/")])).toEqual([
    ["slot-write-permission", true],
    ["operation-read-permission", true],
  ]);
  expect(verdicts.filter(({ verdict }) => verdict === "broken")).toEqual([]);
});
