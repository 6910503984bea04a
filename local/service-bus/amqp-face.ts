/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access -- rhea's typings do not cover its broker side */
import type { Server, Socket } from "node:net";
import rhea from "rhea";
import { Answers, type AnswersOptions } from "./answers";
import type { Broker } from "./broker";
import { serveReceivers } from "./receiving-links";
import { serveSenders } from "./sending-links";
import { attachFirst, keepBytes } from "./session-mending";

/** An AMQP heartbeat; carries the TCP acknowledgement that the client's Nagle algorithm waits for. */
const EMPTY_FRAME = Buffer.from([0, 0, 0, 8, 2, 0, 0, 0]);

/**
 * `refused`: connections are dropped, and so is every new one. `silent`: connections stay or open, but get no answer.
 */
export type Outage = "refused" | "silent";

/**
 * The AMQP 1.0 side of the broker: SASL, connections and their links
 * (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide).
 */
export class AmqpFace {
  readonly #log: (line: string) => void;
  readonly #container: any = rhea.create_container({ id: "service-bus" });
  readonly #sockets = new Set<Socket>();
  readonly #connections = new Set<any>();
  #outage: Outage | undefined;

  constructor(broker: Broker, options: AnswersOptions) {
    this.#log = (line) => {
      options.log("warning", line);
    };
    const mechanisms = this.#container.sasl_server_mechanisms;
    mechanisms.enable_anonymous();
    // Azure offers these three: SDKs of other languages request MSSBCBS and send tokens later. Every key is accepted.
    mechanisms.MSSBCBS = mechanisms.ANONYMOUS;
    mechanisms.enable_plain(() => true);
    const answers = new Answers(options);
    this.#onConnections();
    serveSenders(this.#container, broker, answers, this.#log);
    serveReceivers(this.#container, broker, answers, this.#log);
  }

  listen(host: string, port: number): Promise<Server> {
    return new Promise((resolve, reject) => {
      const server: Server = this.#container.listen({
        port,
        host,
        tcp_no_delay: true,
        treat_modified_as_released: false,
        receiver_options: { autoaccept: false },
        session_buffer_size: { incoming: 2048, outgoing: 16384 },
      });
      server.on("connection", (socket) => {
        this.#sockets.add(socket);
        socket.once("close", () => this.#sockets.delete(socket));
        if (this.#outage === "refused") socket.destroy();
        if (this.#outage === "silent") hush(socket);
      });
      server.once("listening", () => {
        resolve(server);
      });
      server.once("error", reject);
    });
  }

  /** Starts or ends an outage. Requests on a silent connection are answered when it ends. */
  setOutage(outage: Outage | undefined): void {
    this.#outage = outage;
    if (outage === "refused") this.#dropConnections();
    for (const socket of this.#sockets) {
      if (outage === "silent") hush(socket);
      else {
        socket.uncork();
        socket.resume();
      }
    }
  }

  async close(server: Server): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    this.#dropConnections();
    await closed;
  }

  #dropConnections(): void {
    // abort_socket also stops rhea's heartbeat timer, which would outlive a plain destroy.
    for (const connection of this.#connections) connection.abort_socket(connection.socket);
    for (const socket of this.#sockets) socket.destroy();
  }

  #onConnections(): void {
    const on = this.#container;
    on.on("connection_open", ({ connection }: any) => {
      this.#connections.add(connection);
      const { socket } = connection;
      socket.once("close", () => this.#connections.delete(connection));
      let nudge: NodeJS.Timeout | undefined;
      let writtenBefore = 0;
      socket.on("data", () => {
        writtenBefore = socket.bytesWritten;
        nudge ??= setTimeout(() => {
          nudge = undefined;
          // Later writes have already carried the acknowledgement.
          if (socket.bytesWritten > writtenBefore || socket.destroyed || !connection.is_open()) return;
          socket.write(EMPTY_FRAME);
        }, 2).unref();
      });
    });
    on.on("session_open", ({ session }: any) => {
      keepBytes(session);
      attachFirst(session);
    });
    for (const name of [
      "connection_error",
      "session_error",
      "sender_error",
      "receiver_error",
      "protocol_error",
      "error",
    ]) {
      on.on(name, (context: any) => {
        this.#log(`${name}: ${String(context?.message ?? context?.error?.message ?? "")}`);
      });
    }
  }
}

/** Stops a connection in both directions without closing it. */
function hush(socket: Socket): void {
  socket.pause();
  socket.cork();
}
