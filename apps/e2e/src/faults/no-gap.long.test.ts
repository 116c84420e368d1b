import { startFaultySystem } from './faulty-system.ts';
import type { FaultySystem } from './faulty-system.ts';

let system: FaultySystem;
beforeAll(async () => {
  system = await startFaultySystem();
});
afterAll(() => system[Symbol.asyncDispose](), 60_000);

it.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'every client ends with the fold of the log and never sees a call go back: faults of seed %d',
  async (seed) => {
    await system.injectFaults({ seed, webhooks: 4_000, faults: 18 });
    await system.expectNoGap();
  },
);
