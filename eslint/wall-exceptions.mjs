const tests = ['**/*.test.ts', '**/testing/**', 'apps/e2e/**'];

/** Folders that turn a wall off, and those that turn walls/node on. */
export const wallExceptions = [
  { files: ['libs/tables/**/*.ts', 'libs/stack/**/*.ts'], rules: { 'walls/pg': 'off' } },
  { files: ['libs/runtime/src/kafka/**/*.ts', 'libs/runtime/testing/**/*.ts'], rules: { 'walls/kafkajs': 'off' } },
  {
    // The spool is SQLite, and so is what a connector knows of its PBX.
    files: [
      'libs/tables/**/*.ts',
      'libs/stack/**/*.ts',
      'libs/spool/**/*.ts',
      'apps/asterisk/src/gap/state-store.ts',
      ...tests,
    ],
    rules: { 'walls/sql': 'off' },
  },
  {
    // Composition roots, tools, and what starts servers for them.
    files: ['**/main.ts', 'apps/simulator/src/{simulate,send}.ts', 'tools/**/*.ts', 'libs/stack/**/*.ts', ...tests],
    rules: { 'walls/env': 'off' },
  },
  { files: tests, rules: { 'walls/testing': 'off' } },
  {
    files: ['libs/{domain,contracts,client}/src/**/*.ts', 'apps/dashboard/src/**/*.{ts,tsx}'],
    ignores: ['**/*.test.ts'],
    rules: { 'walls/node': 'error' },
  },
];
