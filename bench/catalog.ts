import type { Benchmark } from "./benchmark";

/** Every benchmark, in the order they run; loaded only in the process that runs it. */
export const catalog: Readonly<Record<string, () => Promise<{ benchmark: Benchmark }>>> = {
  engine: () => import("./engine.js"),
  waiting: () => import("./waiting.js"),
  product: () => import("./product.js"),
  "vote-to-put": () => import("./vote-to-put.js"),
  holds: () => import("./holds.js"),
  instances: () => import("./instances.js"),
  window: () => import("./window.js"),
  calendars: () => import("./calendars.js"),
  lists: () => import("./lists.js"),
  storage: () => import("./storage.js"),
  "service-bus": () => import("./service-bus.js"),
  start: () => import("./start.js"),
};
