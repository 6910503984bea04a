import type { HttpRequest, InvocationContext } from "@azure/functions";
import { createScheduleTimes } from "../../../../src/adapters/schedules";
import type { Permission } from "../../../../src/ports/identity";
import { httpRoutes } from "../../../../src/triggers/http/routes";
import { createFakePorts, type FakePorts } from "../../../support/fake-ports";
import { aPolicy, aRequest, SHOP } from "../../../support/observations";

const reading = {
  plan: () => Promise.reject(new Error("x")),
  describe: () => Promise.reject(new Error("x")),
};

function ports(): FakePorts {
  const fake = createFakePorts([aPolicy({ timeZone: "Europe/Berlin" })]);
  fake.scheduled = createScheduleTimes([
    {
      ...{ pair: "shop", name: "weekly", cron: "0 2 * * TUE", zone: "Europe/Berlin" },
      ...{ promote: "green" as const, reason: "the weekly release", expiresAfterMs: 1_800_000 },
    },
  ]);
  return fake;
}

async function call(
  fake: FakePorts,
  name: string,
  note?: string,
  permissions: readonly Permission[] = ["Swap.Read", "Swap.Operate"],
  schedule = "weekly",
) {
  const caller = { oid: "o-1", name: "Olga", application: false, permissions, roles: [] };
  const verifier = { verify: () => Promise.resolve({ caller }) };
  const route = httpRoutes({ portsFor: () => fake, verifier }, reading).find((r) => r.name === name)!;
  const request = {
    url: "http://127.0.0.1/api/schedules",
    params: { pair: "shop", name: schedule },
    query: new URLSearchParams(),
    headers: new Headers({ authorization: "x", "content-type": "application/json" }),
    arrayBuffer: () => Promise.resolve(Buffer.from(note === undefined ? "" : JSON.stringify({ note }))),
  } as unknown as HttpRequest;
  const reply = await route.handler(request, {
    invocationId: "i",
    error: () => undefined,
  } as unknown as InvocationContext);
  return { status: reply.status, body: JSON.parse(reply.body as string) as Record<string, unknown> };
}

test("lists the next five runs, and the last one with its outcome", async () => {
  const fake = ports();
  const requestId = "schedule-shop-20251230T010000Z";
  const at = Date.parse("2025-12-30T01:00:00Z");
  const request = aRequest({ requestId });
  await fake.register({
    requestId,
    contentHash: "h",
    request,
    origin: { channel: "schedule" },
    at,
  });
  await fake.schedules.signal(SHOP, { kind: "started", times: "0 2 * * TUE Europe/Berlin", requestId, at });
  const { body } = await call(fake, "listSchedules");
  expect(body).toMatchObject({
    value: [
      {
        pair: "shop",
        name: "weekly",
        nextRuns: ["06", "13", "20", "27"]
          .map((day) => ({
            utc: `2026-01-${day}T01:00:00.000Z`,
            local: `2026-01-${day} 02:00:00 Europe/Berlin`,
          }))
          .concat([{ utc: "2026-02-03T01:00:00.000Z", local: "2026-02-03 02:00:00 Europe/Berlin" }]),
        lastRun: { id: requestId, phase: "accepted" },
      },
    ],
  });
});

test("a pause and a resume are read back, with who and why", async () => {
  const fake = ports();
  const paused = await call(fake, "pauseSchedule", "incident 12");
  expect(paused).toMatchObject({ status: 200, body: { paused: { by: "Olga", note: "incident 12" } } });
  const resumed = await call(fake, "resumeSchedule", "over");
  expect(resumed.status).toBe(200);
  expect(resumed.body).not.toHaveProperty("paused");
});

test("a pause with another note is refused; a repeated pause or resume changes nothing", async () => {
  const fake = ports();
  const described: string[] = [];
  jest.spyOn(fake.log, "info").mockImplementation((message) => void described.push(message));
  await call(fake, "pauseSchedule", "incident 12");
  const other = await call(fake, "pauseSchedule", "incident 13");
  expect(other).toMatchObject({ status: 409, body: { code: "pause-differs" } });
  expect(other.body["detail"]).toContain("Olga: incident 12");
  const long = "incident 12".padEnd(200, ".");
  expect((await call(fake, "pauseSchedule", `${long}a`)).status).toBe(409);
  const again = await call(fake, "pauseSchedule", "incident 12");
  expect(again).toMatchObject({ status: 200, body: { paused: { by: "Olga", note: "incident 12" } } });
  expect(described).toEqual(["a schedule was paused"]);
  expect((await call(fake, "resumeSchedule", "over")).status).toBe(200);
  expect((await call(fake, "resumeSchedule", "over")).status).toBe(200);
  expect(described).toEqual(["a schedule was paused", "a schedule was resumed"]);
});

test("a pause needs a note, a permission, and a schedule that exists", async () => {
  const fake = ports();
  expect(await call(fake, "pauseSchedule")).toMatchObject({ status: 400, body: { code: "note-required" } });
  expect(await call(fake, "pauseSchedule", "n", ["Swap.Read", "Swap.Request"])).toMatchObject({
    status: 403,
  });
  expect(await call(fake, "pauseSchedule", "n", ["Swap.Operate"], "none")).toMatchObject({ status: 404 });
});
