import { testDatabase, testKafkaBrokers, testTopicName } from '@callstream/stack';
import { fillTopic, simulatedBodies } from '../load/simulated-webhooks.ts';
import { runOnce } from '../system/service-process.ts';
import { startSystem } from '../system/system.ts';
import { expectTablesToBeFoldOfLog } from '../system/test-system.ts';
import { hasPgBouncer, startPgBouncer } from './pgbouncer.ts';

const skipped = hasPgBouncer ? '' : ' (skipped: pgbouncer is not in PATH)';

(hasPgBouncer ? it : it.skip)(
  `behind PgBouncer with session pooling, migrate, project, serve, rebuild and verify work${skipped}`,
  async () => {
    await using database = await testDatabase();
    await using pooler = await startPgBouncer(database.url, 'session');
    await using system = await startSystem({
      brokers: testKafkaBrokers(),
      topic: testTopicName(),
      databaseUrl: pooler.url,
      services: ['projector', 'gateway'],
    });
    await fillTopic(system, simulatedBodies(400, 4));
    await expectTablesToBeFoldOfLog(system);
    const response = await fetch(`${system.socketUrl.replace('ws:', 'http:')}api/calls`);
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('"state":"FINISHED"')]);
    for (const command of ['rebuild', 'verify'])
      await runOnce({ name: command, args: ['apps/projector/src/main.ts', command], env: system.env });
  },
);
