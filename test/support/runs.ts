import fc from "fast-check";

const planting = process.env["STRYKER_MUTATOR_WORKER"] !== undefined;

/** How often a property is tried: a tenth under `npm run mutate`, which repeats it for each mutant. */
export function runs(count: number): number {
  return planting ? Math.ceil(count / 10) : count;
}

// A failed property is enough to detect a mutant, so fast-check need not shrink the example.
if (planting) fc.configureGlobal({ ...fc.readConfigureGlobal(), numRuns: runs(100), endOnFailure: true });
