import { channel } from "node:diagnostics_channel";
import { defaultApproval } from "../../src/domain/approval/rule";
import { defaultPolicy } from "../../src/domain/policy/policy";
import { registerMemoryProduct } from "../memory-product";

const puts = channel("bench.put");

/** The product where one vote is all that a promotion waits for; who subscribes hears of every PUT, which is declined. */
registerMemoryProduct({
  policy: {
    ...defaultPolicy,
    approval: defaultApproval,
    readiness: { ...defaultPolicy.readiness, stableForMs: 0 },
  },
  green: "Started",
  requestSwap: (id) => {
    puts.publish({ id, at: performance.now() });
    return Promise.resolve({
      kind: "declined",
      status: 409,
      code: "Bench",
      detail: "nothing is swapped here",
    });
  },
});
