/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-call -- rhea's typings do not cover its broker side */
import { createServer, type AddressInfo, type Socket, type Server } from "node:net";
import { ServiceBusClient } from "@azure/service-bus";
import { createAnnouncer, type AnnouncerOptions } from "../../../src/adapters/service-bus-announcer";
import { startServiceBus, type ServiceBusServer } from "../../../local/service-bus";
import dns from "node:dns";
import rhea from "rhea";
import { announceProgress } from "../../../src/activities/announce";
import { createLog } from "../../../src/adapters/console-log";
import { createFakePorts } from "../../support/fake-ports";

const topology = {
  UserConfig: {
    Namespaces: [
      { Name: "test", Queues: [], Topics: [{ Name: "swap-events", Subscriptions: [{ Name: "all" }] }] },
    ],
  },
};
const credential = { getToken: () => Promise.resolve(null) };
const topic = "swap-events";

let bus: ServiceBusServer;
beforeAll(async () => {
  bus = await startServiceBus({ topology });
});
afterAll(async () => {
  await bus.stop();
});

const event = (data: object, id = "e-1") =>
  JSON.stringify({ specversion: "1.0", id, type: "swap.promotion.completed", source: "/x", data });

async function receive() {
  const client = new ServiceBusClient(bus.connectionString);
  const receiver = client.createReceiver(topic, "all", {
    receiveMode: "receiveAndDelete",
    skipParsingBodyAsJson: true,
  });
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 5_000 });
  await client.close();
  if (!message) throw new Error("no message came");
  return message;
}

test("the bytes of an event arrive unchanged, with what subscribers filter by", async () => {
  const announcer = createAnnouncer({ connectionString: bus.connectionString, credential, topic });
  const text = event({ pair: "shop", outcome: "succeeded", requestId: "r-1", note: "Grüße, 東京" });
  await announcer.publish(text);
  await announcer.close();
  const message = await receive();
  expect(Buffer.from(message.body as Buffer).toString("utf8")).toBe(text);
  expect(message).toMatchObject({
    messageId: "e-1",
    correlationId: "r-1",
    subject: "swap.promotion.completed",
    contentType: "application/cloudevents+json; charset=utf-8",
    applicationProperties: {
      type: "swap.promotion.completed",
      pair: "shop",
      outcome: "succeeded",
      requestId: "r-1",
    },
  });
});

test("an event without a request has no properties that pretend one", async () => {
  const announcer = createAnnouncer({ connectionString: bus.connectionString, credential, topic });
  await announcer.publish(event({ requestId: null }));
  await announcer.close();
  const message = await receive();
  expect(message.applicationProperties).toEqual({ type: "swap.promotion.completed" });
  expect(message.correlationId).toBeUndefined();
});

test("an event larger than a message may be is refused, and the next one is published", async () => {
  const announcer = createAnnouncer({ connectionString: bus.connectionString, credential, topic });
  await expect(announcer.publish(event({ note: "x".repeat(256 * 1024) }))).rejects.toThrow("256 KiB");
  await announcer.publish(event({}, "e-2"));
  expect((await receive()).messageId).toBe("e-2");
  await announcer.close();
});

test("a broker that accepts the connection but is silent costs only the timeout", async () => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  const connectionString = `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=k;SharedAccessKey=canary;UseDevelopmentEmulator=true;`;
  const announcer = createAnnouncer({ connectionString, credential, topic });
  const started = performance.now();
  const fault = await announcer.publish(event({}), 300).catch((reason: unknown) => reason);
  expect(performance.now() - started).toBeLessThan(2_000);
  expect(fault).toMatchObject({ message: "the event was not accepted by Service Bus" });
  expect((fault as Error).cause).toBeDefined();
  expect(String(fault) + String((fault as Error).cause)).not.toContain("canary");
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => silent.close(resolve));
});

test("after a broker was away, the next event goes through a new sender", async () => {
  let other = await startServiceBus({ topology });
  const { port, connectionString } = other;
  const announcer = createAnnouncer({ connectionString, credential, topic });
  await announcer.publish(event({}));
  await other.stop();
  await expect(announcer.publish(event({}), 1_000)).rejects.toThrow("not accepted");
  other = await startServiceBus({ topology, port });
  await announcer.publish(event({}, "e-3"));
  expect(other.counts(`${topic}/subscriptions/all`).active).toBe(1);
  await announcer.close();
  await other.stop();
});

test("closing twice, or before anything was published, is no fault", async () => {
  const announcer = createAnnouncer({ connectionString: bus.connectionString, credential, topic });
  await announcer.close();
  await announcer.publish(event({}, "e-4"));
  await receive();
  await Promise.all([announcer.close(), announcer.close()]);
});

/** The log line when the real client cannot publish. Its causes must be distinguishable. */
const connectionTo = (port: number) =>
  `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=k;SharedAccessKey=canary;UseDevelopmentEmulator=true;`;

const signedIn = {
  getToken: () => Promise.resolve({ token: "canary", expiresOnTimestamp: Date.now() + 3_600_000 }),
};

async function lineOf(options: Partial<AnnouncerOptions>): Promise<string> {
  const lines: string[] = [];
  const announcer = createAnnouncer({ credential: signedIn, topic, ...options });
  const log = createLog((level, line) => lines.push(`${level} ${line}`));
  const news = [{ step: "swap-started", detail: "now" }] as const;
  const input = { requestId: "r-1", pair: "shop", news, at: 0 };
  await announceProgress(input, { ...createFakePorts(), announcer, log });
  await announcer.close();
  const line = lines.find((each) => each.includes("lost")) ?? "";
  expect(line).not.toContain("canary");
  return line;
}

/** Accepts every sign-in and refuses every link, as the service does without the Sender role. */
function startRefusing(): Promise<Server> {
  const container: any = rhea.create_container();
  container.sasl_server_mechanisms.enable_anonymous();
  container.on("receiver_open", ({ receiver }: any) => {
    const address = receiver.target.address as string;
    receiver.set_target({ address });
    if (address === "$cbs") return;
    const description = `Unauthorized access. 'Send' claim(s) are required to perform this operation. Resource: 'sb://x/${address}'.`;
    receiver.close({ condition: "amqp:unauthorized-access", description });
  });
  let replies: any;
  container.on("sender_open", ({ sender }: any) => {
    sender.set_source({ address: sender.source.address });
    sender.set_target({ address: sender.target.address });
    replies = sender;
  });
  container.on("message", ({ message }: any) => {
    const status = { "status-code": rhea.types.wrap_int(202) };
    replies.send({ correlation_id: message.message_id, application_properties: status, body: "" });
  });
  return new Promise((resolve) => {
    const server: Server = container.listen({ port: 0, host: "127.0.0.1" });
    server.once("listening", () => {
      resolve(server);
    });
  });
}

async function portOfNobody(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

afterEach(() => {
  jest.restoreAllMocks();
});

test("the log distinguishes a missing Sender role, a wrong namespace and an outage", async () => {
  const server = await startRefusing();
  const role = await lineOf({ connectionString: connectionTo((server.address() as AddressInfo).port) });
  server.close();
  const outage = await lineOf({ connectionString: connectionTo(await portOfNobody()) });
  const noSuchName = Object.assign(new Error("getaddrinfo ENOTFOUND shop-typo.servicebus.windows.net"), {
    ...{ code: "ENOTFOUND", syscall: "getaddrinfo", errno: -3008 },
  });
  jest.spyOn(dns, "lookup").mockImplementation(((
    _name: string,
    _options: object,
    done: (f: Error) => void,
  ) => {
    setImmediate(done, noSuchName);
  }) as typeof dns.lookup);
  const name = await lineOf({ fullyQualifiedNamespace: "shop-typo.servicebus.windows.net" });
  expect(role).toContain("UnauthorizedAccess");
  expect(role).toContain("'Send' claim(s) are required");
  expect(name).toContain("ENOTFOUND shop-typo.servicebus.windows.net");
  expect(outage).toContain("ECONNREFUSED");
  for (const line of [role, name, outage])
    expect(line).toMatch(/^warn a progress event was lost .*"fault":"Error: the event was not accepted/);
});
