import {
  blue,
  green,
  monitorOf,
  names,
  network,
  nextLink,
  read,
  slotOf,
  SUBSCRIPTION,
  swap,
  transports,
  world,
  type Arm,
} from "../support/arm-transports";

const upper = (id: string) => id.replace("shop-rg", "SHOP-RG");

describe.each(transports)("Resource Manager %s", (_name, open) => {
  let arm: Arm;
  const opened = async (over: object = {}) => {
    await arm.close();
    arm = await open(world(over));
  };
  beforeEach(async () => {
    arm = await open();
  });
  afterEach(() => arm.close());

  describe("reads of a service", () => {
    test("a service shows roles, frontends, slot and partner, with upper-cased groups", async () => {
      const { status, headers, body } = await read(arm, blue);
      expect(status).toBe(200);
      expect(headers.get("content-type")).toContain("application/json");
      expect(headers.get("x-ms-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get("x-ms-correlation-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      expect(body).toMatchObject({
        id: upper(blue),
        name: "shop-blue",
        type: "Microsoft.Compute/cloudServices",
        location: "westeurope",
        tags: { version: "v1" },
        properties: {
          configuration: expect.stringContaining("<ServiceConfiguration"),
          upgradeMode: "Auto",
          provisioningState: "Succeeded",
          uniqueId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          roleProfile: {
            roles: [
              { name: "WebRole", sku: { name: "Standard_D1_v2", tier: "Standard", capacity: 2 } },
              { name: "WorkerRole", sku: { capacity: 1 } },
            ],
          },
          networkProfile: {
            slotType: "Production",
            swappableCloudService: { id: upper(green) },
            loadBalancerConfigurations: [
              {
                name: "lb-shop-blue",
                properties: {
                  frontendIpConfigurations: [
                    {
                      name: "fe",
                      properties: {
                        publicIPAddress: { id: upper(`${network}/publicIPAddresses/ip-shop-production`) },
                      },
                    },
                  ],
                },
              },
            ],
          },
        },
      });
    });

    test("ids are matched ignoring case", async () => {
      expect((await read(arm, blue.toUpperCase().replace("/SUBSCRIPTIONS", "/Subscriptions"))).status).toBe(
        200,
      );
    });

    test("a scenario can spell frontends and partner the other way and omit the slot", async () => {
      const calm = world();
      const [{ slot: _slot, ...side }, pair] = [calm.pairs[0]!.blue, calm.pairs[0]!];
      await opened({
        wire: { frontends: "frontendIPConfigurations", swappable: "SwappableCloudService" },
        pairs: [{ ...pair, blue: side }],
      });
      const { text } = await read(arm, blue);
      expect(text).toMatch(/"frontendIPConfigurations".*"SwappableCloudService"/);
      expect(text).not.toMatch(/"swappableCloudService"|"frontendIpConfigurations"|"slotType"/);
    });

    test("the lists of a group and a subscription have all services, in pages if many", async () => {
      const group = blue.slice(0, blue.lastIndexOf("/"));
      const all = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Compute/cloudServices`;
      expect(names(await read(arm, group))).toEqual(["shop-blue", "shop-green"]);
      expect(names(await read(arm, all))).toEqual([
        "shop-blue",
        "shop-green",
        "billing-blue",
        "billing-green",
      ]);
      await opened({ wire: { pageSize: 3 } });
      const first = await read(arm, all);
      expect(names(first)).toHaveLength(3);
      expect(nextLink(first)).toContain(`${arm.endpoint}${all}?api-version=2024-11-04&`);
      const second = await read(arm, nextLink(first));
      expect(names(second)).toEqual(["billing-green"]);
      expect(second.body.nextLink).toBeUndefined();
    });

    test("the summary counts every instance three times", async () => {
      expect((await read(arm, `${blue}/instanceView`)).body).toEqual({
        roleInstance: {
          statusesSummary: [
            { code: "ProvisioningState/succeeded", count: 3 },
            { code: "PowerState/started", count: 3 },
            { code: "RoleState/RoleStateStarted", count: 3 },
          ],
        },
        statuses: [
          { code: "ProvisioningState/succeeded" },
          { code: "PowerState/started" },
          { code: "CurrentUpgradeDomain/-1" },
          { code: "MaxUpgradeDomain/1" },
        ],
      });
    });

    test("roles are read as a list and one by one", async () => {
      const { body } = await read(arm, `${blue}/roles`);
      expect(body.value).toMatchObject([
        { id: upper(`${blue}/roles/WebRole`), name: "WebRole", sku: { capacity: 2 } },
        { name: "WorkerRole", sku: { capacity: 1 } },
      ]);
      expect((await read(arm, `${blue}/roles/webrole`)).body).toEqual(body.value[0]);
    });
  });

  describe("role instances", () => {
    const list = `${blue}/roleInstances?api-version=2024-11-04`;

    test("role instances have states and update domains only with $expand", async () => {
      const plain = await read(arm, list);
      expect(names(plain)).toEqual(["WebRole_IN_0", "WebRole_IN_1", "WorkerRole_IN_0"]);
      expect(plain.text).not.toContain("instanceView");
      const expanded = (await read(arm, `${list}&$expand=instanceView`)).body.value;
      expect(expanded[1]).toMatchObject({
        sku: { name: "Standard_D1_v2", tier: "Standard" },
        properties: {
          networkProfile: { networkInterfaces: [] },
          instanceView: {
            platformUpdateDomain: 1,
            platformFaultDomain: 1,
            privateId: expect.any(String),
            statuses: [
              {
                code: "RoleState/RoleStateStarted",
                displayStatus: "RoleStateStarted",
                level: "Info",
                message: "",
              },
            ],
          },
        },
      });
    });

    test("a page's link keeps the expansion", async () => {
      await opened({ wire: { pageSize: 2 } });
      const first = await read(arm, `${list}&$expand=instanceView`);
      expect(names(first)).toHaveLength(2);
      const { body } = await read(arm, nextLink(first));
      expect(body.value).toMatchObject([{ name: "WorkerRole_IN_0", properties: { instanceView: {} } }]);
      expect(body).not.toHaveProperty("nextLink");
    });

    test("one instance and its view are read with its name", async () => {
      const one = `${blue}/roleInstances/WebRole_IN_1`;
      expect((await read(arm, one)).body).toMatchObject({ name: "WebRole_IN_1" });
      const { body } = await read(arm, `${one}?api-version=2024-11-04&$expand=instanceView`);
      expect((await read(arm, `${one}/instanceView`)).body).toEqual(body.properties.instanceView);
    });
  });

  describe("slots and the swap", () => {
    test("the slot is read alone and as a list of one", async () => {
      const slot = {
        id: `${upper(green)}/providers/Microsoft.Network/cloudServiceSlots/swap`,
        name: "swap",
        type: "Microsoft.Network/cloudServiceSlots",
        properties: { slotType: "Staging" },
      };
      expect((await read(arm, slotOf(green))).body).toEqual(slot);
      expect((await read(arm, slotOf(green).replace("/swap?", "?"))).body).toEqual({ value: [slot] });
    });

    test("the PUT answers 202 without a body; its operation swaps both sides", async () => {
      const put = await swap(arm, green);
      expect([put.status, put.text, put.headers.get("retry-after")]).toEqual([202, "", "1"]);
      const [monitor, result] = [monitorOf(put), put.headers.get("location")!];
      const base = `${arm.endpoint}/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/locations/westeurope`;
      const shape = (type: string) =>
        new RegExp(`^${base}/${type}/[0-9a-f-]{36}\\?api-version=2025-05-01&t=`);
      expect(monitor).toMatch(shape("operations"));
      expect(result).toMatch(shape("operationResults"));
      const running = await read(arm, monitor);
      expect(running.body).toEqual({
        name: expect.any(String),
        status: "InProgress",
        startTime: "2026-01-01T00:00:00.000Z",
      });
      expect(running.headers.get("retry-after")).toBe("1");
      const pending = await read(arm, result);
      expect([pending.status, pending.text]).toEqual([202, ""]);
      expect(pending.headers.get("location")).toMatch(shape("operationResults"));
      arm.pass(1.5);
      const over = await read(arm, monitor);
      expect(over.body).toMatchObject({ status: "Succeeded", endTime: "2026-01-01T00:00:01.500Z" });
      expect(over.headers.get("retry-after") ?? undefined).toBeUndefined();
      expect((await read(arm, result)).status).toBe(200);
      const holding = (slotType: string, ip: string) => ({
        slotType,
        loadBalancerConfigurations: [
          {
            properties: {
              frontendIpConfigurations: [
                { properties: { publicIPAddress: { id: upper(`${network}/publicIPAddresses/${ip}`) } } },
              ],
            },
          },
        ],
      });
      expect((await read(arm, blue)).body.properties.networkProfile).toMatchObject(
        holding("Staging", "ip-shop-staging"),
      );
      expect((await read(arm, green)).body.properties.networkProfile).toMatchObject(
        holding("Production", "ip-shop-production"),
      );
    });

    test.each([
      ["Failed", { kind: "operation-fails", code: "VipSwapX" }, 409],
      ["Canceled", { kind: "operation-canceled" }, 409],
    ])("an operation that ends as %s reports it and swaps nothing", async (status, answer, code) => {
      await opened({ faults: [{ method: "PUT", answer }] });
      const put = await swap(arm, green);
      arm.pass(2);
      const { body } = await read(arm, monitorOf(put));
      expect(body.status).toBe(status);
      expect(body.error?.code).toBe(status === "Failed" ? "VipSwapX" : undefined);
      expect((await read(arm, put.headers.get("location")!)).status).toBe(code);
      expect((await read(arm, slotOf(green))).body.properties.slotType).toBe("Staging");
    });

    test("a second PUT at that time gets 429 RetryableErrorDueToAnotherOperation", async () => {
      await swap(arm, green);
      const second = await swap(arm, blue, "Staging");
      expect([second.status, second.body.error.code, second.headers.get("retry-after")]).toEqual([
        429,
        "RetryableErrorDueToAnotherOperation",
        "5",
      ]);
    });

    test("declines a body without a slot and a service without a partner", async () => {
      expect((await swap(arm, green, "Purple")).body.error.code).toBe("InvalidRequestContent");
      expect((await arm.call("PUT", slotOf(green), [])).status).toBe(400);
      const pair = world().pairs[0]!;
      await opened({
        pairs: [{ ...pair, green: { ...pair.green, swappable: null } }],
      });
      const put = await swap(arm, green);
      expect([put.status, put.body.error.code]).toEqual([400, "SwappableCloudServicePropertyNotSet"]);
    });
  });

  describe("addresses", () => {
    test("a public IP names the frontend that holds it, its label and its allocation", async () => {
      expect((await read(arm, `${network}/publicIPAddresses/ip-shop-production`)).body).toEqual({
        id: upper(`${network}/publicIPAddresses/ip-shop-production`),
        name: "ip-shop-production",
        type: "Microsoft.Network/publicIPAddresses",
        location: "westeurope",
        sku: { name: "Standard", tier: "Regional" },
        properties: {
          provisioningState: "Succeeded",
          ipAddress: "203.0.113.10",
          publicIPAllocationMethod: "Static",
          ipConfiguration: {
            id: upper(`${network}/loadBalancers/lb-shop-blue/frontendIPConfigurations/fe`),
          },
          dnsSettings: { domainNameLabel: "shop", fqdn: "shop.westeurope.cloudapp.azure.com" },
        },
      });
    });

    test("address and label travel with the public IP", async () => {
      await swap(arm, green);
      arm.pass(2);
      const { body } = await read(arm, `${network}/publicIPAddresses/ip-shop-production`);
      expect(body.properties.ipConfiguration.id).toContain("lb-shop-green");
      expect(body.properties.dnsSettings.domainNameLabel).toBe("shop");
      expect((await read(arm, `${green}/publicipaddresses`)).body.value).toEqual([body]);
    });
  });
});
