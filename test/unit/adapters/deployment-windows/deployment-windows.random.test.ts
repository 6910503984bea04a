import fc from "fast-check";
import { runs } from "../../../support/runs";
import { differences, randomPolicies } from "../../../support/window-oracle";

// The full count runs with `npm run bench -- --only deployment window`; fast-check prints the seed of a difference.
test("deployment windows and closings of random policies are those found minute by minute over a year", () => {
  fc.assert(
    fc.property(randomPolicies, (policy) => {
      expect(differences(policy)).toEqual([]);
    }),
    { numRuns: runs(4) },
  );
});
