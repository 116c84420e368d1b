import { createLog } from '@callstream/runtime';
import type { Kafka } from '@callstream/runtime';
import { monitorLag } from './monitor-lag.ts';
import { createOutage } from './outage.ts';
import { createBoardProgress } from './progress.ts';

const log = createLog({ service: 'test', level: 'silent' });

it('a bug ends the gateway, and is not reported as Kafka that cannot be read', async () => {
  const kafkaOutage = createOutage('Kafka', log);
  const monitored = monitorLag({
    // Calling it is a TypeError.
    kafka: {} as Kafka,
    topic: 't',
    progress: createBoardProgress(Date.now),
    blocked: { isBlocked: () => false },
    reader: { isReading: () => true, restart: () => undefined },
    kafkaOutage,
    logOutage: createOutage('The log', log),
    signal: AbortSignal.timeout(10_000),
    log,
  });
  await expect(monitored).rejects.toMatchObject({ name: 'TypeError' });
  expect(kafkaOutage.describe()).toBeNull();
});
