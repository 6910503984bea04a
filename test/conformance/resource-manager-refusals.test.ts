import {
  blue,
  green,
  network,
  read,
  SUBSCRIPTION,
  swap,
  transports,
  world,
  type Answer,
  type Arm,
} from "../support/arm-transports";

const left = ({ headers }: Answer, kind: "reads" | "writes") =>
  [kind, `global-${kind}`].map(
    (name) => headers.get(`x-ms-ratelimit-remaining-subscription-${name}`) ?? undefined,
  );

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

  describe("refusals", () => {
    test("answers 400 to a missing or malformed api-version", async () => {
      for (const url of [blue, `${blue}?api-version=`, `${blue}?api-version=latest`]) {
        const { status, body } = await arm.call("GET", url);
        expect([status, body.error.code]).toEqual([400, "MissingApiVersionParameter"]);
      }
    });

    test.each([
      ["a service", `${blue}x`, "ResourceNotFound"],
      ["a service of another group", blue.replace("shop-rg", "billing-rg"), "ResourceNotFound"],
      [
        "a group's list",
        blue.replace("shop-rg/", "none/").replace("/shop-blue", ""),
        "ResourceGroupNotFound",
      ],
      ["a role", `${blue}/roles/None`, "ResourceNotFound"],
      ["an instance", `${blue}/roleInstances/None_IN_0`, "ResourceNotFound"],
      ["a public IP", `${network}/publicIPAddresses/none`, "ResourceNotFound"],
      ["a load balancer", `${network}/loadBalancers/none`, "ResourceNotFound"],
      ["a type", `${network}/somethingElse/none`, "InvalidResourceType"],
      ["a subscription", blue.replace(SUBSCRIPTION, "none"), "SubscriptionNotFound"],
      [
        "an operation",
        `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/locations/westeurope/operations/none`,
        "OperationNotFound",
      ],
    ])("answers 404 with a CloudError to %s that does not exist", async (_what, path, code) => {
      const { status, body } = await read(arm, path);
      expect(status).toBe(404);
      expect(body).toEqual({ error: { code, message: expect.any(String) } });
    });
  });

  describe("throttling", () => {
    test("each reply says how many reads or writes are left, and time refills them", async () => {
      const reads = async () => left(await read(arm, blue), "reads");
      expect([await reads(), await reads()]).toEqual([
        [undefined, "3749"],
        [undefined, "3748"],
      ]);
      arm.pass(1);
      expect(await reads()).toEqual([undefined, "3749"]);
      expect(left(await swap(arm, green), "writes")).toEqual(["199", "2999"]);
    });

    test.each([
      ["regional", ["249", undefined], ["199", undefined]],
      ["global", [undefined, "3749"], [undefined, "2999"]],
      ["both", ["249", "3749"], ["199", "2999"]],
      ["none", [undefined, undefined], [undefined, undefined]],
    ])("uses %s header names where a scenario asks for them", async (names, reads, writes) => {
      await opened({ throttling: { names } });
      expect(left(await read(arm, blue), "reads")).toEqual(reads);
      expect(left(await swap(arm, green), "writes")).toEqual(writes);
    });

    test("an empty global bucket answers 429 like a regional one", async () => {
      await opened({ throttling: { enforced: true, globalReads: { size: 1, perSecond: 1 } } });
      expect((await read(arm, blue)).status).toBe(200);
      expect((await read(arm, blue)).status).toBe(429);
    });

    test("an empty bucket answers 429 with Retry-After; asking earlier restarts the wait", async () => {
      await opened({ throttling: { enforced: true, reads: { size: 2, perSecond: 0.5 } } });
      await read(arm, blue);
      await read(arm, blue);
      const refused = await read(arm, blue);
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "2"]);
      expect(refused.body.error.code).toBe("TooManyRequests");
      arm.pass(1.9);
      expect((await read(arm, blue)).status).toBe(429);
      arm.pass(1.9);
      expect((await read(arm, blue)).status).toBe(429);
      arm.pass(2);
      expect((await read(arm, blue)).status).toBe(200);
      expect((await swap(arm, green)).status).toBe(202);
    });
  });
});
