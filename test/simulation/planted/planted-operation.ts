import type { Listed } from "./planted-faults";

/** Rules of how an attempt's operation is followed, undone. */
export const faultsOfTheOperation: readonly Listed[] = [
  {
    name: "addresses of operations dropped",
    theme: "operationMoves",
    rule: "operation",
    file: "activities/attempt-swap.js",
    find: `if (!address)`,
    replace: `if (address)`,
  },
  {
    name: "a new address of an operation ignored",
    theme: "operationMoves",
    rule: "operation",
    file: "domain/swap/operation.js",
    find: `return read.newest && { kind: "moved", n, at: read.newest };`,
    replace: `return undefined;`,
  },
  {
    name: "an operation that failed is waited for as if it ran",
    theme: "operationMoves",
    rule: "proof",
    file: "domain/swap/settlement.js",
    find: `if (operation?.kind === "failed")`,
    replace: `if (false)`,
  },
];
