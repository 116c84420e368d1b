import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setClientQuota, startKafka, testDatabase } from '@callstream/stack';
import { createSender } from '../load/sender.ts';
import { readMetric } from '../system/ingest.ts';
import { startSystem } from '../system/system.ts';
import type { ServiceName } from '../system/system.ts';
import { expectTablesToBeFoldOfLog } from '../system/test-system.ts';

const events = 3_000;
const bodyOf = (i: number): string =>
  JSON.stringify({
    type: 'call.new',
    call_id: `quota-${i}`,
    data: 'x'.repeat(2_000),
    timestamp: new Date().toISOString(),
  });

it('under quotas of the broker every webhook is accepted, none is lost, and each service counts how long it had to wait', async () => {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'callstream-quota-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const kafka = cleanup.use(await startKafka({ dataDir: join(folder, 'kafka') }));
  const database = cleanup.use(await testDatabase());
  // 6 MB of events at 200 kB a second: ten seconds are free, and about twenty are waited.
  for (const service of ['ingest', 'projector', 'gateway'] satisfies ServiceName[])
    await setClientQuota(kafka.brokers, `callstream-${service}`, {
      producer_byte_rate: 200_000,
      consumer_byte_rate: 200_000,
    });
  const system = cleanup.use(
    await startSystem({ brokers: [kafka.brokers], topic: 'call-events', databaseUrl: database.url }),
  );
  await using sender = createSender(system.webhookUrl, 20);
  const answers = await sender.postAll(Array.from({ length: events }, (_, i) => bodyOf(i)));
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  await system.untilProjected(240_000);
  await expectTablesToBeFoldOfLog(system);
  for (const service of ['INGEST', 'PROJECTOR', 'GATEWAY']) {
    const port = Number(system.env[`${service}_ADMIN_PORT`]);
    const seconds = await readMetric(port, 'callstream_kafka_throttled_seconds_total');
    expect([service, seconds > 1]).toEqual([service, true]);
  }
}, 400_000);
