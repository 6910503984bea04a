import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSimulator, startResourceManager } from "../../../local/resource-manager";
import { pairIn } from "../../support/simulated-pairs";
import { createVirtualClock } from "../../support/virtual-clock";

const TEST = "00000000-0000-4000-8000-00000000000a";
const LIVE = "00000000-0000-4000-8000-00000000000b";

const idIn = (group: string, subscription: string, color = "green") =>
  `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Compute/cloudServices/shop-${color}`;

const everywhere = {
  subscription: TEST,
  pairs: [pairIn("a", "Shop-RG", TEST), pairIn("b", "other-rg", TEST), pairIn("c", "shop-rg", LIVE)],
};

function readFrom(simulator: ReturnType<typeof createSimulator>) {
  return (method: string, path: string, body = "") => {
    const url = `${path}?api-version=2024-11-04`;
    const outcome = simulator.handle({ method, url, body, origin: "http://127.0.0.1:1" });
    if (outcome.kind !== "reply") throw new Error(outcome.kind);
    return outcome.reply;
  };
}

interface ServiceBody {
  readonly id: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: {
    readonly networkProfile: { readonly swappableCloudService: { readonly id: string } };
  };
}

test("separates services of one name by group and subscription, under their ARM names", () => {
  const call = readFrom(createSimulator({ scenario: everywhere, clock: createVirtualClock() }));
  for (const [group, subscription] of [
    ["shop-rg", TEST],
    ["OTHER-rg", TEST],
    ["shop-rg", LIVE],
  ] as const) {
    const { status, body } = call("GET", idIn(group, subscription));
    expect(status).toBe(200);
    const { id, name, tags, properties } = body as ServiceBody;
    expect(id.toLowerCase()).toBe(idIn(group, subscription).toLowerCase());
    expect({ name, tags }).toEqual({ name: "shop-green", tags: { release: "v2" } });
    expect(properties.networkProfile.swappableCloudService.id.toLowerCase()).toBe(
      idIn(group, subscription, "blue").toLowerCase(),
    );
  }
  expect(call("GET", idIn("other-rg", LIVE)).status).toBe(404);
  expect(call("GET", idIn("shop-rg", "00000000-0000-4000-8000-00000000000c")).status).toBe(404);
});

test("a swap moves the pair whose id was named, and no other of the same name", () => {
  const clock = createVirtualClock();
  const simulator = createSimulator({ scenario: everywhere, clock });
  const swap = `${idIn("shop-rg", LIVE)}/providers/Microsoft.Network/cloudServiceSlots/swap`;
  expect(readFrom(simulator)("PUT", swap, '{"properties":{"slotType":"Production"}}').status).toBe(202);
  clock.advanceTo(clock.now() + 2_000);
  expect(["a", "b", "c"].map((name) => simulator.service(`${name}/green`)?.slot)).toEqual([
    ...["Staging", "Staging", "Production"],
  ]);
});

test("each group and subscription lists only its own services, IPs and load balancers", () => {
  const call = readFrom(createSimulator({ scenario: everywhere, clock: createVirtualClock() }));
  const listed = (path: string) => (call("GET", path).body as { value: { id: string }[] }).value.length;
  const at = (subscription: string) =>
    `/subscriptions/${subscription}/providers/Microsoft.Compute/cloudServices`;
  expect([listed(at(TEST)), listed(at(LIVE))]).toEqual([4, 2]);
  const network = (subscription: string, group: string, what: string) =>
    call("GET", `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/${what}`)
      .status;
  expect(network(LIVE, "shop-rg", "publicIPAddresses/ip.c.blue")).toBe(200);
  expect(network(TEST, "shop-rg", "publicIPAddresses/ip.c.blue")).toBe(404);
  expect(network(LIVE, "shop-rg", "loadBalancers/lb")).toBe(200);
  expect(network(LIVE, "other-rg", "loadBalancers/lb")).toBe(404);
});

describe("a world that starts on what an earlier one left", () => {
  const restarted = (
    before: object,
    after: object,
    meanwhile: (s: ReturnType<typeof createSimulator>) => void,
  ) => {
    const dataDirectory = mkdtempSync(join(tmpdir(), "any-ids-"));
    const clock = createVirtualClock();
    const earlier = createSimulator({ scenario: before, dataDirectory, clock });
    meanwhile(earlier);
    earlier.save();
    earlier.close();
    return createSimulator({ scenario: after, dataDirectory, clock });
  };
  const [a, b] = everywhere.pairs;
  const small = { ...everywhere, pairs: [a!] };

  test("gets the pairs that its scenario has gained, and keeps the others as they were", () => {
    const simulator = restarted(small, everywhere, (s) => s.swapByHand("a/green"));
    expect(simulator.service("a/green")?.slot).toBe("Production");
    expect(simulator.service("b/green")?.slot).toBe("Staging");
  });

  test("does not bring back a service that was deleted meanwhile", () => {
    const simulator = restarted(small, small, (s) => {
      expect(s.addServiceFault({ kind: "deleted", service: "a/green" })).toBeUndefined();
    });
    expect(simulator.service("a/green")).toBeUndefined();
  });

  test.each([
    [
      "another service under a name that is there",
      { ...small, pairs: [{ ...b!, ...pairIn("a", "x", TEST) }] },
    ],
    [
      "another partner",
      {
        ...everywhere,
        pairs: [
          { ...a!, green: b!.green },
          { ...b!, green: a!.green },
        ],
      },
    ],
  ])("refuses %s", (_, scenario) => {
    expect(() => restarted(everywhere, scenario, () => undefined)).toThrow(/in the data folder/);
  });
});

test("reports the addresses of the slots, whichever side the scenario names first", async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), "any-ids-"));
  const pair = pairIn("a", "shop-rg", TEST);
  const server = await startResourceManager({
    scenario: { subscription: TEST, pairs: [pair] },
    dataDirectory,
  });
  await server.stop();
  const turned = { ...pair, blue: pair.green, green: pair.blue };
  const again = await startResourceManager({
    scenario: { subscription: TEST, pairs: [turned] },
    dataDirectory,
  });
  const answer = (await (await fetch(again.pairs[0]!.production)).json()) as object;
  expect(answer).toMatchObject({ service: "shop-blue", version: "v1" });
  await again.stop();
});
