// The file of src/domain that test/mutate.mjs mutates; the tests of its module must notice.
const file = process.env.MUTATE_FILE;

export default {
  testRunner: "jest",
  mutate: [`src/domain/${file ?? "**/*.ts"}`],
  jest: {
    projectType: "custom",
    config: {
      testMatch: [`<rootDir>/test/unit/domain/${file ? file.split("/")[0] : "*"}/*.test.ts`],
      roots: ["<rootDir>/test/unit/domain"],
      setupFiles: ["<rootDir>/test/support/runs.ts"],
    },
    enableFindRelatedTests: false,
  },
  coverageAnalysis: "perTest",
  concurrency: 1,
  timeoutMS: 5_000,
  ignorePatterns: ["dist", "docs", "bench", "local", "test/fixtures", "test/local"],
  tempDirName: ".stryker-tmp",
  reporters: ["clear-text", "json"],
  jsonReporter: { fileName: "node_modules/.cache/stryker/report.json" },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: false },
};
