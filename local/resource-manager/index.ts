export { createSimulator, httpClientOf } from "./in-process";
export { startResourceManager, type ResourceManagerServer } from "./server";
export type { Simulator } from "./simulator";
