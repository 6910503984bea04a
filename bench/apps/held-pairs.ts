import { setTimeout as sleep } from "node:timers/promises";
import { defaultPolicy } from "../../src/domain/policy/policy";
import { registerMemoryProduct } from "../memory-product";

/** The product on a broker that accepts connections and never answers, unless BENCH_BROKER says "answers". */
registerMemoryProduct({
  policy: defaultPolicy,
  green: "Started",
  requestSwap: () => Promise.reject(new Error("nothing is swapped here")),
  announcer: {
    publish: async (_event, timeoutMs = 20_000) => {
      if (process.env["BENCH_BROKER"] === "answers") return;
      await sleep(timeoutMs);
      throw new Error("the broker did not answer");
    },
  },
});
