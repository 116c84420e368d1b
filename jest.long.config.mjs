// `npm run test:long`: what takes over a minute, or over 100,000 events. One file at a time: each wants the machine.
import { real } from './jest.config.mjs';

export default { ...real, displayName: 'long', testMatch: ['**/*.long.test.ts'], maxWorkers: 1, testTimeout: 900_000 };
