import fc from "fast-check";
import { differences, randomPolicies } from "../../support/opening-oracle";
import { runs } from "../../support/runs";

// The full count runs with `npm run bench -- --only opening`; fast-check prints the seed of a difference.
test("openings and closings of random policies are those found minute by minute over a year", () => {
  fc.assert(
    fc.property(randomPolicies, (policy) => {
      expect(differences(policy)).toEqual([]);
    }),
    { numRuns: runs(4) },
  );
});
