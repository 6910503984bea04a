import { blue, SUBSCRIPTION, transports, world, type Arm } from "../support/arm-transports";

const credential = {
  getToken: () => Promise.resolve({ token: "t", expiresOnTimestamp: Date.now() + 3.6e6 }),
};
const [group, service] = ["shop-rg", "shop-blue"] as const;

/** The unmodified SDK. It refuses to send a token over plain HTTP. */
async function clientOf({ endpoint, httpClient }: Arm) {
  const { ComputeManagementClient } = await import("@azure/arm-compute");
  const client = new ComputeManagementClient(credential, SUBSCRIPTION, {
    endpoint,
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
    ...(httpClient ? { httpClient } : {}),
  });
  client.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
  return client;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe.each(transports)("@azure/arm-compute decodes Resource Manager %s", (_name, open) => {
  let arm: Arm;
  beforeEach(async () => {
    arm = await open(world({ wire: { pageSize: 2 } }));
  });
  afterEach(() => arm.close());

  test("a service with its roles, frontends, slot and partner", async () => {
    const { cloudServices } = await clientOf(arm);
    expect(await cloudServices.get(group, service)).toMatchObject({
      id: blue.replace("shop-rg", "SHOP-RG"),
      name: "shop-blue",
      location: "westeurope",
      properties: {
        provisioningState: "Succeeded",
        roleProfile: { roles: [{ name: "WebRole", sku: { capacity: 2 } }, { name: "WorkerRole" }] },
        networkProfile: {
          slotType: "Production",
          swappableCloudService: { id: expect.stringContaining("shop-green") },
          loadBalancerConfigurations: [
            {
              name: "lb-shop-blue",
              properties: {
                frontendIpConfigurations: [
                  {
                    properties: {
                      publicIPAddress: { id: expect.stringContaining("ip-shop-production") },
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

  test("the lists of services, over all pages", async () => {
    const { cloudServices } = await clientOf(arm);
    const names = (await all(cloudServices.listAll())).map(({ name }) => name);
    expect(names).toEqual(["shop-blue", "shop-green", "billing-blue", "billing-green"]);
    expect(await all(cloudServices.list(group))).toHaveLength(2);
  });

  test("the summary", async () => {
    const { cloudServices } = await clientOf(arm);
    const view = await cloudServices.getInstanceView(group, service);
    expect(view.roleInstance?.statusesSummary).toContainEqual({
      code: "RoleState/RoleStateStarted",
      count: 3,
    });
    expect(view.statuses?.map(({ code }) => code)).toContain("CurrentUpgradeDomain/-1");
  });

  test("roles", async () => {
    const { cloudServiceRoles } = await clientOf(arm);
    const roles = await all(cloudServiceRoles.list(group, service));
    expect(roles.map(({ name, sku }) => [name, sku?.capacity])).toEqual([
      ["WebRole", 2],
      ["WorkerRole", 1],
    ]);
  });

  test("role instances over all pages, with states only when expanded, and one alone", async () => {
    const { cloudServiceRoleInstances: instances } = await clientOf(arm);
    const plain = await all(instances.list(group, service));
    expect(plain.map(({ properties }) => properties?.instanceView)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    const expanded = await all(instances.list(group, service, { expand: "instanceView" }));
    expect(
      expanded.map(({ name, properties }) => [name, properties?.instanceView?.statuses?.[0]?.code]),
    ).toEqual([
      ["WebRole_IN_0", "RoleState/RoleStateStarted"],
      ["WebRole_IN_1", "RoleState/RoleStateStarted"],
      ["WorkerRole_IN_0", "RoleState/RoleStateStarted"],
    ]);
    const view = await instances.getInstanceView("WebRole_IN_1", group, service);
    expect(view.platformUpdateDomain).toBe(1);
  });

  test("a missing resource is a RestError with code and status", async () => {
    const { cloudServices } = await clientOf(arm);
    await expect(cloudServices.get(group, "none")).rejects.toMatchObject({
      name: "RestError",
      code: "ResourceNotFound",
      statusCode: 404,
    });
  });

  test("the SDK leaves frontends in the other spelling undecoded", async () => {
    await arm.close();
    arm = await open(world({ wire: { frontends: "frontendIPConfigurations" } }));
    const { cloudServices } = await clientOf(arm);
    const found = await cloudServices.get(group, service);
    const balancer = found.properties?.networkProfile?.loadBalancerConfigurations?.[0];
    expect(balancer?.properties?.frontendIpConfigurations).toBeUndefined();
  });
});
