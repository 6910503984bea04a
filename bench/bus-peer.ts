import type { Socket } from "node:net";
import rhea, { type Message, type Sender } from "rhea";
import { startServiceBus } from "../local/service-bus";

// The other process of the Service Bus benchmark: the broker on disk or in memory, or a bare AMQP peer that accepts every
// message and sends it back. Tells its address to whoever started it.

const queue = (Name: string) => ({ Name, Properties: { LockDuration: "PT5M" } });
const topology = {
  UserConfig: { Namespaces: [{ Queues: ["in", "out", "both", "latency"].map(queue) }] },
};

async function startBroker(dataDirectory: string | undefined): Promise<string> {
  const server = await startServiceBus({ topology, dataDirectory });
  return server.connectionString;
}

function startEcho(): Promise<string> {
  const container = rhea.create_container();
  let back: Sender | undefined;
  container.on("sender_open", ({ sender }) => (back = sender));
  container.on("message", ({ receiver, message }) => {
    if (receiver?.target.address === "echo" && message) back?.send(message as Message);
  });
  const server = container.listen({ host: "127.0.0.1", port: 0 });
  server.on("connection", (socket: Socket) => socket.setNoDelay(true));
  return new Promise((resolve) => {
    server.once("listening", () => {
      resolve(String((server.address() as { port: number }).port));
    });
  });
}

const [kind, dataDirectory] = process.argv.slice(2);
void (kind === "echo" ? startEcho() : startBroker(dataDirectory)).then((address) => process.send?.(address));
process.once("disconnect", () => process.exit());
