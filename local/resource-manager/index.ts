export { parseFault, type FaultAnswer } from "./faults";
export { createSimulator, httpClientOf } from "./in-process";
export { SIGNED } from "./operation-urls";
export { startResourceManager, type ResourceManagerServer } from "./server";
export type { FaultPolicy, Simulator } from "./simulator";
export { parseServiceFault, type ServiceFault } from "./service-faults";
