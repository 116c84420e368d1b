import { connectKafka } from '@callstream/runtime';
import { failingTables } from '@callstream/tables/testing';
import { createMetrics } from '../metrics.ts';
import { silent } from '../../testing/fixture.ts';
import { startStallWatchdog } from './stall-watchdog.ts';

it('a bug while the positions are read ends the projector, and is not reported as Postgres that does not answer', async () => {
  using stack = new DisposableStack();
  const stopping = stack.adopt(new AbortController(), (controller) => controller.abort());
  const bug = new TypeError('x is not a function');
  const watchdog = startStallWatchdog({
    kafka: connectKafka({ brokers: ['127.0.0.1:1'], clientId: 'test', log: silent }),
    db: failingTables(bug, 'querying'),
    topic: 't',
    metrics: createMetrics(),
    signal: stopping.signal,
    stallMs: 60_000,
    isWaiting: () => false,
    assigned: () => null,
    effectivePosition: (_partition, position) => position,
  });
  await expect(watchdog.failure).rejects.toBe(bug);
});
