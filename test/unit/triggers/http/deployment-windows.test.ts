import type { HttpRequest, InvocationContext } from "@azure/functions";
import { reason } from "../../../../src/domain/kernel/reason-codes";
import { httpRoutes } from "../../../../src/triggers/http/routes";
import { aDeploymentWindow, deploymentWindowsOf } from "../../../support/deployment-windows";
import { createFakePorts, type FakePorts } from "../../../support/fake-ports";
import { aPolicy, SHOP } from "../../../support/observations";

const caller = {
  oid: "o-1",
  name: "Ada",
  application: false,
  permissions: ["Swap.Read"] as const,
  roles: [],
};
const silent = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  alert: () => undefined,
};
const reading = {
  plan: () => Promise.resolve({ kind: "unchanged", detail: "held" } as never),
  describe: () => Promise.reject(new Error("x")),
};

/** A pair whose window is every day from 02:00 to 03:00 in Berlin. */
function ports(): FakePorts {
  const fake = createFakePorts([aPolicy({ timeZone: "Europe/Berlin" })]);
  const window = { cron: "0 2 * * *", durationMs: 3_600_000, zone: "Europe/Berlin" };
  const rules = new Map([["shop", aDeploymentWindow({ allow: [window] })]]);
  return Object.assign(fake, {
    deploymentWindows: deploymentWindowsOf(fake.policies, fake.clock, rules)(silent),
  });
}

async function call(fake: FakePorts, name: string, query: string, body = "") {
  const verifier = { verify: () => Promise.resolve({ caller }) };
  const route = httpRoutes({ portsFor: () => fake, verifier }, reading).find((r) => r.name === name)!;
  const request = {
    params: { name: "shop" },
    query: new URLSearchParams(query),
    headers: new Headers({ authorization: "x", "content-type": "application/json" }),
    arrayBuffer: () => Promise.resolve(Buffer.from(body)),
  } as unknown as HttpRequest;
  const reply = await route.handler(request, {
    invocationId: "i",
    error: () => undefined,
  } as unknown as InvocationContext);
  return { status: reply.status, body: JSON.parse(reply.body as string) as Record<string, unknown> };
}

test("reports whether a pair is open at a time, why not, and when next, in both zones", async () => {
  const fake = ports();
  const night = new Date(fake.clock.now() + 86_400_000).toISOString().slice(0, 10);
  const { body } = await call(fake, "getWindow", `at=${night}T12:00:00%2B01:00`);
  expect(body).toMatchObject({
    pair: "shop",
    timeZone: "Europe/Berlin",
    at: { utc: `${night}T11:00:00.000Z` },
    open: false,
    reasons: [{ code: "outside-window" }],
    nextOpensAt: { local: expect.stringMatching(/ 02:00:00 Europe\/Berlin$/) as string },
  });
  const open = await call(fake, "getWindow", `at=${night}T02:30:00%2B01:00`);
  expect(open.body).toMatchObject({
    open: true,
    closesAt: { local: expect.stringContaining("03:00:00") as string },
  });
});

test("the reasons include holds", async () => {
  const fake = ports();
  await fake.pairs.signal(SHOP, {
    kind: "hold",
    hold: { id: "h", at: 1, reason: reason("on-hold", "stop") },
  });
  const { body } = await call(fake, "getWindow", "");
  expect(body["reasons"]).toContainEqual({ code: "on-hold", detail: "on-hold: stop" });
});

test("a plan reports the window at the requested time, with the request's own bounds", async () => {
  const fake = ports();
  const night = new Date(fake.clock.now() + 86_400_000).toISOString().slice(0, 10);
  const asked = { pair: "shop", promote: "green", notBefore: `${night}T02:40:00+01:00` };
  const { body } = await call(fake, "postPlan", `at=${night}T02:30:00%2B01:00`, JSON.stringify(asked));
  expect(body).toMatchObject({
    verdict: "unchanged",
    window: {
      open: false,
      reasons: [{ code: "not-before" }],
      nextOpensAt: { utc: `${night}T01:40:00.000Z` },
    },
  });
});

test.each(["at=tomorrow", "at=2026-11-24T02:30:00", "at=1999-01-01T00:00:00Z", "at=2999-01-01T00:00:00Z"])(
  "%s is no time that can be asked for",
  async (query) => {
    expect(await call(ports(), "getWindow", query)).toMatchObject({
      status: 400,
      body: { code: "invalid-query" },
    });
  },
);
