/** How often a property is tried: a tenth where every planted mistake runs all of them again (npm run mutate). */
export function runs(count: number): number {
  return process.env["STRYKER_MUTATOR_WORKER"] === undefined ? count : Math.ceil(count / 10);
}
