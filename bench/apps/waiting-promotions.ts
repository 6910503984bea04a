import { defaultPolicy } from "../../src/domain/policy/policy";
import { registerMemoryProduct } from "../memory-product";

/** The product where no incoming service ever gets ready. */
registerMemoryProduct({
  // The product's default, but for a deadline that a slow machine does not reach while it is being filled.
  policy: { ...defaultPolicy, readiness: { ...defaultPolicy.readiness, deadlineMs: 24 * 3_600_000 } },
  green: "Busy",
  requestSwap: () => Promise.reject(new Error("nothing gets ready here")),
});
