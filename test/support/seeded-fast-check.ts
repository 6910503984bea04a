/**
 * Replaces `fast-check` in tests (`moduleNameMapper` in package.json). All properties use one seed, so that every run
 * of `npm test` gives the same result. A failure prints the seed.
 */
import fc from "../../node_modules/fast-check/lib/cjs/fast-check";

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_261_130 });

export * from "../../node_modules/fast-check/lib/cjs/fast-check";
export default fc;
