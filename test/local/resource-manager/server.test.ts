import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createSimulator,
  startResourceManager,
  type ResourceManagerServer,
} from "../../../local/resource-manager";
import calm from "../../../local/world/scenarios/calm.json";
import { createVirtualClock } from "../../support/virtual-clock";

const put = (server: ResourceManagerServer, id: string, slotType: string) =>
  fetch(`${server.endpoint}${id}/providers/Microsoft.Network/cloudServiceSlots/swap?api-version=2025-05-01`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ properties: { slotType } }),
  });

const versionAt = async (url: string) => {
  const reply = await fetch(url);
  return reply.ok ? ((await reply.json()) as { version: string }).version : reply.status;
};

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("it did not come to pass");
}

test("a swap moves live traffic, and a restart finds the same state", async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), "resource-manager-"));
  const server = await startResourceManager({ scenario: calm, dataDirectory });
  const pair = server.pairs[0]!;
  expect([await versionAt(pair.production), await versionAt(pair.staging)]).toEqual(["v1", "v2"]);
  const reply = await put(server, pair.green, "Production");
  expect(reply.status).toBe(202);
  expect(reply.headers.get("azure-asyncoperation")).toContain("/operations/");
  expect((await put(server, pair.green, "Production")).status).toBe(429);
  await until(async () => (await versionAt(pair.production)) === "v2");
  await server.stop();
  const again = await startResourceManager({ scenario: calm, dataDirectory });
  expect([await versionAt(again.pairs[0]!.production), await versionAt(again.pairs[0]!.staging)]).toEqual([
    "v2",
    "v1",
  ]);
  const journal = (await (await fetch(again.journalUrl)).json()) as {
    method: string;
    status: number;
    effect: string | null;
  }[];
  expect(journal.map(({ method, status, effect }) => [method, status, effect])).toEqual([
    ["PUT", 202, "swapped"],
    ["PUT", 429, null],
  ]);
  await again.stop();
});

test("an operation under way at a kill goes on after the restart, with one effect", () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), "resource-manager-"));
  const clock = createVirtualClock();
  const url =
    "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop-rg/providers/Microsoft.Compute/cloudServices/shop-green/providers/Microsoft.Network/cloudServiceSlots/swap?api-version=2025-05-01";
  const first = createSimulator({ scenario: calm, dataDirectory, clock });
  first.handle({
    method: "PUT",
    url,
    body: '{"properties":{"slotType":"Production"}}',
    origin: "http://127.0.0.1:1",
  });
  const killedAt = createVirtualClock(clock.now());
  const second = createSimulator({ scenario: calm, dataDirectory, clock: killedAt });
  expect(second.service("shop-green")?.slot).toBe("Staging");
  killedAt.advanceTo(killedAt.now() + 2_000);
  expect(second.service("shop-green")?.slot).toBe("Production");
  expect(second.journal.entries.filter((entry) => entry.effect === "swapped")).toHaveLength(1);
});

test("control changes the world, wrong input is answered with every issue", async () => {
  const server = await startResourceManager({ scenario: calm });
  const post = (path: string, body: unknown) =>
    fetch(`${server.endpoint}/control/${path}`, { method: "POST", body: JSON.stringify(body) });
  expect(
    (await post("instance", { service: "shop-blue", instance: "WebRole_IN_0", state: "RoleStateBusy" }))
      .status,
  ).toBe(200);
  expect((await post("faults", { answer: { kind: "status", status: 9 }, extra: 1 })).status).toBe(400);
  expect((await post("service", { service: "nobody" })).status).toBe(404);
  expect((await post("swap-by-hand", { service: "shop-blue" })).status).toBe(200);
  expect(await versionAt(server.pairs[0]!.production)).toBe("v2");
  await server.stop();
});

test("a service without running instances is silent, and an unknown id is an ARM error", async () => {
  const server = await startResourceManager({ scenario: calm });
  for (const instance of ["WebRole_IN_0", "WebRole_IN_1"]) {
    await fetch(`${server.endpoint}/control/instance`, {
      method: "POST",
      body: JSON.stringify({ service: "shop-blue", instance, state: "RoleStateBusy" }),
    });
  }
  expect(await versionAt(server.pairs[0]!.production)).toBe(503);
  const missing = await fetch(`${server.endpoint}/subscriptions/x/nothing?api-version=2024-11-04`);
  expect([missing.status, ((await missing.json()) as { error: { code: string } }).error.code]).toEqual([
    404,
    "InvalidResourceType",
  ]);
  expect((await fetch(`${server.endpoint}${server.pairs[0]!.blue}`)).status).toBe(400);
  await server.stop();
});

test("every mistake of a scenario is reported at once", () => {
  expect(() => createSimulator({ scenario: { pairs: [{ name: 1 }], colour: "red" } })).toThrow(
    /subscription[\s\S]*pairs/,
  );
});
