/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return, @typescript-eslint/restrict-plus-operands -- rhea's typings do not cover its broker side */
import type { Server, Socket } from "node:net";
import rhea from "rhea";
import type { Broker } from "./broker";
import { BATCH_FORMAT, swapGuid, unbatch, uuidText, wire } from "./codec";
import type { Journal } from "./journal";
import { LinkConsumer } from "./links";
import { manageEntity } from "./management-node";
import { BrokerError, notFound, type Disposition, type Settlement } from "./message";
import type { QueueEntity } from "./queue-entity";

/** Added to the message format so that rhea hands over bytes instead of decoding them. */
const RAW = 0x40000000;
/** An AMQP heartbeat; carries the TCP acknowledgement that the client's Nagle algorithm waits for. */
const EMPTY_FRAME = Buffer.from([0, 0, 0, 8, 2, 0, 0, 0]);
const MAX_MESSAGE = 1024 * 1024;
const message: any = (rhea as any).message;

/** The AMQP 1.0 face of the broker: SASL, $cbs, links, settlement, $management (facts: service-bus §2, traps of §4). */
export class AmqpFace {
  readonly #broker: Broker;
  readonly #journal: Journal;
  readonly #log: (line: string) => void;
  readonly #container: any = rhea.create_container({ id: "service-bus" });
  readonly #sockets = new Set<Socket>();
  readonly #connections = new Set<any>();

  constructor(broker: Broker, journal: Journal, log: (line: string) => void) {
    this.#broker = broker;
    this.#journal = journal;
    this.#log = log;
    const mechanisms = this.#container.sasl_server_mechanisms;
    mechanisms.enable_anonymous();
    // Other languages' SDKs ask for MSSBCBS, which stands for anonymous here.
    mechanisms.MSSBCBS = mechanisms.ANONYMOUS;
    this.#onConnections();
    this.#onSending();
    this.#onReceiving();
    this.#onSettling();
  }

  listen(host: string, port: number): Promise<Server> {
    return new Promise((resolve, reject) => {
      const server: Server = this.#container.listen({
        port,
        host,
        tcp_no_delay: true,
        treat_modified_as_released: false,
        session_buffer_size: { incoming: 2048, outgoing: 16384 },
      });
      server.on("connection", (socket) => {
        this.#sockets.add(socket);
        socket.once("close", () => this.#sockets.delete(socket));
      });
      server.once("listening", () => {
        resolve(server);
      });
      server.once("error", reject);
    });
  }

  async close(server: Server): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    // abort_socket also stops rhea's heartbeat timer, which would outlive a bare destroy.
    for (const connection of this.#connections) connection.abort_socket(connection.socket);
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #onConnections(): void {
    const on = this.#container;
    on.on("connection_open", ({ connection }: any) => {
      this.#connections.add(connection);
      const { socket } = connection;
      socket.once("close", () => this.#connections.delete(connection));
      let nudge: NodeJS.Timeout | undefined;
      socket.on("data", () => {
        nudge ??= setTimeout(() => {
          nudge = undefined;
          if (connection.is_open() && !socket.destroyed) socket.write(EMPTY_FRAME);
        }, 2).unref();
      });
    });
    on.on("session_open", ({ session }: any) => {
      const original = session.on_transfer;
      session.on_transfer = function onTransfer(frame: any) {
        frame.performative.message_format = (frame.performative.message_format ?? 0) + RAW;
        return original.call(this, frame);
      };
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

  /** Clients that send to us. */
  #onSending(): void {
    this.#container.on("receiver_open", ({ receiver }: any) => {
      const address = String(receiver.target?.address ?? "");
      receiver.set_source(receiver.source ?? {});
      receiver.set_target({ address });
      receiver.local.attach.max_message_size = MAX_MESSAGE;
      if (!isNode(address) && !this.#broker.canSend(address)) this.#refuse(receiver, notFound(address));
    });
    this.#container.on("message", (context: any) => {
      const { receiver, delivery } = context;
      const raw: Buffer = context.message;
      const address = String(receiver.target.address);
      try {
        if (address === "$cbs") {
          delivery.accept();
          this.#reply(receiver, message.decode(raw), {
            "status-code": 202,
            "status-description": "Accepted",
          });
        } else if (isNode(address)) {
          delivery.accept();
          this.#manage(receiver, address.slice(0, -"/$management".length), message.decode(raw));
        } else {
          this.#broker.publish(address, context.format - RAW === BATCH_FORMAT ? unbatch(raw) : [raw]);
          this.#whenDurable(
            () => delivery.accept(),
            (fault) => {
              this.#reject(delivery, fault);
            },
          );
        }
      } catch (fault) {
        this.#reject(delivery, fault);
      }
    });
  }

  /** Clients that receive from us. */
  #onReceiving(): void {
    const on = this.#container;
    on.on("sender_open", ({ sender }: any) => {
      const address = String(sender.source?.address ?? "");
      sender.local.attach.snd_settle_mode = sender.remote.attach.snd_settle_mode;
      sender.local.attach.rcv_settle_mode = sender.remote.attach.rcv_settle_mode;
      sender.set_source({ address });
      sender.set_target({ address: sender.target?.address });
      if (isNode(address)) return;
      const entity = this.#broker.entity(address);
      if (!entity) {
        this.#refuse(sender, notFound(address));
        return;
      }
      if ("com.microsoft:session-filter" in (sender.remote.attach.source?.filter ?? {})) {
        this.#refuse(sender, new BrokerError("amqp:not-allowed", "This broker has no sessions.", 400));
        return;
      }
      sender.served = { entity, consumer: new LinkConsumer(sender) };
      entity.addConsumer(sender.served.consumer);
    });
    on.on("sender_flow", ({ sender }: any) => sender.served?.entity.dispatch());
    on.on("sender_draining", ({ sender }: any) => sender.set_drained(true));
    const leave = (link: any) => {
      link?.served?.entity.removeConsumer(link.served.consumer);
      if (link) link.left = true;
    };
    const leaveAll = (links: any) => {
      for (const link of Object.values(links ?? {})) leave(link);
    };
    on.on("sender_close", ({ sender }: any) => {
      leave(sender);
    });
    on.on("session_close", ({ session }: any) => {
      leaveAll(session.links);
    });
    const lost = ({ connection }: any) => {
      for (const session of Object.values(connection.local_channel_map)) leaveAll((session as any).links);
    };
    on.on("connection_close", lost);
    on.on("disconnected", lost);
  }

  #onSettling(): void {
    const settle =
      (disposition: (delivery: any) => Disposition, details: (delivery: any) => Settlement = () => ({})) =>
      ({ sender, delivery }: any) => {
        const entity: QueueEntity | undefined = sender.served?.entity;
        if (!entity || delivery.judged) return;
        delivery.judged = true;
        const answer = (state: unknown) => {
          delivery.update(true, state);
          // In receiver-settle mode "second" the SDK never sends its own settled flag, and rhea's ring would never free.
          delivery.remote_settled = true;
        };
        const refuse = (fault: unknown) => {
          answer(message.rejected({ error: conditionOf(fault) }).described());
        };
        try {
          entity.settle(uuidText(swapGuid(delivery.tag)), disposition(delivery), details(delivery));
          this.#whenDurable(() => {
            answer(message.accepted().described());
          }, refuse);
        } catch (fault) {
          refuse(fault);
        }
      };
    const on = this.#container;
    on.on(
      "accepted",
      settle(() => "completed"),
    );
    on.on(
      "released",
      settle(() => "abandoned"),
    );
    on.on(
      "modified",
      settle(
        (delivery) => (delivery.remote_state.undeliverable_here ? "deferred" : "abandoned"),
        (delivery) => ({ properties: delivery.remote_state.message_annotations }),
      ),
    );
    on.on(
      "rejected",
      settle(() => "suspended", deadLetterDetails),
    );
  }

  #manage(request: any, path: string, asked: any): void {
    const operation = String(asked.application_properties?.operation ?? "");
    const refuse = (fault: unknown) => {
      const { condition, description } = conditionOf(fault);
      const status = fault instanceof BrokerError ? fault.status : 500;
      this.#reply(request, asked, {
        statusCode: wire.int(status),
        statusDescription: description,
        errorCondition: condition,
      });
    };
    try {
      const { status, body } = manageEntity(this.#broker, path, operation, asked.body ?? {});
      const properties = {
        statusCode: wire.int(status),
        statusDescription: status === 204 ? "NoContent" : "OK",
      };
      this.#whenDurable(() => {
        this.#reply(request, asked, properties, body);
      }, refuse);
    } catch (fault) {
      refuse(fault);
    }
  }

  /** Replies on the link whose name, or target, the request names. */
  #reply(request: any, asked: any, properties: Record<string, unknown>, body?: unknown): void {
    const node = request.target.address;
    const link = request.session.find_sender(
      (s: any) =>
        s.source?.address === node && (s.name === asked.reply_to || s.target?.address === asked.reply_to),
    );
    if (!link) {
      this.#log(`there is no link to reply on for ${String(node)}`);
      return;
    }
    const delivery = link.send({
      correlation_id: asked.message_id,
      application_properties: properties,
      body,
    });
    delivery.update(true, message.accepted().described());
    delivery.remote_settled = true;
  }

  #whenDurable(then: () => void, refuse: (fault: unknown) => void): void {
    this.#journal
      .flushed()
      .then(then)
      .catch((fault: unknown) => {
        this.#log(`could not be stored or acknowledged: ${String(fault)}`);
        refuse(fault);
      });
  }

  #refuse(link: any, error: BrokerError): void {
    link.close({ condition: error.condition, description: error.message });
  }

  #reject(delivery: any, fault: unknown): void {
    delivery.reject(conditionOf(fault));
  }
}

function deadLetterDetails(delivery: any): Settlement {
  const { DeadLetterReason, DeadLetterErrorDescription, ...properties } =
    delivery.remote_state.error?.info ?? {};
  return { reason: DeadLetterReason, description: DeadLetterErrorDescription, properties };
}

function isNode(address: string): boolean {
  return address === "$cbs" || /\/\$management$/i.test(address);
}

function conditionOf(fault: unknown): { condition: string; description: string } {
  if (fault instanceof BrokerError) return { condition: fault.condition, description: fault.message };
  return {
    condition: "amqp:internal-error",
    description: fault instanceof Error ? fault.message : String(fault),
  };
}
