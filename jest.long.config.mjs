// `npm run test:long`: tests of more than a minute or 100,000 events. One file at a time, because each needs the whole machine.
import { real } from './jest.config.mjs';

export default { ...real, displayName: 'long', testMatch: ['**/*.long.test.ts'], maxWorkers: 1, testTimeout: 900_000 };
