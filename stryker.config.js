import { pure } from './jest.config.js';

const { displayName, ...config } = pure;

export default {
  mutate: ['src/incident/**/*.ts'],
  testRunner: 'jest',
  jest: {
    projectType: 'custom',
    config: {
      ...config,
      // instead of those of the configuration file, which is read all the same
      projects: [],
      roots: ['<rootDir>/test/tools'],
      testMatch: ['<rootDir>/test/tools/whole-core.cjs'],
      testEnvironment: './test/tools/first-failure.cjs',
    },
    enableFindRelatedTests: false,
  },
  coverageAnalysis: 'perTest',
  tsconfigFile: 'tsconfig.none.json',
  thresholds: { high: 95, low: 90, break: 85 },
  reporters: ['progress-append-only', 'clear-text', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  jsonReporter: { fileName: '.stryker/report.json' },
  incremental: true,
  incrementalFile: '.stryker/incremental.json',
  tempDirName: '.stryker/sandbox',
  timeoutMS: 4_000,
  concurrency: 2,
  maxTestRunnerReuse: 50,
};
