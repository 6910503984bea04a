// One group of test/mutate.mjs: which files of src/domain are mutated, and which of its tests must notice.
const list = (name) => (process.env[name] ?? "").split(",").filter(Boolean);
const [files, tests] = [list("MUTATE_FILES"), list("MUTATE_TESTS")];

export default {
  testRunner: "jest",
  mutate: files.length > 0 ? files.map((name) => `src/domain/${name}.ts`) : ["src/domain/**/*.ts"],
  jest: {
    projectType: "custom",
    config: {
      testMatch: (tests.length > 0 ? tests : ["*"]).map(
        (name) => `<rootDir>/test/unit/domain/${name}.test.ts`,
      ),
      roots: ["<rootDir>/test/unit/domain"],
      setupFiles: ["<rootDir>/test/support/runs.ts"],
    },
    enableFindRelatedTests: false,
  },
  coverageAnalysis: "perTest",
  concurrency: 1,
  timeoutMS: 5_000,
  ignorePatterns: ["dist", "docs", "bench", "local", "test/fixtures", "test/world"],
  tempDirName: ".stryker-tmp",
  reporters: ["clear-text", "json"],
  jsonReporter: { fileName: "node_modules/.cache/stryker/report.json" },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: false },
};
