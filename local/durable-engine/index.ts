export type { InstanceRecord } from "./records";
export {
  createDurableEngine,
  type DurableEngine,
  type DurableEngineOptions,
  type OwnHubOptions,
  type SharedHubOptions,
} from "./engine";
export { openTaskHub, type TaskHub, type TaskHubOptions } from "./hub";
export type { ActivityWork, CommitWork, Delivery, EngineFaults } from "./faults";
