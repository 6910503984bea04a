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
      app.http("thrower", { handler: () => Promise.reject(new Error("no")) });
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

test("a second host in one process is refused, since the library's registry is one per process", async () => {
  await expect(startDurableApp({})).rejects.toThrow(/one per process/);
});
