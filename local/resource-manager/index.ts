export { parseFault, type FaultAnswer } from "./faults";
export { createSimulator, httpClientOf } from "./in-process";
export { SIGNED } from "./operation-urls";
export { startResourceManager, type ResourceManagerServer } from "./server";
export type { FaultPolicy, Simulator } from "./simulator";
export { parseWeather, type Weather } from "./weather";
