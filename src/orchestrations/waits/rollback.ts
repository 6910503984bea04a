import type { Wait } from "./waits";

/** The pause before a rollback is tried again; what is waited for was said when it began. */
export const rollback: Wait<"rollback"> = {
  cancellable: false,
  endsWith: "the time until the next attempt has passed",
  next: "the rollback is tried again; without success by its deadline the promotion is halted",
  // Nothing is looked at: the attempt makes its own fresh reads. `observe` yields nothing for that reason.
  // eslint-disable-next-line require-yield
  *observe() {
    return { kind: "decided", verdict: "go" };
  },
};
