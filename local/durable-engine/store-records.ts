import { crc32 } from "node:zlib";
import type { Change } from "./changes";
import type { TimerRecord } from "./records";

export type Operation =
  | { readonly type: "put"; readonly key: string; readonly value: string }
  | { readonly type: "del"; readonly key: string };

/** A change as the store writes it. Every record carries a checksum over its key and content. */
export function operationsOf(change: Change): Operation[] {
  switch (change.type) {
    case "putInstance":
      return [put(`i/${change.record.id}`, change.record)];
    case "insertInstance": {
      const { record, over } = change;
      const before = over ? operationsOf({ type: "dropHistory", record: over }) : [];
      return [...before, put(`i/${record.id}`, record)];
    }
    case "dropInstance":
      return [{ type: "del", key: `i/${change.record.id}` }];
    case "putRow":
      return [];
    case "putHistory":
      return [put(historyKey(change.record.id, change.record.episodes), change.events)];
    case "dropHistory":
      return Array.from({ length: change.record.episodes + 1 }, (_, episode) => ({
        type: "del",
        key: historyKey(change.record.id, episode),
      }));
    case "putEntity":
      return [put(`e/${change.record.id}`, change.record)];
    case "dropEntity":
      return [{ type: "del", key: `e/${change.id}` }];
    case "putMessage":
      return [put(`m/${padded(change.message.seq)}`, change.message)];
    case "dropMessages":
      return change.messages.map(({ seq, timer }) => ({
        type: "del",
        key: timer ? timerKey(timer) : `m/${padded(seq)}`,
      }));
    case "putActivity":
      return [put(`a/${padded(change.activity.seq)}`, change.activity)];
    case "dropActivity":
      return [{ type: "del", key: `a/${padded(change.activity.seq)}` }];
    case "putTimer":
      return [put(timerKey(change.timer), change.timer)];
    case "dropTimersOf":
      return change.timers.map((timer) => ({ type: "del", key: timerKey(timer) }));
  }
}

function put(key: string, value: unknown): Operation {
  const text = JSON.stringify(value);
  return { type: "put", key, value: checksum(key, text) + text };
}

function padded(seq: number): string {
  return String(seq).padStart(16, "0");
}

function timerKey(timer: TimerRecord): string {
  return `t/${timer.instanceId}\u0000${timer.executionId}\u0000${timer.timerId}`;
}

function historyKey(id: string, episode: number): string {
  return `h/${id}\u0000${padded(episode)}`;
}

/**
 * The content of a record; throws when it differs from what was written. Records of early versions have no checksum.
 */
export function contentOf(key: string, record: string): unknown {
  if (record.startsWith("{") || record.startsWith("[")) return JSON.parse(record);
  const text = record.slice(8);
  if (checksum(key, text) !== record.slice(0, 8)) throw new Error("its checksum does not fit");
  return JSON.parse(text);
}

function checksum(key: string, text: string): string {
  return crc32(text, crc32(key)).toString(16).padStart(8, "0");
}
