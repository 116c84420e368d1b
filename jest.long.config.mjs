// `npm run test:long`: tests of more than a minute or 100,000 events. One file at a time, because each needs the whole machine.
import { real } from './jest.config.mjs';

const long = { ...real, displayName: 'long', testMatch: ['**/*.long.test.ts'] };

/** What ingest promises holds with INGEST_WORKERS, too: the same tests, with two workers. */
const twoWorkers = {
  ...real,
  displayName: 'two-workers',
  testMatch: [
    '**/apps/e2e/src/ingest/!(workers).int.test.ts',
    '**/apps/e2e/src/{abuse/abuse,fuzz/fuzz,faults/no-gap,projector/failures,restarts/*,security/cross-site,security/private-files}.int.test.ts',
  ],
  setupFiles: ['<rootDir>/apps/e2e/src/system/two-workers.mjs'],
};

export default { projects: [long, twoWorkers], maxWorkers: 1, testTimeout: 900_000 };
