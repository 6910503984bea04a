import type { Benchmark } from "./benchmark";
import { measureCalls } from "./product/calls";
import { measureDelay } from "./product/delay";
import { measureReplay } from "./product/replay";
import { measureWaiting } from "./product/waiting";

/** What one promotion costs, on the simulator's journal and a virtual clock. */
export const benchmark: Benchmark = {
  name: "product",
  title: "The product: calls, waiting, delay and replay of a promotion",
  async run() {
    return [
      ...(await measureCalls()),
      ...(await measureDelay()),
      ...(await measureWaiting()),
      ...(await measureReplay()),
    ];
  },
};
