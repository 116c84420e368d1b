import { testBadInput } from '../ingest/bad-input-tests.ts';
import { testOverLongTexts } from '../projector/over-long-texts-tests.ts';
import { testUnreadableBatches } from '../projector/unreadable-batch-tests.ts';
import type { System } from '../system/system.ts';
import { startTestSystem } from '../system/test-system.ts';
import { testAttacks } from './attack-tests.ts';

// One system for all that anybody may send to it: a service that something has stopped, or filled, fails what follows.
let system: System;
beforeAll(async () => {
  system = await startTestSystem({ settings: { NODE_OPTIONS: '--max-old-space-size=512' } });
});
afterAll(() => system[Symbol.asyncDispose](), 60_000);

// First, because its board must show every call of the log: those of the others are too old for it.
describe('compressed batches', () => testUnreadableBatches(() => system));
describe('bad input', () => testBadInput(() => system));
describe('over-long texts', () => testOverLongTexts(() => system));
describe('attacks', () => testAttacks(() => system));
