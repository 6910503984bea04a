import fc from "fast-check";

const planting = process.env["STRYKER_MUTATOR_WORKER"] !== undefined;

/** How often a property is tried: a tenth where every planted mistake runs all of them again (npm run mutate). */
export function runs(count: number): number {
  return planting ? Math.ceil(count / 10) : count;
}

// A property that fails on a planted mistake has done its work: no smaller example is looked for.
if (planting) fc.configureGlobal({ ...fc.readConfigureGlobal(), numRuns: runs(100), endOnFailure: true });
