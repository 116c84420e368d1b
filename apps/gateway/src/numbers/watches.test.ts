import { noCounts } from '@callstream/domain';
import { until } from '@callstream/stack';
import { everything } from '../access/scope.ts';
import type { Client } from '../client.ts';
import type { Floor } from './floor.ts';
import { createNumberWatches } from './watches.ts';

const floor = (asOf: number, visits: number): Floor => ({
  rules: { timeZone: 'UTC', serviceLevelMs: 20_000, shortAbandonMs: 5_000, staleAfterMs: 7_200_000 },
  asOf,
  today: { from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' },
  calls: [],
  agents: [],
  visits: [{ ...noCounts, queue: '900', begin: '2026-03-02T00:00:00Z', visits }],
});

it('tells a change that comes after a look while the tables rest from it', async () => {
  const told: string[] = [];
  const client: Client = {
    scope: () => everything,
    isAdmitted: () => true,
    authenticate: () => Promise.resolve(null),
    send: (_kind, frame) => void told.push(frame),
    hasRoom: () => true,
    write: () => undefined,
    close: () => undefined,
  };
  let latest = floor(Date.now() - 1, 1);
  const onFailed = (error: unknown): void => void told.push(String(error));
  using watches = createNumberWatches(() => Promise.resolve(latest), onFailed);
  await watches.watchQueues(client, 1);
  // Told at once: of the look before it.
  watches.changed();
  latest = floor(Date.now(), 2);
  // Sooner than the look that comes every ten seconds, whatever happens.
  await until(() => told.length === 2, { timeoutMs: 5_000, onTimeout: () => new Error(told.join('\n')) });
  expect(JSON.parse(told[1] ?? '')).toMatchObject({ event: 'Queues', data: { total: { today: { visits: 2 } } } });
});
