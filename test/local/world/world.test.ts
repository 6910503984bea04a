import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ServiceBusClient } from "@azure/service-bus";

interface World {
  readonly http: string;
  readonly tokens: Record<"requester" | "approver" | "operator" | "reader", string>;
  readonly serviceBusConnectionString: string;
  readonly requestQueue: string;
  readonly eventTopic: string;
  readonly eventSubscription: string;
  readonly journal: string;
  readonly pairs: readonly { name: string; production: string; blue: string; green: string }[];
  readonly pid: number;
}

interface Event {
  readonly id: string;
  readonly type: string;
  readonly data: {
    requestId: string | null;
    outcome?: string;
    reason: { code: string };
    issues?: { path: string }[];
  };
}

const dataDirectory = mkdtempSync(join(tmpdir(), "world-test-"));
const script = join(__dirname, "../../../dist/local/world/start.js");
let child: ChildProcess;
let world: World;
let lines: string[] = [];

async function start(...more: string[]): Promise<void> {
  lines = [];
  child = spawn(
    process.execPath,
    [script, "--json", "--data", dataDirectory, "--speed", "10", "--scenario", "calm", ...more],
    {
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  world = await new Promise<World>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on("line", (line) => {
      lines.push(line);
      resolve(JSON.parse(line) as World);
    });
    child.once("exit", (code) => {
      reject(new Error(`the world ended with ${String(code)}`));
    });
  });
}

async function end(signal: NodeJS.Signals): Promise<number> {
  const at = Date.now();
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await gone;
  return Date.now() - at;
}

async function until<T>(
  what: string,
  check: () => Promise<T | undefined> | T | undefined,
  ms = 60_000,
): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end;) {
    const seen = await check();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not happen`);
}

async function send(body: unknown): Promise<void> {
  const client = new ServiceBusClient(world.serviceBusConnectionString);
  await client.createSender(world.requestQueue).sendMessages({ body });
  await client.close();
}

/** An unmodified Service Bus client, as in another process. */
async function withBus<T>(
  use: (bus: { send: (body: unknown) => Promise<void>; events: Event[] }) => Promise<T>,
): Promise<T> {
  const client = new ServiceBusClient(world.serviceBusConnectionString, {
    retryOptions: { timeoutInMs: 2_000 },
  });
  const events: Event[] = [];
  client
    .createReceiver(world.eventTopic, world.eventSubscription, { maxAutoLockRenewalDurationInMs: 0 })
    .subscribe({
      processMessage: (message) => {
        // The SDK parses JSON bodies.
        events.push(message.body as Event);
        return Promise.resolve();
      },
      processError: () => Promise.resolve(),
    });
  try {
    return await use({
      send: (body) => client.createSender(world.requestQueue).sendMessages({ body }),
      events,
    });
  } finally {
    await client.close();
  }
}

const completion = (events: Event[], requestId: string) =>
  events.find((e) => e.type === "cloud-service-swap.promotion.completed" && e.data.requestId === requestId);
const journal = async () =>
  (await (await fetch(world.journal)).json()) as { method: string; effect: string | null }[];
const api = (path: string, person: keyof World["tokens"] | undefined, init: RequestInit = {}) =>
  fetch(`${world.http}/api/${path}`, {
    ...init,
    headers: {
      "content-type": "application/json",
      ...(person ? { authorization: `Bearer ${world.tokens[person]}` } : {}),
    },
  });

jest.setTimeout(120_000);
beforeAll(() => start());
afterAll(async () => {
  if (child.exitCode === null && child.signalCode === null) await end("SIGKILL");
});

test("a queued request survives kill -9 during the promotion: one effect, one event", async () => {
  const first = world.pairs[0]!;
  await send({ requestId: "w-1", pair: "shop", promote: "green", reason: "x", requestedBy: "y" });
  await until("the PUT", async () =>
    (await journal()).some((line) => line.method === "PUT") ? true : undefined,
  );
  await end("SIGKILL");
  await start();
  expect(world.pairs[0]).toEqual(first);
  const event = await withBus(({ events }) => until("the completion event", () => completion(events, "w-1")));
  expect(event.data.outcome).toBe("promoted");
  const lines = await journal();
  expect(lines.filter((line) => line.effect === "swapped")).toHaveLength(1);
  const answer = (await (await fetch(first.production)).json()) as { version: string };
  expect(answer.version).toBe("v2");
});

test("an invalid message is answered once, and the queue continues", async () => {
  await withBus(async ({ send, events }) => {
    for (const body of [
      "no json",
      12,
      { requestId: 7 },
      { pair: "shop", deep: JSON.parse("[".repeat(500) + "]".repeat(500)) },
      Buffer.from([0xff, 0xfe, 0x00]),
      "x".repeat(256 * 1024),
    ]) {
      await send(body);
    }
    await send({
      requestId: "w-1",
      pair: "shop",
      promote: "blue",
      reason: "other content",
      requestedBy: "y",
    });
    await send({ requestId: "w-2", pair: "nowhere", promote: "blue", reason: "x", requestedBy: "y" });
    await send(
      Buffer.from('{"requestId":"w-3","pair":"shop","promote":"blue","promote":"green","reason":"x"}'),
    );
    await until("the answers", () =>
      events.filter((e) => e.type === "cloud-service-swap.request.not-accepted").length >= 9
        ? true
        : undefined,
    );
    const codes = events
      .filter((e) => e.type === "cloud-service-swap.request.not-accepted")
      .map((e) => e.data.reason.code);
    expect(codes.sort()).toEqual(
      [...Array<string>(7).fill("malformed-request"), "request-conflict", "unknown-pair"].sort(),
    );
  });
});

test("the HTTP API asks for tokens and permissions, and every error is problem details", async () => {
  const statuses = await Promise.all([
    api("promotions", undefined),
    api("promotions/w-1", "reader"),
    api("promotions/unknown", "reader"),
    api("promotions", "reader", { method: "POST", body: "{}" }),
    api("promotions", "requester", { method: "POST", body: "{}" }),
    api("holds/shop?note=x", "operator", { method: "DELETE" }),
    api("health", undefined),
  ]);
  expect(statuses.map((reply) => reply.status)).toEqual([401, 200, 404, 403, 400, 404, 200]);
  for (const reply of statuses.filter((r) => r.status >= 400)) {
    expect(reply.headers.get("content-type")).toContain("application/problem+json");
    expect(await reply.json()).toMatchObject({ code: expect.any(String), remedy: expect.any(String) });
  }
});

test("lists page and filter promotions, and pairs show what the services hold", async () => {
  const page = (await (await api("promotions?top=1&pair=shop", "reader")).json()) as {
    value: { id: string }[];
  };
  expect(page.value.map((p) => p.id)).toEqual(["w-1"]);
  const none = (await (await api("promotions?outcome=halted", "reader")).json()) as { value: unknown[] };
  expect(none.value).toEqual([]);
  expect((await api("promotions?top=0", "reader")).status).toBe(400);
  const pair = (await (await api("pairs/shop", "reader")).json()) as {
    services: Record<string, { slot: string; version: string }>;
  };
  expect(pair.services).toMatchObject({
    green: { slot: "production", version: "v2" },
    blue: { slot: "staging" },
  });
});

test("a plan writes nothing and predicts the promotion", async () => {
  const before = (await journal()).filter((line) => line.method !== "GET").length;
  const plan = await (
    await api("plans", "reader", { method: "POST", body: '{"pair":"shop","promote":"green"}' })
  ).json();
  expect(plan).toMatchObject({ verdict: "unchanged" });
  expect((await journal()).filter((line) => line.method !== "GET")).toHaveLength(before);
});

test("prints exactly one JSON line, and Ctrl-C ends the world within two seconds", async () => {
  expect(lines).toHaveLength(1);
  expect(await end("SIGINT")).toBeLessThan(2_000);
});

test("a free port replaces a taken one, and SIGTERM ends the world like Ctrl-C", async () => {
  const blocker = createServer();
  const port = await new Promise<number>((resolve) => {
    blocker.listen(0, "127.0.0.1", () => {
      resolve((blocker.address() as { port: number }).port);
    });
  });
  await start("--port-base", String(port));
  expect(new URL(world.http).port).not.toBe(String(port));
  // The platform stops an instance with SIGTERM.
  expect(await end("SIGTERM")).toBeLessThan(2_000);
  blocker.close();
});

test("reports all wrong options together, with exit code 2", async () => {
  const wrong = spawn(process.execPath, [script, "--speed", "0", "--scenario", "../../x"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  wrong.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise((resolve) => wrong.once("exit", resolve));
  expect(code).toBe(2);
  expect(text).toMatch(/--speed[\s\S]*--scenario/);
});
