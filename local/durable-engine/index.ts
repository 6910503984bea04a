export { createDurableEngine, type DurableEngine, type SharedHubOptions } from "./engine";
export { openTaskHub, type TaskHub, type TaskHubOptions } from "./hub";
export type { CommitWork, EngineFaults } from "./faults";
export type { Recovery } from "./recovery";
