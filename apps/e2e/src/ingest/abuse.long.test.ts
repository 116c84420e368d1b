import { startGuardedIngest } from './guarded-ingest.ts';
import type { GuardedIngest } from './guarded-ingest.ts';
import { testHostileLoad } from './hostile-load-tests.ts';

let ingest: GuardedIngest;
beforeAll(async () => {
  ingest = await startGuardedIngest();
});
afterAll(() => ingest[Symbol.asyncDispose]());

testHostileLoad(() => ingest, { slowConnections: 2_000, floods: 15 });
