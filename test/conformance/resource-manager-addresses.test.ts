import {
  blue,
  green,
  monitorOf,
  network,
  read,
  slotOf,
  SUBSCRIPTION,
  transports,
  world,
  type Arm,
} from "../support/arm-transports";

const frontend = (side: "blue" | "green") =>
  `${network}/loadBalancers/lb-shop-${side}/frontendIPConfigurations/fe`;
const address = (slot: "production" | "staging") => `${network}/publicIPAddresses/ip-shop-${slot}`;

/** The body is absolute: it says which frontend has which address afterwards. */
const binding = (...pairs: readonly (readonly [string, string])[]) => ({
  frontendIPConfigurations: pairs.map(([id, ip]) => ({ id, properties: { publicIPAddress: { id: ip } } })),
});
const swapped = binding([frontend("blue"), address("staging")], [frontend("green"), address("production")]);

const post = (arm: Arm, body: unknown, location = "westeurope") =>
  arm.call(
    "POST",
    `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/locations/${location}/setLoadBalancerFrontendPublicIpAddresses?api-version=2020-06-01`,
    body,
  );

const slots = async (arm: Arm) =>
  Promise.all(
    [blue, green].map(
      async (id) =>
        ((await read(arm, slotOf(id))).body as { properties: { slotType: string } }).properties.slotType,
    ),
  );

describe.each(transports)("the older swap by addresses (%s)", (_name, open) => {
  let arm: Arm;
  beforeEach(async () => {
    arm = await open();
  });
  afterEach(() => arm.close());

  test("a load balancer shows its frontends and their addresses", async () => {
    const { status, body } = await read(arm, `${network}/loadBalancers/lb-shop-blue?api-version=2020-06-01`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: `${network}/loadBalancers/lb-shop-blue`.replace("shop-rg", "SHOP-RG"),
      name: "lb-shop-blue",
      type: "Microsoft.Network/loadBalancers",
      location: "westeurope",
      properties: {
        provisioningState: "Succeeded",
        frontendIPConfigurations: [
          {
            name: "fe",
            id: frontend("blue").replace("shop-rg", "SHOP-RG"),
            properties: { publicIPAddress: { id: address("production").replace("shop-rg", "SHOP-RG") } },
          },
        ],
      },
    });
    const other = await read(arm, `${network}/loadBalancers/lb-shop-green?api-version=2020-06-01`);
    expect(other.text).toContain("ip-shop-staging");
  });

  test("answers 202, ends as 204, and exchanges addresses and slots", async () => {
    const reply = await post(arm, swapped);
    expect([reply.status, reply.text]).toEqual([202, ""]);
    expect((await read(arm, monitorOf(reply))).body.status).toBe("InProgress");
    expect(await slots(arm)).toEqual(["Production", "Staging"]);
    arm.pass(2);
    expect((await read(arm, monitorOf(reply))).body.status).toBe("Succeeded");
    expect((await read(arm, reply.headers.get("location")!)).status).toBe(204);
    expect(await slots(arm)).toEqual(["Staging", "Production"]);
    expect((await read(arm, address("production"))).text).toContain("lb-shop-green");
  });

  test("the same body again changes nothing; a body built from the bindings rolls back", async () => {
    for (const body of [swapped, swapped]) {
      await post(arm, body);
      arm.pass(2);
      expect(await slots(arm)).toEqual(["Staging", "Production"]);
    }
    await post(
      arm,
      binding([frontend("blue"), address("production")], [frontend("green"), address("staging")]),
    );
    arm.pass(2);
    expect(await slots(arm)).toEqual(["Production", "Staging"]);
  });

  test("locks the pair while it runs", async () => {
    await post(arm, swapped);
    expect((await post(arm, swapped)).body.error.code).toBe("RetryableErrorDueToAnotherOperation");
  });

  test.each([
    ["no list", {}, "westeurope", "InvalidRequestContent"],
    [
      "an unknown frontend",
      binding([`${frontend("blue")}x`, address("staging")]),
      "westeurope",
      "InvalidResourceReference",
    ],
    [
      "an unknown address",
      binding([frontend("blue"), `${address("staging")}x`]),
      "westeurope",
      "InvalidResourceReference",
    ],
    [
      "one address for two frontends",
      binding([frontend("blue"), address("staging")]),
      "westeurope",
      "PublicIPAddressInUse",
    ],
    ["another location", swapped, "northeurope", "InvalidResourceLocation"],
    [
      "frontends of two pairs",
      binding(
        [frontend("blue"), address("production")],
        [frontend("blue").replaceAll("shop", "billing"), address("production").replaceAll("shop", "billing")],
      ),
      "westeurope",
      "InvalidRequest",
    ],
  ])("declines %s", async (_what, body, location, code) => {
    const reply = await post(arm, body, location);
    expect([reply.status, reply.body.error.code]).toEqual([400, code]);
    expect(await slots(arm)).toEqual(["Production", "Staging"]);
  });

  test("can fail after the exchange, like the PUT", async () => {
    await arm.close();
    const answer = { kind: "operation", outcome: "Failed", effect: true, effectAfter: 0.5 };
    arm = await open(world({ faults: [{ method: "POST", answer }] }));
    const reply = await post(arm, swapped);
    arm.pass(2);
    expect((await read(arm, monitorOf(reply))).body.status).toBe("Failed");
    expect(await slots(arm)).toEqual(["Staging", "Production"]);
  });
});
