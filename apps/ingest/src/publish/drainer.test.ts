import { jest } from '@jest/globals';
import { createLog } from '@callstream/runtime';
import { until } from '@callstream/stack';
import { emptyStatus } from '@callstream/spool';
import { createPartitionBreakers } from './circuit-breaker.ts';
import { startDrainer } from './drainer.ts';

it('a bug ends the drainer of a partition and is logged with its stack: it is no reason to send again', async () => {
  const log = createLog({ service: 'test', level: 'silent' });
  const [failed, waits] = [jest.spyOn(log, 'error'), jest.spyOn(log, 'warn')];
  const bug = new TypeError('x is not a function');
  const record = { partition: 0, at: 0, bytes: 2, topic: 't', key: 'k', value: Buffer.from('{}'), headers: '{}' };
  const batch = { partition: 0, segment: 's', records: [{ id: 1, record }] };
  await using drainer = startDrainer({
    spool: {
      take: () => Promise.resolve(batch),
      markDrained: () => Promise.resolve(),
      quarantine: () => Promise.resolve(),
      status: () => ({ ...emptyStatus, pending: new Map([[0, 1]]) }),
      onChange: () => undefined,
    },
    connect: () => ({
      connect: () => Promise.resolve(),
      publishBatch: () => Promise.reject(bug),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
    breakers: createPartitionBreakers(() => true),
    partitionOf: () => 0,
    metrics: { drained: { inc: () => undefined } },
    log,
  });
  drainer.wake();
  await until(() => failed.mock.calls.length > 0, {
    onTimeout: () => new Error('Nothing is logged.'),
  });
  expect(failed.mock.calls).toEqual([[{ lane: 0, error: bug.stack }, 'drain.failed']]);
  expect(waits.mock.calls).toEqual([]);
});
