import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createOutbound, type OutboundRules } from "../../../src/adapters/outbound";

const limits = { timeoutMs: 5_000, maxBytes: 1_000 };
let server: Server | undefined;
let calls: string[] = [];

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  calls = [];
});

async function serve(listener: RequestListener): Promise<string> {
  const listening = createServer((request, response) => {
    calls.push(`${request.method ?? ""} ${request.url ?? ""}`);
    listener(request, response);
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

function outboundTo(origin: string, more: Partial<OutboundRules> = {}) {
  return createOutbound({ allow: [origin], loopback: true, ...more });
}

describe("outbound HTTP", () => {
  it("answers with status, headers and body", async () => {
    const origin = await serve((_request, response) => {
      response.writeHead(418, { "x-version": "2.1" }).end("short and stout");
    });
    const reply = await outboundTo(origin).get(`${origin}/a?b=c`, limits);
    expect(reply).toMatchObject({ kind: "reply", status: 418, body: "short and stout" });
    expect(reply.kind === "reply" && reply.headers["x-version"]).toBe("2.1");
    expect(calls).toEqual(["GET /a?b=c"]);
  });

  it("asks nothing that is not listed: other hosts, ports and schemes", async () => {
    const origin = await serve((_request, response) => response.end());
    const outbound = outboundTo(origin);
    for (const url of [
      origin.replace("http:", "https:"),
      "http://127.0.0.1:1/",
      "https://example.org/",
      "x",
      "",
    ]) {
      await expect(outbound.get(url, limits)).resolves.toEqual({
        kind: "error",
        detail: "the address is not configured",
      });
    }
    expect(calls).toEqual([]);
  });

  it("hands a redirect back instead of following it", async () => {
    const origin = await serve((_request, response) =>
      response.writeHead(302, { location: "/elsewhere" }).end(),
    );
    expect(await outboundTo(origin).get(`${origin}/`, limits)).toMatchObject({ kind: "reply", status: 302 });
    expect(calls).toEqual(["GET /"]);
  });

  it("asks no loopback host where that is not allowed, be it named or by address", async () => {
    const origin = await serve((_request, response) => response.end());
    const refused = { kind: "error", detail: "the host is this machine" };
    expect(await outboundTo(origin, { loopback: false }).get(origin, limits)).toEqual(refused);
    const named = origin.replace("127.0.0.1", "localhost");
    expect(await outboundTo(named, { loopback: false }).get(named, limits)).toEqual(refused);
    expect(await outboundTo(named).get(named, limits)).toMatchObject({ kind: "reply" });
    expect(calls).toEqual(["GET /"]);
  });

  it.each([
    ["127.0.0.1", "this machine"],
    ["::1", "this machine"],
    ["::ffff:127.0.0.1", "this machine"],
    ["10.0.0.7", "private"],
    ["fd12::1", "private"],
    ["169.254.169.254", "metadata"],
    ["168.63.129.16", "metadata"],
    ["::ffff:169.254.169.254", "metadata"],
  ])("does not connect to a name that leads to %s", async (address, why) => {
    const origin = await serve((_request, response) => response.end());
    const named = origin.replace("127.0.0.1", "calendar.example.org");
    const family = address.includes(":") ? 6 : 4;
    const outbound = outboundTo(named, {
      resolve: (_host, _options, done) => {
        done(null, [
          { address: "93.184.216.34", family: 4 },
          { address, family },
        ]);
      },
    });
    const reply = await outbound.get(named, limits);
    expect(reply).toEqual({ kind: "error", detail: expect.stringContaining(why) as string });
    expect(calls).toEqual([]);
  });

  it("describes an unknown name and a silent host without naming them", async () => {
    const secret = "http://secret-name.example.org:9";
    const lost = outboundTo(secret, {
      resolve: (_host, _options, done) => {
        done(Object.assign(new Error("getaddrinfo secret-name.example.org"), { code: "ENOTFOUND" }), []);
      },
    });
    expect(await lost.get(`${secret}/token`, limits)).toEqual({
      kind: "error",
      detail: "the request failed (ENOTFOUND)",
    });
    const origin = await serve((request) => request.socket.destroy());
    const reply = await outboundTo(origin).get(`${origin}/token`, limits);
    expect(reply).toEqual({ kind: "error", detail: "the request failed (ECONNRESET)" });
  });

  it("gives up a reply that is too large, although the host promised less", async () => {
    const origin = await serve((_request, response) => {
      response.write("x".repeat(900));
      response.end("x".repeat(900));
    });
    expect(await outboundTo(origin).get(origin, limits)).toEqual({
      kind: "error",
      detail: "the reply has more than 1000 bytes",
    });
  });

  it("gives up in time when the host stops in the middle of its reply", async () => {
    const origin = await serve((_request, response) => response.write("never the end"));
    expect(await outboundTo(origin).get(origin, { ...limits, timeoutMs: 50 })).toEqual({
      kind: "error",
      detail: "no complete reply within 50 ms",
    });
  });

  it("gives up in time when the name is never resolved", async () => {
    const slow = outboundTo("https://slow.example.org", { resolve: () => undefined });
    expect(await slow.get("https://slow.example.org", { ...limits, timeoutMs: 50 })).toMatchObject({
      kind: "error",
    });
  });
});
