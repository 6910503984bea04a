import type { Recovery } from "../../local/durable-engine";

/**
 * Queues that are polled every 100 ms, for tests that are not about polling. On a virtual clock a message is then
 * found as soon as it becomes visible.
 */
export const quickQueues = { storageProvider: { maxQueuePollingInterval: "00:00:00.1" } };

/** Other hosts take over the work of a dead host at once, for tests that are not about takeover. */
export const atOnce: Recovery = {
  killedMs: () => 0,
  handedOverMs: () => 0,
  messagesMs: 0,
  activitiesMs: 0,
};
