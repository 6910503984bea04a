import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { runProbes } from "../../../src/activities/run-probes";
import { createOutbound } from "../../../src/adapters/outbound";
import { createProber, probeOrigins } from "../../../src/adapters/prober";
import { type Probe, judgeProbe } from "../../../src/domain/cloud-service/probe";
import { createFakePorts } from "../../support/fake-ports";
import { aPolicy } from "../../support/observations";

const server = createServer((request, response) => {
  if (request.url === "/hangs") return;
  if (request.url === "/moved") response.writeHead(302, { location: "/health" }).end();
  else if (request.url === "/long") response.writeHead(200).end("x".repeat(70_000));
  else response.writeHead(200, { "X-Version": "v2" }).end('{"status":"ok","token":"secret"}');
});
let origin = "";
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  return new Promise((done) => server.close(done));
});

const proberOf = (...allow: string[]) => createProber(createOutbound({ allow, loopback: true }));

test("an answer has its status, lower-case headers, body and duration", async () => {
  expect(await proberOf(origin).ask(`${origin}/health`, 2_000)).toMatchObject({
    kind: "answered",
    status: 200,
    headers: { "x-version": "v2" },
    body: expect.stringContaining("ok"),
    latencyMs: expect.any(Number),
  });
});

test("a redirect is an answer, and not followed", async () => {
  expect(await proberOf(origin).ask(`${origin}/moved`, 2_000)).toMatchObject({
    kind: "answered",
    status: 302,
  });
});

test.each([
  ["hangs", "/hangs", 50],
  ["is longer than 64 KiB", "/long", 2_000],
])("what %s is not measured", async (_what, path, timeoutMs) => {
  expect(await proberOf(origin).ask(`${origin}${path}`, timeoutMs)).toMatchObject({ kind: "none" });
});

test("an address that is not configured gets no request and is not named", async () => {
  const answer = await proberOf("http://127.0.0.1:1").ask(`${origin}/health?sig=secret`, 2_000);
  expect(answer).toEqual({ kind: "none", detail: "the address is not configured" });
});

const probe: Probe = { name: "home", url: "https://shop.example/a?b=1", expect: {}, timeoutMs: 2_000 };

test("the door lets through the origins of every probe of every pair, and no others", () => {
  const both = { ...probe, incomingUrl: "http://10.0.0.4:8080/x" };
  expect(probeOrigins([aPolicy(), aPolicy({ probes: [probe, both] }), aPolicy({ probes: [probe] })])).toEqual(
    ["https://shop.example", "http://10.0.0.4:8080"],
  );
});

test("probes ask production or staging, and their results hold no body and no address", async () => {
  const ports = { ...createFakePorts(), prober: proberOf(origin) };
  const expectation = { json: { path: "$.status", equals: "up" } };
  const probes: Probe[] = [
    { ...probe, url: `${origin}/health?code=secret`, expect: expectation },
    { ...probe, name: "other", url: `${origin}/moved`, incomingUrl: `${origin}/health?code=secret` },
  ];
  const production = await runProbes({ probes, at: "production" }, ports);
  const staging = await runProbes({ probes, at: "staging" }, ports);
  expect(production).toEqual([
    { name: "home", verdict: "failure", detail: '$.status is "ok", not "up"' },
    { name: "other", verdict: "failure", detail: "status is 302, not 2xx" },
  ]);
  expect(staging).toMatchObject([{ name: "other", verdict: "pass" }]);
  expect(JSON.stringify([production, staging])).not.toMatch(/secret|127\.0\.0\.1/);
});

/** Others write tags, names and messages; verdicts, plans and questions show them. */
const hostile = "v2\r\n\u001b[31m\u202e\u200bx";

test("the detail of a probe is cleaned", () => {
  const header = { name: "x-version", equals: "v3" };
  const answer = {
    kind: "answered",
    status: 200,
    headers: { "x-version": hostile },
    body: "",
    latencyMs: 1,
  } as const;
  const { detail } = judgeProbe({ name: "p", expect: { header } }, answer);
  expect(detail).not.toMatch(/\p{Cc}|\p{Bidi_C}|\u200b/u);
  expect(detail).toContain("\ufffd");
});
