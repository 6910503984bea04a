import type { FaultAnswer } from "../../../../local/resource-manager";
import type { OperationAddress } from "../../../../src/domain/swap/attempt";
import { adapter, adapterOn, endpoint } from "../../../support/arm-adapter";
import { green, type InProcess, openInProcess, world } from "../../../support/arm-transports";

const at = (url: string) => ({ url, style: "azure-async-operation" }) as const;

/** Operations followed from address to address on the simulated Resource Manager. */
let arm: InProcess | undefined;
afterEach(() => arm?.close());
function facing(answer: Partial<Extract<FaultAnswer, { kind: "operation" }>>, over: object = {}) {
  const opened = openInProcess(world(over));
  opened.simulator.faults.add({ method: "PUT", answer: { kind: "operation", seconds: 60, ...answer } });
  arm = opened;
  const services = adapterOn(opened);
  const begin = async () => {
    const reply = await services.requestSwap(green, "production", 1_000);
    if (reply.kind !== "accepted" || !reply.operation) throw new Error(JSON.stringify(reply));
    return reply.operation;
  };
  /** Asks the newest address so many times. */
  const follow = async (first: OperationAddress, polls: number) => {
    let address = first;
    for (; polls > 0; polls--) {
      const read = await services.readOperation(address);
      if (read.kind !== "running") throw new Error(JSON.stringify(read));
      address = read.newest ?? address;
    }
    return address;
  };
  return {
    services,
    begin,
    follow,
    pass: (seconds: number) => {
      opened.pass(seconds);
    },
  };
}

test.each(["azure-asyncoperation", "location"] as const)(
  "an operation named by %s is followed from address to address to its end",
  async (headers) => {
    for (const characters of [0, 3_200, 6_144, 12_288])
      for (const outcome of ["Succeeded", "Failed"] as const) {
        const { services, begin, follow, pass } = facing({
          headers,
          characters,
          outcome,
          code: "VipSwapX",
          expiresAfterPolls: 1,
          errorShape: outcome === "Failed" && characters > 4_000 ? "top-level" : "nested",
        });
        const first = await begin();
        const newest = await follow(first, 3);
        expect(newest.url).not.toBe(first.url);
        expect(await services.readOperation(first)).toEqual({
          kind: "unreadable",
          detail: "HTTP 403: OperationUrlExpired",
        });
        pass(60);
        expect(await services.readOperation(newest)).toMatchObject(
          outcome === "Succeeded" ? { kind: "succeeded" } : { kind: "failed", code: "VipSwapX" },
        );
      }
  },
);

test("polls the first address while the new addresses are on another host", async () => {
  const { services, begin, follow, pass } = facing({ later: { origin: "https://other.example" } });
  const first = await begin();
  expect(await follow(first, 2)).toEqual(first);
  pass(60);
  expect(await services.readOperation(first)).toEqual({ kind: "succeeded" });
});

test("an invalid operation URL is unreadable, not an exception", async () => {
  const { services, asked } = adapter(() => ({ status: 200 }));
  for (const url of ["", "/operations/1", "https://", `${endpoint}/operations/1`])
    expect(await services.readOperation(at(url))).toMatchObject({ kind: "unreadable" });
  expect(asked).toHaveLength(0);
});

test("an operation URL without api-version gets one, and one that has it keeps it", async () => {
  const { services, asked } = adapter(() => ({ status: 200, body: { status: "InProgress" } }));
  await services.readOperation(at(`${endpoint}${green}/operations/1`));
  await services.readOperation(at(`${endpoint}${green}/operations/1?t=9&api-version=2020-01-01`));
  expect(asked.map((request) => new URL(request.url).search)).toEqual([
    "?api-version=2025-05-01",
    "?t=9&api-version=2020-01-01",
  ]);
});

test("an operation on another host gets no request", async () => {
  const { services, asked } = adapter(() => ({ status: 200 }));
  expect(await services.readOperation(at("https://evil.example/op"))).toMatchObject({ kind: "unreadable" });
  expect(asked).toHaveLength(0);
});
