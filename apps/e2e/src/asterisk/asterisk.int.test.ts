import type { System } from '../system/system.ts';
import { startTestSystem } from '../system/test-system.ts';
import { testConnector } from './connector-tests.ts';
import { testQueueLog } from './queue-log-tests.ts';

// One system for all: each test has PBXs of its own names.
let system: System;
beforeAll(async () => {
  system = await startTestSystem();
});
afterAll(() => system[Symbol.asyncDispose](), 60_000);

describe('queue_log', () => testQueueLog(() => system));

describe('the manager interface', () => {
  beforeAll(() => system.kill('gateway'));
  testConnector(() => system);
});
