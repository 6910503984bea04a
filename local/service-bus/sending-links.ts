/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- rhea's typings do not cover its broker side */
import rhea from "rhea";
import { isSamePlace, placeOf, type Place } from "./addresses";
import { refusalOf, type Answers } from "./answers";
import { MAX_MESSAGE_BYTES, type Broker } from "./broker";
import { BATCH_FORMAT, unbatch, wire } from "./codec";
import { manageEntity } from "./management-node";
import { BrokerError, notFound } from "./message";
import { adoptModes, forget, RAW, describeAccepted, describeRefused } from "./session-mending";

const message: any = (rhea as any).message;

/** Links on which clients send to the broker: messages, tokens for `$cbs`, requests to `$management`. */
export function serveSenders(
  container: any,
  broker: Broker,
  answers: Answers,
  log: (line: string) => void,
): void {
  container.on("receiver_open", ({ receiver }: any) => {
    // rhea knows no coordinator, and passes null when a client requests one.
    const isTransaction = !("address" in (receiver.remote.attach.target ?? {}));
    const address = String(receiver.target?.address ?? "");
    const place = (receiver.place = placeOf(address));
    adoptModes(receiver);
    receiver.set_source(receiver.source ?? {});
    receiver.set_target({ address });
    receiver.local.attach.max_message_size = MAX_MESSAGE_BYTES;
    if (isTransaction) refuse(receiver, noTransactions());
    else if (place.kind === "entity" && !broker.canSend(place.path)) refuse(receiver, notFound(address));
  });
  container.on("message", (context: any) => {
    const { receiver, delivery } = context;
    const raw: Buffer = context.message;
    const { kind, path }: Place = receiver.place;
    if (isSettledLink(receiver)) forget(delivery);
    if (kind === "entity") {
      const publish = () =>
        broker.publish(path, context.format - RAW === BATCH_FORMAT ? unbatch(raw) : [raw]);
      const accept = () => {
        describeAccepted(delivery);
      };
      answers.answer(path, publish, accept, (why) => {
        describeRefused(delivery, why);
      });
      return;
    }
    describeAccepted(delivery);
    const asked = message.decode(raw);
    const reply = (properties: Record<string, unknown>, body?: unknown) => {
      if (!send(receiver, asked, properties, body)) log(`there is no link to reply on for ${kind} ${path}`);
    };
    // Any token is accepted, also again: a client renews it on the same links.
    if (kind === "tokens") reply({ "status-code": wire.int(202), "status-description": "Accepted" });
    else manage(path, asked, reply);
  });

  function manage(path: string, asked: any, reply: (properties: any, body?: unknown) => void): void {
    const operation = String(asked.application_properties?.operation ?? "");
    answers.answer(
      path,
      () => manageEntity(broker, path, operation, asked.body ?? {}),
      ({ status, body }) => {
        const statusDescription = status === 204 ? "NoContent" : "OK";
        reply({ statusCode: wire.int(status), statusDescription }, body);
      },
      ({ status, description, condition }) => {
        const statusCode = wire.int(status);
        reply({ statusCode, statusDescription: description, errorCondition: wire.symbol(condition) });
      },
    );
  }
}

/** Replies on the link with the name or target in the request; it may be on another session of the connection. */
function send(request: any, asked: any, properties: Record<string, unknown>, body?: unknown): boolean {
  const isAsked = (s: any) =>
    (s.name === asked.reply_to || s.target?.address === asked.reply_to) &&
    isSamePlace(placeOf(String(s.source?.address)), request.place);
  const sessions: any[] = [request.session, ...Object.values(request.connection.local_channel_map)];
  const link = sessions.map((session) => session.find_sender(isAsked)).find((found) => found !== undefined);
  if (!link) return false;
  const delivery = link.send({
    correlation_id: asked.message_id,
    application_properties: properties,
    body,
  });
  // When the client leaves the choice open, a reply is sent settled.
  if (link.snd_settle_mode !== UNSETTLED) delivery.settled = true;
  return true;
}

const UNSETTLED = 0;
const SETTLED = 1;

/** Whether every transfer on a link is settled: then no disposition may follow. */
function isSettledLink(link: any): boolean {
  return link.snd_settle_mode === SETTLED;
}

function noTransactions(): BrokerError {
  const text = "This broker has no transactions: a sending link names the queue or topic it sends to.";
  return new BrokerError("amqp:not-implemented", text, 501);
}

/** Attaches a link without the requested end and closes it with the reason, as clients expect. */
export function refuse(link: any, why: BrokerError): void {
  link.local.attach[link.is_receiver() ? "target" : "source"] = undefined;
  link.close(refusalOf(why));
}
