import type { EngineFaults } from "./faults";
import type { Queues } from "./queues";
import type { ActivityRecord, Message } from "./records";

/** Puts messages and activities into the queues, repeated and delayed as the faults require. */
export class Delivery {
  readonly #queues: Queues;
  readonly #faults: EngineFaults;

  constructor(queues: Queues, faults: EngineFaults) {
    this.#queues = queues;
    this.#faults = faults;
  }

  send(message: Message, sender: string | undefined, copy = 0): void {
    const { target, event } = message;
    const about = { target, type: event.EventType, name: event.Name ?? undefined, copy };
    const { copies = 1, delayMs = 0 } = this.#faults.onDelivery?.(about) ?? {};
    this.#queues.later(delayMs, () => {
      this.#queues.deliver(message, sender);
    });
    if (copy > 0 || message.isCarried) return;
    for (let more = 1; more < copies; more++)
      this.send({ ...message, seq: this.#queues.nextSeq() }, sender, more);
  }

  offer(activity: ActivityRecord, sender: string | undefined, copy = 0): void {
    const { instanceId, taskId, name } = activity;
    const fault = this.#faults.onActivity?.({ instanceId, taskId, name, copy }) ?? {};
    const { copies = 1, startDelayMs = 0, resultDelayMs } = fault;
    this.#queues.later(startDelayMs, () => {
      this.#queues.offer(resultDelayMs === undefined ? activity : { ...activity, resultDelayMs }, sender);
    });
    if (copy > 0) return;
    for (let more = 1; more < copies; more++)
      this.offer({ ...activity, seq: this.#queues.nextSeq() }, sender, more);
  }
}
