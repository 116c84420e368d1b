// Two projects, so that Kafka and Postgres are started only when a test that needs them is to run.
const base = {
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/tools'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } }],
  },
  testEnvironment: 'node',
};

/** With a real Kafka and a real Postgres. */
export const real = {
  ...base,
  globalSetup: '<rootDir>/libs/stack/src/jest-setup.mjs',
  globalTeardown: '<rootDir>/libs/stack/src/jest-teardown.mjs',
};

export default {
  // One more than the cores that are promised: the tests with servers mostly wait.
  maxWorkers: 3,
  // A busy machine is no failure: what hangs is noticed all the same.
  testTimeout: 60_000,
  // A worker that has ended its tests frees some 400 MB before it is gone; on a busy machine, not within jest's 500 ms.
  workerGracefulExitTimeout: 10_000,
  testSequencer: '<rootDir>/tools/longest-first.mjs',
  projects: [
    {
      ...base,
      displayName: 'pure',
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.(int|long)\\.test\\.ts$'],
    },
    { ...real, displayName: 'real', testMatch: ['**/*.int.test.ts'] },
  ],
};
