export type { ArmOutcome, ArmRequest, ResourceManagerClock } from "./contract";
export { parseFault, type Fault, type FaultAnswer } from "./faults";
export { createSimulator, httpClientOf } from "./in-process";
export type { Readiness } from "./instances";
export type { Effect, JournalEntry } from "./journal";
export { startResourceManager, type ResourceManagerServer } from "./server";
export type { FaultPolicy, Simulator } from "./simulator";
export { parseWeather, type Weather } from "./weather";
