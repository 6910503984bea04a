// npm run mutate [-- --mutate src/domain/readiness.ts]: how many planted mistakes in src/domain its own tests notice.
export default {
  testRunner: "jest",
  mutate: ["src/domain/**/*.ts"],
  jest: {
    projectType: "custom",
    config: {
      testMatch: ["<rootDir>/test/unit/domain/**/*.test.ts"],
      roots: ["<rootDir>/test/unit/domain"],
    },
    enableFindRelatedTests: false,
  },
  coverageAnalysis: "perTest",
  concurrency: 2,
  timeoutMS: 5_000,
  ignorePatterns: ["dist", "docs", "bench", "local", "test/fixtures", "test/world"],
  incremental: true,
  incrementalFile: "node_modules/.cache/stryker/incremental.json",
  tempDirName: ".stryker-tmp",
  reporters: ["clear-text", "progress-append-only"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 95, low: 90, break: 85 },
};
