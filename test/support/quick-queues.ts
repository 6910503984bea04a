import type { Recovery } from "../../local/durable-engine";

/**
 * Queues that are looked into every tenth of a second, for tests that are not about polling: on a virtual clock what is
 * hidden for whole seconds is then found when it can be seen.
 */
export const quickQueues = { storageProvider: { maxQueuePollingInterval: "00:00:00.1" } };

/** Others get at once what a host leaves behind, for tests that are not about takeover. */
export const atOnce: Recovery = {
  killedMs: () => 0,
  handedOverMs: () => 0,
  messagesMs: 0,
  activitiesMs: 0,
};
