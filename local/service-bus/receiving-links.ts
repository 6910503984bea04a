/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return -- rhea's typings do not cover its broker side */
import { placeOf } from "./addresses";
import type { Answers } from "./answers";
import type { Broker } from "./broker";
import { swapGuid, uuidText } from "./codec";
import { LinkConsumer } from "./links";
import { BrokerError, notFound, type Disposition, type Settlement } from "./message";
import type { QueueEntity } from "./queue-entity";
import { refuse } from "./sending-links";
import { adoptModes, forget, describeAccepted, describeRefused } from "./session-mending";

/** Links on which clients receive from the broker, and how they settle. */
export function serveReceivers(
  container: any,
  broker: Broker,
  answers: Answers,
  log: (line: string) => void,
): void {
  container.on("sender_open", ({ sender }: any) => {
    const address = String(sender.source?.address ?? "");
    const { kind, path } = placeOf(address);
    adoptModes(sender);
    sender.set_source({ address });
    sender.set_target({ address: sender.target?.address });
    if (kind !== "entity") return;
    const entity = broker.entity(path);
    if (!entity) {
      refuse(sender, notFound(address));
      return;
    }
    if ("com.microsoft:session-filter" in (sender.remote.attach.source?.filter ?? {})) {
      // The SDK reports a refused session by id as locked by another receiver; only the log has the reason.
      log(`a receiver asked for a session of ${entity.path}: this broker has no sessions`);
      refuse(sender, new BrokerError("amqp:not-allowed", "This broker has no sessions.", 400));
      return;
    }
    sender.served = { entity, consumer: new LinkConsumer(sender) };
    entity.addConsumer(sender.served.consumer);
  });
  container.on("sender_flow", ({ sender }: any) => sender.served?.entity.dispatch());
  container.on("sender_draining", ({ sender }: any) => sender.set_drained(true));
  const leave = (link: any) => {
    link?.served?.entity.removeConsumer(link.served.consumer);
  };
  const leaveAll = (links: any) => {
    for (const link of Object.values(links ?? {})) leave(link);
  };
  const lost = ({ connection }: any) => {
    for (const session of Object.values(connection.local_channel_map)) leaveAll((session as any).links);
  };
  container.on("sender_close", ({ sender }: any) => {
    leave(sender);
  });
  container.on("session_close", ({ session }: any) => {
    leaveAll(session.links);
  });
  container.on("connection_close", lost);
  container.on("disconnected", lost);
  serveSettlements(container, answers);
}

function serveSettlements(container: any, answers: Answers): void {
  const on = (
    outcome: string,
    judge: (delivery: any) => Disposition,
    details: (delivery: any) => Settlement = () => ({}),
  ) => {
    container.on(outcome, ({ sender, delivery }: any) => {
      const entity: QueueEntity | undefined = sender.served?.entity;
      if (delivery.judged) return;
      delivery.judged = true;
      const acknowledge = () => {
        describeAccepted(delivery);
        forget(delivery);
      };
      if (!entity) {
        acknowledge(); // A reply of a node.
        return;
      }
      answers.answer(
        entity.path,
        () => {
          entity.settle(uuidText(swapGuid(delivery.tag)), judge(delivery), details(delivery));
        },
        acknowledge,
        (why) => {
          describeRefused(delivery, why);
          forget(delivery);
        },
      );
    });
  };
  on("accepted", () => "completed");
  on("released", () => "abandoned");
  on(
    "modified",
    (delivery) => (delivery.remote_state.undeliverable_here ? "deferred" : "abandoned"),
    (delivery) => ({ properties: delivery.remote_state.message_annotations }),
  );
  on("rejected", () => "suspended", deadLetterDetails);
}

function deadLetterDetails(delivery: any): Settlement {
  const { DeadLetterReason, DeadLetterErrorDescription, ...properties } =
    delivery.remote_state.error?.info ?? {};
  return { reason: DeadLetterReason, description: DeadLetterErrorDescription, properties };
}
