/**
 * What `import fc from "fast-check"` is in the tests (`moduleNameMapper` in package.json): the package, with one seed for
 * all properties, which a failure prints. `npm test` says the same to everybody.
 */
import fc from "../../node_modules/fast-check/lib/cjs/fast-check";

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_261_130 });

export * from "../../node_modules/fast-check/lib/cjs/fast-check";
export default fc;
