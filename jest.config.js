// Four projects: rooms without input and output as CommonJS, which is faster; the rest as ES modules.
const options = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, sourceMaps: 'inline' };
const common = { injectGlobals: false, testEnvironment: 'node' };

/** For the mutation run as well. */
export const pure = {
  ...common,
  displayName: 'pure',
  roots: ['diagnosis', 'incident', 'runbook', 'slack/views'].map((room) => `<rootDir>/test/${room}`),
  setupFiles: ['<rootDir>/test/tools/fewer-runs.cjs'],
  transform: { '^.+\\.ts$': ['@swc/jest', options] },
};

const io = (name, where) => ({
  ...common,
  displayName: name,
  extensionsToTreatAsEsm: ['.ts'],
  globalSetup: '<rootDir>/test/tools/start-database.ts',
  globalTeardown: '<rootDir>/test/tools/stop-database.ts',
  transform: { '^.+\\.ts$': ['@swc/jest', { ...options, module: { type: 'es6' } }] },
  ...where,
});

const others = [...pure.roots, ...['cluster', 'long'].map((folder) => `<rootDir>/test/${folder}`)];

export default {
  testTimeout: 20_000,
  workerIdleMemoryLimit: '1.5GB',
  reporters: ['default', '<rootDir>/test/tools/skips.js'],
  projects: [
    pure,
    io('parts', { roots: ['<rootDir>/test'], testPathIgnorePatterns: ['/node_modules/', ...others] }),
    io('long', { roots: ['<rootDir>/test/long'] }),
    io('cluster', { roots: ['<rootDir>/test/cluster'] }),
  ],
};
