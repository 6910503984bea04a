export { createSimulator, httpClientOf, type ResourceManagerOptions } from "./in-process";
export { startResourceManager, type ResourceManagerServer, type WorldPair } from "./server";
export type { Simulator } from "./simulator";
