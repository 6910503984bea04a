export { createDurableEngine, type DurableEngine } from "./engine";
