import { connect } from "node:net";
import { app } from "@azure/functions";
import { startDurableApp, type DurableApp } from "../../support/durable-app";

let running: DurableApp;
beforeAll(async () => {
  running = await startDurableApp({
    register: () => {
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
      app.http("thrower", { handler: () => Promise.reject(new Error("the reason")) });
    },
  });
});
afterAll(() => running.stop());

test("every cookie of a reply has its own line, written as the recorded host does", async () => {
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

test("why a handler threw stands in the log, since the caller gets an empty 500", async () => {
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
