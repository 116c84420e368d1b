// Two projects, so that Kafka and Postgres are started only if a test needs them.
const base = {
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/tools'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } }],
  },
  testEnvironment: '<rootDir>/tools/open-handles-environment.mjs',
};

/** Tests with a real Kafka and a real Postgres. */
export const real = {
  ...base,
  globalSetup: '<rootDir>/libs/stack/src/jest-setup.mjs',
  globalTeardown: '<rootDir>/libs/stack/src/jest-teardown.mjs',
};

export default {
  // Two more than the two cores of a small machine: tests with servers mostly wait (three left a fifth of the CPU time idle).
  maxWorkers: 4,
  // Long, because a busy machine is slow; a test that hangs still fails.
  testTimeout: 300_000,
  // A worker frees some 400 MB before it exits, which on a busy machine takes longer than jest's default of 500 ms.
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
