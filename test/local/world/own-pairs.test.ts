import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSimulator } from "../../../local/resource-manager";
import { approvalNotes } from "../../../local/world/approval-notes";
import { mistakesIn } from "../../../local/world/own-pairs/check-pairs";
import { type OwnFile, readOwnFile } from "../../../local/world/own-pairs/own-file";
import { ownPeople } from "../../../local/world/own-pairs/own-people";
import { ownScenario } from "../../../local/world/own-pairs/own-scenario";
import { policiesOf } from "../../../local/world/scenario-policies";
import { parsePairsFile } from "../../../src/config/pairs-file";
import { unreachable, whyNotAllowed } from "../../../src/domain/approval/rule";
import { addresses, issuesOf, GUID, id, shop } from "../../support/own-pairs";
import { createVirtualClock } from "../../support/virtual-clock";

describe("the services of a pairs file", () => {
  const file: OwnFile = {
    defaults: { versionTag: "release" },
    pairs: {
      shop: { blue: id("shop-blue", "live"), green: id("Shop-Green", "live") },
      rehearsal: { blue: id("SHOP-blue", "test"), green: id("other", "test"), versionTag: "v" },
      abroad: { blue: id("a", "eu", 2), green: id("b", "us", 3) },
    },
  };
  const simulator = createSimulator({ scenario: ownScenario(file), clock: createVirtualClock() });
  const body = (url: string) => {
    const outcome = simulator.handle({
      method: "GET",
      url: `${url}?api-version=2024-11-04`,
      body: "",
      origin: "",
    });
    return outcome.kind === "reply" ? (outcome.reply.body as Record<string, never>) : undefined;
  };

  test.each(Object.entries(file.pairs))("of %s run under the ids of the file, with their tag", (_, pair) => {
    const tag = pair.versionTag ?? "release";
    for (const [side, version, slot] of [
      [pair.blue, "v1", "Production"],
      [pair.green, "v2", "Staging"],
    ] as const) {
      expect(body(side)).toMatchObject({
        tags: { [tag]: version },
        properties: { provisioningState: "Succeeded", networkProfile: { slotType: slot } },
      });
      expect(String(body(side)!["id"]).toLowerCase()).toBe(side.toLowerCase());
      expect(body(`${side}/roleInstances`)!["value"]).toHaveLength(3);
      expect(body(`${side}/publicIPAddresses`)).toBeDefined();
    }
  });

  test("have their own name where it is unique, else pair and side", () => {
    expect(Object.values(simulator.state.services).map(({ name }) => name)).toEqual([
      ...["shop/blue", "Shop-Green", "rehearsal/blue", "other", "a", "b"],
    ]);
  });

  test("of a thousand pairs have different addresses", () => {
    const pairs = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, i) => [`p${i}`, { blue: id(`b${i}`), green: id(`g${i}`) }]),
    );
    const { state } = createSimulator({ scenario: ownScenario({ pairs }), clock: createVirtualClock() });
    const found = Object.values(state.publicIps).map(({ address }) => address);
    expect(new Set(found).size).toBe(2_000);
    expect(found.every((each) => /^198\.18\.\d{1,3}\.\d{1,3}$/.test(each))).toBe(true);
  });
});

describe("the approvers of a pairs file", () => {
  const named = [GUID(7), GUID(8).toUpperCase()];

  test.each([
    ["anybody", { quorum: 5 }],
    ["people named", { quorum: 2, people: named }],
    ["holders of a role", { quorum: 3, roles: ["Release.Approve"] }],
    ["people named or holders of a role", { quorum: 4, people: named, roles: ["Release.Approve"] }],
  ])("suffice for a quorum of %s", (_, approval) => {
    const own: OwnFile = { defaults: { approval }, pairs: { shop: { ...shop } } };
    const rule = parsePairsFile(own).policies[0]!.approval!;
    expect(unreachable(rule)).toBeUndefined();
    const { people, roles } = ownPeople(own);
    const all = [...people.map(({ oid }) => oid), "approver's own", "second approver's own"];
    const able = all.filter(
      (oid) =>
        whyNotAllowed(
          rule,
          { kind: "queue" } as never,
          { oid, name: oid, roles: ["Swap.Approve", ...roles] } as never,
        ) === undefined,
    );
    expect(able.length).toBeGreaterThanOrEqual(approval.quorum);
  });

  test("are only the default people when no pair needs more", () => {
    expect(ownPeople({ pairs: { shop } })).toEqual({ people: [], roles: [] });
    expect(ownPeople({ pairs: { shop: { ...shop, approval: { quorum: 2 } } } }).people).toEqual([]);
  });

  test("are printed for each pair, with the variables of their tokens", () => {
    const own = {
      defaults: { approval: { quorum: 2 } },
      pairs: { a: shop, b: { ...shop, approval: { people: [GUID(7)], quorum: 1 } } },
    };
    expect(approvalNotes(own)).toEqual([
      expect.stringContaining("a asks people"),
      expect.stringContaining("$TOKEN_00000000_0000_4000_8000_000000000007 (quorum 1)"),
    ]);
  });
});

test.each<[string, string[], string, number | null, string[]]>([
  [
    "one thrown message",
    ["the configuration is wrong; every mistake:\n  a: x\n  b: y"],
    "",
    0,
    ["a: x", "b: y"],
  ],
  ["thrown lines of errors", ["error: a: x\nerror: b: y"], "", 0, ["a: x", "b: y"]],
  [
    "thrown lines of errors below a summary",
    ["error: the configuration is wrong, in 2 places; no function is loaded\nerror: a: x\nerror: b: y"],
    "",
    0,
    ["a: x", "b: y"],
  ],
  [
    "printed lines and a thrown summary",
    ["the configuration is wrong: 2 mistakes"],
    "error: a: x\nnoise\nerror: b: y\n",
    0,
    ["a: x", "b: y"],
  ],
  [
    "printed and thrown",
    ["the configuration is wrong; every mistake:\n  a: x"],
    "error: a: x\n",
    0,
    ["a: x"],
  ],
  ["no mistake at all", [], "WARNING: test mode", 0, []],
  ["a bug", ["x is not a function"], "", 0, ["x is not a function"]],
  ["an exit without output", [], "out of memory", 134, ["the app did not load: out of memory"]],
])("prints the same mistakes when they come as %s", (_, thrown, printed, status, expected) => {
  expect(mistakesIn(thrown, printed, status)).toEqual(expected);
});

test("reads a pairs file from Windows with a byte order mark", () => {
  const file = join(mkdtempSync(join(tmpdir(), "own-pairs-")), "pairs.json");
  writeFileSync(file, `\u{feff}${JSON.stringify({ pairs: { shop } })}`);
  expect(readOwnFile(file)).toEqual({ pairs: { shop } });
});

test("the app accepts the default pair orders with all guards; the first has none", () => {
  const { orders, ...others } = policiesOf("default", ["shop", "orders"].map(addresses));
  expect(others).toEqual({});
  expect(issuesOf({ pairs: { orders: { ...shop, ...orders } } })).toEqual([]);
  const fields = ["approval", "probes", "schedules", "timeZone", "window"];
  expect(Object.keys(orders!).sort()).toEqual(fields);
  expect(policiesOf("calm", [addresses("orders")])).toEqual({});
});
