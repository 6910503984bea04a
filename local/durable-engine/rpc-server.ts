import { createServer, type IncomingMessage, type Server } from "node:http";
import type { WebhookReply, WebhookRequest } from "./contract";
import { reply } from "./replies";

/** The RPC endpoint: loopback only and without a key, like the real one. */
export interface RpcServer {
  readonly url: string;
  close(): Promise<void>;
  /** Closes every connection without an answer. */
  cut(): void;
}

export async function startRpcServer(
  answer: (request: WebhookRequest) => Promise<WebhookReply>,
): Promise<RpcServer> {
  const server = createServer((incoming, outgoing) => {
    void readAll(incoming)
      .then((body) =>
        answer({ method: incoming.method ?? "GET", url: incoming.url ?? "/", headers: flat(incoming), body }),
      )
      .catch(() => reply(500))
      .then(({ status, headers, body }) => {
        outgoing.writeHead(status, headers).end(body);
      });
  });
  await listen(server);
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/durabletask/`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    cut() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      resolve();
    });
  });
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function flat(incoming: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
}
