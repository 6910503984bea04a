/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-call -- rhea's typings do not cover its broker side */
import dns from "node:dns";
import { createServer, type AddressInfo, type Server } from "node:net";
import rhea from "rhea";
import { announceProgress } from "../../../src/activities/announce";
import { createLog } from "../../../src/adapters/console-log";
import { createAnnouncer, type AnnouncerOptions } from "../../../src/adapters/service-bus-announcer";
import { createFakePorts } from "../../support/fake-ports";

/** What the log says when the real client cannot publish: causes a person must be able to tell apart. */
const connectionTo = (port: number) =>
  `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=k;SharedAccessKey=canary;UseDevelopmentEmulator=true;`;
const credential = {
  getToken: () => Promise.resolve({ token: "canary", expiresOnTimestamp: Date.now() + 3_600_000 }),
};

async function lineOf(options: Partial<AnnouncerOptions>): Promise<string> {
  const lines: string[] = [];
  const announcer = createAnnouncer({ credential, topic: "swap-events", ...options });
  const log = createLog((level, line) => lines.push(`${level} ${line}`));
  const news = [{ step: "swap-started", detail: "now" }] as const;
  const input = { requestId: "r-1", pair: "shop", news, at: 0 };
  await announceProgress(input, { ...createFakePorts(), announcer, log });
  await announcer.close();
  const line = lines.find((each) => each.includes("lost")) ?? "";
  expect(line).not.toContain("canary");
  return line;
}

/** Signs everybody in and refuses every link, as the service does where the Sender role is missing. */
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

test("a missing Sender role, a wrong namespace and an outage look different in the log", async () => {
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
