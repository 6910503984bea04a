import { createPipelineRequest } from "@azure/core-rest-pipeline";
import { httpClientOf, startResourceManager } from "../../../local/resource-manager";
import {
  blue,
  green,
  nextLink,
  openInProcess,
  read,
  slotOf,
  swap,
  world,
  type InProcess,
} from "../../support/arm-transports";
import { createVirtualClock } from "../../support/virtual-clock";

let arm: InProcess;
beforeEach(() => {
  arm = openInProcess();
});
afterEach(() => arm.close());

const instances = `${green}/roleInstances?api-version=2024-11-04&$expand=instanceView`;
const opened = async (over: object) => {
  await arm.close();
  arm = openInProcess(world(over));
};
const slotNow = () => arm.simulator.service("shop-green")?.slot;

test.each([
  [{ status: 429, code: "TooManyRequests", retryAfter: 17 }, "17"],
  [{ status: 429, code: "TooManyRequests" }, undefined],
  [{ status: 409, code: "Conflict" }, undefined],
  [{ status: 500, code: "InternalServerError" }, undefined],
  [
    { status: 503, code: "ServiceUnavailable", retryAfter: "Thu, 01 Jan 2026 00:01:00 GMT" },
    "Thu, 01 Jan 2026 00:01:00 GMT",
  ],
  [{ status: 503, code: "ServiceUnavailable" }, undefined],
  [{ status: 299, code: "Odd" }, undefined],
])("status %p is answered in place of the call, which has no effect", async (answer, retryAfter) => {
  arm.simulator.faults.add({ method: "PUT", answer: { kind: "status", ...answer } });
  const reply = await swap(arm, green);
  expect([reply.status, reply.body.error.code]).toEqual([answer.status, answer.code]);
  expect(reply.headers.get("retry-after")).toBe(retryAfter);
  arm.pass(60);
  expect(slotNow()).toBe("Staging");
  expect((await swap(arm, green)).status).toBe(202);
});

test("a connection breaks before the effect, or after it", async () => {
  for (const [kind, slot] of [
    ["reset-before", "Staging"],
    ["reset-after", "Production"],
  ] as const) {
    arm.simulator.faults.add({ method: "PUT", answer: { kind } });
    await expect(swap(arm, green)).rejects.toMatchObject({ code: "ECONNRESET" });
    arm.pass(2);
    expect(slotNow()).toBe(slot);
  }
  expect(
    arm.simulator.journal.entries.map(({ status, answeredAt }) => [status, answeredAt !== undefined]),
  ).toEqual([
    [null, true],
    [null, true],
  ]);
});

test("a call that hangs ends at its caller's abort, or at its timeout on the clock", async () => {
  arm.simulator.faults.add({ times: 2, answer: { kind: "hang" } });
  const ask = (client: ReturnType<typeof httpClientOf>, abortSignal?: AbortSignal) =>
    client.sendRequest(
      createPipelineRequest({ url: `${arm.endpoint}${blue}`, ...(abortSignal ? { abortSignal } : {}) }),
    );
  const controller = new AbortController();
  const aborted = ask(httpClientOf(arm.simulator), controller.signal);
  controller.abort();
  await expect(aborted).rejects.toMatchObject({ name: "AbortError" });
  await expect(ask(httpClientOf(arm.simulator), controller.signal)).rejects.toMatchObject({
    name: "AbortError",
  });
  const impatient = ask(httpClientOf(arm.simulator, { timeoutMs: () => 30_000 }));
  expect(arm.clock.nextDue).toBe(arm.clock.now() + 30_000);
  arm.pass(30);
  await expect(impatient).rejects.toMatchObject({ name: "AbortError" });
  expect(arm.simulator.journal.entries).toHaveLength(2);
  expect(arm.simulator.journal.entries[0]).not.toHaveProperty("answeredAt");
});

test("a slow reply comes late on the clock, and never to a caller who gave up", async () => {
  arm.simulator.faults.add({ times: 3, answer: { kind: "slow", delayMs: 20_000 } });
  let status: number | undefined;
  const slow = read(arm, blue).then((reply) => {
    status = reply.status;
  });
  arm.pass(19);
  await Promise.resolve();
  expect(status).toBeUndefined();
  arm.pass(1);
  await slow;
  expect(status).toBe(200);
  const impatient = httpClientOf(arm.simulator, { timeoutMs: () => 5_000 });
  const cut = impatient.sendRequest(
    createPipelineRequest({
      url: `${arm.endpoint}${slotOf(green)}`,
      method: "PUT",
      body: '{"properties":{"slotType":"Production"}}',
    }),
  );
  arm.pass(5);
  await expect(cut).rejects.toMatchObject({ name: "AbortError" });
  expect(slotNow()).toBe("Production");
});

test.each(["truncated", "malformed", "empty", "html"] as const)(
  "a %s body comes with status 200 and is no JSON",
  async (how) => {
    arm.simulator.faults.add({ answer: { kind: "damaged", how } });
    const { status, body, text, headers } = await read(arm, blue);
    expect([status, body]).toEqual([200, undefined]);
    expect(text === "").toBe(how === "empty");
    expect(headers.get("content-type")).toBe(how === "html" ? "text/html" : "application/json");
  },
);

test("an oversized body is sound JSON of so many megabytes", async () => {
  arm.simulator.faults.add({ answer: { kind: "damaged", how: "oversized", megabytes: 6 } });
  const { text, body } = await read(arm, blue);
  expect(text.length).toBeGreaterThan(6 * 1024 * 1024);
  expect(body).toMatchObject({ name: "shop-blue", properties: { provisioningState: "Succeeded" } });
});

test("any field can be missing", async () => {
  const fields = ["slotType", "roleProfile", "capacity", "statuses", "instanceView", "swappableCloudService"];
  for (const field of fields) {
    const path = ["statuses", "instanceView"].includes(field) ? instances : blue;
    expect((await read(arm, path)).text).toContain(`"${field}"`);
    arm.simulator.faults.add({ answer: { kind: "edited", remove: [field] } });
    expect((await read(arm, path)).text).not.toContain(`"${field}"`);
  }
});

test("names and values can be of another casing, or unknown", async () => {
  const rename = { slotType: "SlotType" };
  const replace = { Production: "PRODUCTION", Succeeded: "succeeded" };
  arm.simulator.faults.add({ answer: { kind: "edited", rename, replace } });
  expect((await read(arm, blue)).text).toContain('"SlotType":"PRODUCTION"');
  const codes = { "RoleState/RoleStateStarted": "RoleState/RoleStateFrobnicating" };
  arm.simulator.faults.add({ answer: { kind: "edited", replace: codes } });
  expect((await read(arm, instances)).text).toContain('"code":"RoleState/RoleStateFrobnicating"');
});

test("a next page can be on another host", async () => {
  const set = { nextLink: "https://other.example/page" };
  arm.simulator.faults.add({ url: "roleInstances", answer: { kind: "edited", set } });
  expect(nextLink(await read(arm, instances))).toBe("https://other.example/page");
});

test("a fault strikes the calls it matches, after some, so often, and only in its time", async () => {
  const answer = { kind: "status", status: 503 } as const;
  const statuses = async (count: number, path = blue) => {
    const found: number[] = [];
    for (let i = 0; i < count; i++) found.push((await read(arm, path)).status);
    return found;
  };
  arm.simulator.faults.add({ url: "SHOP-BLUE", skip: 1, times: 2, answer });
  expect(await statuses(2, green)).toEqual([200, 200]);
  expect(await statuses(4)).toEqual([200, 503, 503, 200]);
  arm.simulator.faults.add({ from: 10, until: 20, times: 100, answer });
  expect(await statuses(1)).toEqual([200]);
  arm.pass(10);
  expect(await statuses(2)).toEqual([503, 503]);
  arm.pass(10);
  expect(await statuses(1)).toEqual([200]);
  arm.simulator.faults.add({ times: 100, answer });
  arm.simulator.faults.clear();
  expect(await statuses(1)).toEqual([200]);
});

test("chances are drawn from the scenario's seed: the same again for the same seed", async () => {
  const drawn = async (seed: number) => {
    await opened({
      seed,
      faults: [{ method: "GET", times: 1_000, chance: 0.5, answer: { kind: "status", status: 503 } }],
    });
    const found: number[] = [];
    for (let i = 0; i < 40; i++) found.push((await read(arm, blue)).status);
    return found;
  };
  const first = await drawn(7);
  expect(new Set(first)).toEqual(new Set([200, 503]));
  expect(await drawn(7)).toEqual(first);
  expect(await drawn(8)).not.toEqual(first);
});

test("a policy is asked for every call before the faults that were added", async () => {
  await arm.close();
  arm = openInProcess(world(), ({ method, url, body }) =>
    method === "PUT" && url.includes("shop-green") && body.includes("Production")
      ? { kind: "status", status: 418, code: "Policy" }
      : undefined,
  );
  expect((await swap(arm, green)).status).toBe(418);
  expect((await swap(arm, green, "Staging")).status).toBe(202);
  expect((await read(arm, blue)).status).toBe(200);
});

test("takes faults over the wire, reports every mistake, and breaks broken sockets", async () => {
  const server = await startResourceManager({ scenario: world(), clock: createVirtualClock() });
  const post = async (path: string, body: unknown) => {
    const reply = await fetch(`${server.endpoint}/control/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    return { status: reply.status, text: await reply.text() };
  };
  const wrong = await post("faults", { times: 0, colour: "red", answer: { kind: "status", status: 9 } });
  expect(wrong.status).toBe(400);
  for (const issue of ["times", "answer.status", "colour"]) expect(wrong.text).toContain(issue);
  const misfit = await post("service-faults", { kind: "scale", service: 1, capacity: -1 });
  expect(misfit.status).toBe(400);
  for (const issue of ["service", "role", "capacity"]) expect(misfit.text).toContain(issue);
  for (const misplaced of [
    { kind: "deleted", service: "none" },
    { kind: "healing", service: "shop-blue", instance: "none" },
    { kind: "scale", service: "shop-blue", role: "none", capacity: 1 },
  ])
    expect(await post("service-faults", misplaced)).toMatchObject({
      status: 404,
      text: expect.stringContaining("none"),
    });
  expect((await post("service-faults", { kind: "deleted", service: "shop-blue" })).status).toBe(200);
  const get = () => fetch(`${server.endpoint}${green}?api-version=2024-11-04`);
  expect((await post("faults", { answer: { kind: "reset-before" } })).status).toBe(200);
  await expect(get()).rejects.toThrow("fetch failed");
  expect((await get()).status).toBe(200);
  await server.stop();
});

test("over a socket a slow reply comes on time by the clock, and a hanging one never", async () => {
  const clock = createVirtualClock();
  const faults = [{ answer: { kind: "slow", delayMs: 20_000 } }, { answer: { kind: "hang" } }];
  const server = await startResourceManager({ scenario: world({ faults }), clock });
  const seen = async (calls: number) => {
    while (((await (await fetch(server.journalUrl)).json()) as unknown[]).length < calls);
  };
  const url = `${server.endpoint}${green}?api-version=2024-11-04`;
  const slow = fetch(url);
  await seen(1);
  clock.advanceTo(clock.now() + 20_000);
  expect((await slow).status).toBe(200);
  const controller = new AbortController();
  const hanging = fetch(url, { signal: controller.signal });
  await seen(2);
  clock.advanceTo(clock.now() + 3_600_000);
  controller.abort();
  await expect(hanging).rejects.toThrow("aborted");
  await server.stop();
});

test("reports every mistake of a scenario's faults at once, unknown services too", () => {
  expect(() =>
    openInProcess(world({ faults: [{ answer: { kind: "no" } }], serviceFaults: [{ kind: "no" }] })),
  ).toThrow(/faults\.0[\s\S]*serviceFaults\.0/);
  expect(() => openInProcess(world({ serviceFaults: [{ kind: "deleted", service: "none" }] }))).toThrow(
    /none/,
  );
});
