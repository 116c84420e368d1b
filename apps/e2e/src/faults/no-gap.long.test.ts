import { startFaultySystem } from './faulty-system.ts';
import type { FaultySystem } from './faulty-system.ts';

let world: FaultySystem;
beforeAll(async () => {
  world = await startFaultySystem();
}, 180_000);
afterAll(() => world[Symbol.asyncDispose](), 60_000);

it.each([1, 2, 3, 4, 5, 6, 7, 8])('no gap, and no call that is ever less: faults of seed %d', async (seed) => {
  await world.provoke({ seed, webhooks: 4_000, faults: 18 });
  await world.expectNoGap();
});
