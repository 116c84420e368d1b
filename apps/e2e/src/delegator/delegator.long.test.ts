import { jest } from '@jest/globals';
import { startDelegatedSystem } from './delegated-system.ts';
import { expectAccounted } from './expect-accounted.ts';
import { faultyProvider, runSeededFaults } from './seeded-faults.ts';

jest.setTimeout(15 * 60_000);

it.each([1, 2, 3, 4])(
  'with the faults of seed %i, no call is answered twice or after its deadline, and each is accounted for',
  async (seed) => {
    await using system = await startDelegatedSystem();
    await system.provider.kill();
    await system.provider.start(...faultyProvider, '--seed', String(seed));
    const callIds = await runSeededFaults(system, { seed, rounds: 20, calls: 60 });
    const counts = await expectAccounted(system, callIds);
    console.log(JSON.stringify({ seed, calls: callIds.length, ...counts }));
    expect(counts['sent']).toBeGreaterThan(callIds.length / 4);
  },
);
