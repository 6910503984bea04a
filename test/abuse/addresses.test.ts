import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createCalendarSources } from "../../src/adapters/deployment-windows/calendar-sources";
import { createOutbound, type OutboundRules } from "../../src/adapters/outbound";
import { createProber, probeOrigins } from "../../src/adapters/prober";
import { parseConfig } from "../../src/config/config";
import { aPolicy } from "../support/observations";
import { startScenario } from "../support/scenario";

/** Abuse of configured addresses and of addresses in replies: rows 7, 11 and 12 of the abuse cases. */
let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});

/** A server on loopback that counts its connections. */
async function listen(listener: RequestListener) {
  const seen = { connections: 0, port: 0 };
  const server = createServer(listener).on("connection", () => seen.connections++);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  seen.port = (server.address() as AddressInfo).port;
  return seen;
}

/** Calls a configured address in both ways: as a probe and as a calendar. */
async function ask(url: string, rules: Partial<OutboundRules> = {}) {
  const probe = { name: "front", url, timeoutMs: 1_000 };
  const probes = [probe] as unknown as NonNullable<ReturnType<typeof aPolicy>["probes"]>;
  const client = createOutbound({ allow: probeOrigins([aPolicy({ probes })]), loopback: false, ...rules });
  return [
    await createProber(client).ask(url, 1_000),
    await createCalendarSources(client).fetch(url),
  ] as const;
}

test("7. the app does not start without a token issuer and audience", () => {
  const pair = (name: string) =>
    `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/cloudServices/${name}`;
  const file = JSON.stringify({ pairs: { shop: { blue: pair("a"), green: pair("b") } } });
  const env = {
    PAIRS_FILE: "pairs.json",
    ServiceBusConnection__fullyQualifiedNamespace: "shop.servicebus.windows.net",
    WEBSITE_AUTH_ENABLED: "False",
  };
  const parsed = parseConfig(env, () => file);
  expect(parsed.ok ? [] : parsed.issues.map(({ path }) => path)).toEqual(["TOKEN_ISSUER", "TOKEN_AUDIENCE"]);
});

test.each([
  "http://169.254.169.254/metadata/identity/oauth2/token",
  "http://2852039166/metadata/instance",
  "http://0xa9fea9fe/",
  "http://[::ffff:169.254.169.254]/",
  "http://[::ffff:0:169.254.169.254]/",
  "http://[64:ff9b::169.254.169.254]/",
  "http://[2002:a9fe:a9fe::1]/",
  "http://[2606:2800::5efe:169.254.169.254]/",
  "http://[fe80::1]/",
  "http://169.254.129.2:8081/msi/token",
  "http://168.63.129.16/machine?comp=goalstate",
])("11. probes and calendars never call %s, a metadata or identity address", async (url) => {
  const [probe, calendar] = await ask(url);
  const refused = "the host is a link-local, metadata, NAT64 or 6to4 address";
  expect([probe, calendar]).toEqual([
    { kind: "none", detail: refused },
    { kind: "error", detail: refused },
  ]);
});

test.each([
  "127.0.0.1",
  "localhost",
  "2130706433",
  "0x7f.1",
  "127.1",
  "[::1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:0:127.0.0.1]",
  "0.0.0.0",
  "[::]",
])("11. in Azure nothing connects to %s at a port of the host", async (host) => {
  const seen = await listen((_request, response) => response.end("x"));
  const [probe, calendar] = await ask(`http://${host}:${seen.port}/admin/host/status`);
  const refused = "the host is this machine";
  expect([probe, calendar, seen.connections]).toEqual([
    { kind: "none", detail: refused },
    { kind: "error", detail: refused },
    0,
  ]);
});

test("11. a redirect is not followed: its target gets no connection", async () => {
  const target = await listen((_request, response) => response.end("secret"));
  const location = `http://127.0.0.1:${target.port}/`;
  const asked = await listen((_request, response) => response.writeHead(302, { location }).end());
  const [probe, calendar] = await ask(`http://127.0.0.1:${asked.port}/`, { loopback: true });
  expect(probe).toMatchObject({ kind: "answered", status: 302 });
  expect(calendar).toEqual({ kind: "error", detail: "the host answered 302" });
  expect([asked.connections, target.connections]).toEqual([2, 0]);
});

test("11. a name that later resolves to a blocked address is refused on next connect", async () => {
  const seen = await listen((_request, response) => response.end("x"));
  const addresses = ["127.0.0.1", "169.254.169.254"];
  const [probe, calendar] = await ask(`http://shop.localhost:${seen.port}/`, {
    loopback: true,
    resolve: (_host, _options, done) => {
      done(null, [{ address: addresses.shift() ?? "", family: 4 }]);
    },
  });
  expect(probe).toMatchObject({ kind: "answered", status: 200 });
  expect(calendar).toEqual({
    kind: "error",
    detail: "the host is a link-local, metadata, NAT64 or 6to4 address",
  });
  expect(seen.connections).toBe(1);
});

test.each(["azure-asyncoperation", "location"] as const)(
  "12. an operation URL on another host in %s is not followed; reads prove the swap",
  async (headers) => {
    const scenario = await startScenario();
    const origin = "https://other.example";
    scenario.arm.faults.add({ method: "PUT", answer: { kind: "operation", headers, origin } });
    const id = await scenario.request();
    await scenario.advance({ minutes: 30 });
    const { entries } = scenario.arm.journal;
    const put = entries.findIndex(({ method }) => method === "PUT");
    const after = entries.slice(put + 1).map(({ url }) => url);
    expect([scenario.outcomeOf(id), scenario.effects()]).toEqual(["promoted", 1]);
    expect(after.filter((url) => /operation/i.test(url))).toEqual([]);
    await scenario.stop();
  },
);
