import { fuzzRequests } from './fuzz-requests.ts';
import { fuzzSockets } from './fuzz-sockets.ts';
import { fuzzWebhooks } from './fuzz-webhooks.ts';
import { startFuzzedSystem } from './fuzzed-system.ts';
import type { FuzzedSystem } from './fuzzed-system.ts';

const minutes = 60_000;

/** Declares the tests, with so many requests, webhooks, and sequences of frames. */
export function testFuzzing(runs: { readonly requests: number; readonly webhooks: number; readonly sockets: number }) {
  let system: FuzzedSystem;
  beforeAll(async () => {
    system = await startFuzzedSystem();
  }, 2 * minutes);
  afterAll(() => system[Symbol.asyncDispose](), minutes);
  afterEach(() => system.expectUnharmed());

  it(
    'every request that is nearly as described is answered as described',
    () => fuzzRequests(system, runs.requests),
    20 * minutes,
  );
  it(
    'every webhook that is nearly as described is answered as described, and all are projected',
    () => fuzzWebhooks(system, runs.webhooks),
    20 * minutes,
  );
  it(
    'every sequence of frames that are nearly as described is answered, or closes the socket by the table',
    () => fuzzSockets(system, runs.sockets),
    20 * minutes,
  );
}
