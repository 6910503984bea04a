export { createDurableEngine, type DurableEngine, type DurableEngineOptions } from "./engine";
