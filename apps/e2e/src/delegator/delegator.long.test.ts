import { jest } from '@jest/globals';
import { startProxiedKafka } from '../system/proxied-kafka.ts';
import { startDelegatedSystem } from './delegated-system.ts';
import { expectAccounted } from './expect-accounted.ts';
import { faultyProvider, runSeededFaults } from './seeded-faults.ts';

jest.setTimeout(15 * 60_000);

it.each([1, 2, 3, 4])(
  'with the faults of seed %i, no call is answered twice or after its deadline, and each is accounted for',
  async (seed) => {
    await using kafka = await startProxiedKafka();
    const faults = [...faultyProvider, '--seed', String(seed)];
    await using system = await startDelegatedSystem({ brokers: kafka.brokers, faults });
    const callIds = await runSeededFaults(system, { kafka: kafka.proxy, seed, rounds: 20, calls: 60 });
    const counts = await expectAccounted(system, callIds);
    console.log(JSON.stringify({ seed, calls: callIds.length, ...counts }));
    expect(counts['sent']).toBeGreaterThan(callIds.length / 4);
  },
);
