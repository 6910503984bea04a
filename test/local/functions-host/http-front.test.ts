import { connect } from "node:net";
import { app } from "@azure/functions";
import { startDurableApp, type DurableApp } from "../../support/durable-app";

let running: DurableApp;
beforeAll(async () => {
  running = await startDurableApp({
    register: () => {
      app.http("echo", {
        route: "items/{id:int?}",
        methods: ["GET", "POST"],
        handler: async (request) => ({
          jsonBody: {
            id: request.params["id"] ?? null,
            q: request.query.get("q"),
            body: await request.text(),
          },
        }),
      });
      app.http("rest", {
        route: "files/{*path}",
        handler: (request) => ({ body: request.params["path"] ?? "none" }),
      });
      app.http("aardvark", { route: "zoo/{animal}", handler: () => ({ body: "any" }) });
      app.http("zebra", { route: "zoo/zebra", handler: () => ({ body: "zebra" }) });
      app.http("zz", { route: "zoo/{*path}", methods: ["GET", "DELETE"], handler: () => ({ body: "zz" }) });
      app.http("thrower", { handler: () => Promise.reject(new Error("the reason")) });
      app.http("cookies", {
        handler: () => ({
          body: "c",
          cookies: [
            { name: "a", value: "b", maxAge: 60, path: "/", sameSite: "Lax", httpOnly: true },
            { name: "second", value: "two words", secure: true },
          ],
        }),
      });
      app.http("impossible", { handler: () => ({ status: 1234 }) });
      app.http("silent", { handler: () => undefined as never });
      app.http("keyed", { authLevel: "function", handler: () => ({ body: "x" }) });
      app.http("hidden", { route: "admin/x", handler: () => ({ body: "x" }) });
    },
  });
});
afterAll(() => running.stop());

const rows: readonly [string, string, number, unknown][] = [
  ["GET", "/api/items/7?q=1&q=2", 200, { id: "7", q: "1,2", body: "" }],
  ["POST", "/API/Items/", 200, { id: null, q: null, body: "hello" }],
  ["GET", "/api/items/seven", 404, ""],
  ["DELETE", "/api/items/7", 404, ""],
  ["GET", "/api/files/a/b%2Fc%20d", 200, "a/b%2Fc d"],
  // In the order of names, as the real host asks: the one that fits best may never be asked.
  ["GET", "/api/zoo/zebra", 200, "any"],
  ["DELETE", "/api/zoo/zebra", 200, "zz"],
  ["GET", "/api/zoo/a/b", 200, "zz"],
  ["GET", "/api/thrower", 500, ""],
  ["GET", "/api/silent", 204, ""],
  ["GET", "/api/keyed", 401, ""],
  ["GET", "/api/admin/x", 404, ""],
  ["GET", "/elsewhere", 404, ""],
];

test.each(rows)("%s %s answers %d", async (method, path, status, expected) => {
  const reply = await fetch(`${running.host.origin}${path}`, {
    method,
    ...(method === "POST" ? { body: "hello" } : {}),
  });
  const text = await reply.text();
  expect(reply.status).toBe(status);
  expect(typeof expected === "string" ? text : JSON.parse(text)).toEqual(expected);
});

test("the durable webhooks ask for their key", async () => {
  expect((await fetch(`${running.host.origin}/runtime/webhooks/durabletask/instances/`)).status).toBe(401);
});

test("a second host in one process is refused: the library has one registry", async () => {
  await expect(startDurableApp({})).rejects.toThrow(/one per process/);
});

test("every cookie of a reply has its own header line, as on the recorded host", async () => {
  const reply = await fetch(`${running.host.origin}/api/cookies`);
  expect(reply.headers.getSetCookie()).toEqual([
    "a=b; max-age=60; path=/; samesite=lax; httponly",
    "second=two%20words; secure",
  ]);
});

test("a status that HTTP cannot carry answers with an empty 500 and the host lives on", async () => {
  const reply = await fetch(`${running.host.origin}/api/impossible`);
  expect([reply.status, await reply.text()]).toEqual([500, ""]);
  expect((await fetch(`${running.host.origin}/api/cookies`)).status).toBe(200);
});

test("the log has a handler's error, since the caller gets an empty 500", async () => {
  await fetch(`${running.host.origin}/api/thrower`);
  expect(running.logged.join("\n")).toContain("the reason");
});

test("a path that begins with two slashes is not read as another host", async () => {
  expect(await raw("GET //api/cookies HTTP/1.1\r\nHost: x\r\n")).toMatch(/^HTTP\/1.1 404/);
});

test("a Host header that is no host is answered with 400", async () => {
  expect(await raw("GET /api/cookies HTTP/1.1\r\nHost: a b\r\n")).toMatch(/^HTTP\/1.1 400/);
});

function raw(head: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(running.host.origin).port), "127.0.0.1", () => {
      socket.write(`${head}Connection: close\r\n\r\n`);
    });
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.on("end", () => {
      resolve(text);
    });
    socket.on("error", reject);
  });
}
