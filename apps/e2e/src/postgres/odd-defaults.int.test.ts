import { testDatabase, testKafkaBrokers, testTopicName } from '@callstream/stack';
import { setOddDefaults } from '@callstream/tables/testing';
import { openDashboard } from '../clients/dashboard.ts';
import { fillTopic, simulatedBodies } from '../load/simulated-webhooks.ts';
import { runOnce } from '../system/service-process.ts';
import { startSystem } from '../system/system.ts';
import { expectTablesToBeFoldOfLog } from '../system/test-system.ts';

const events = 300;
const paths = ['calls', 'queues', 'agents', 'stats', 'concurrent-calls'];

it('migrate, project, serve, rebuild and verify do not depend on the defaults of the database', async () => {
  await using database = await testDatabase();
  await setOddDefaults(database.url);
  await using system = await startSystem({
    brokers: testKafkaBrokers(),
    topic: testTopicName(),
    databaseUrl: database.url,
    settings: { TIME_ZONE: 'America/Sao_Paulo' },
    services: ['projector', 'gateway'],
  });
  await using dashboard = await openDashboard(system.socketUrl);
  const seen = dashboard.changes();
  await fillTopic(system, simulatedBodies(events, 4));
  await dashboard.changedAfter(seen);
  await expectTablesToBeFoldOfLog(system);
  const [call] = await dashboard.listCalls({ state: 'FINISHED' });
  expect(call?.updated_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

  for (const path of [...paths, `calls/${call?.aggregate_id}`, `calls/${call?.aggregate_id}/events`]) {
    const response = await fetch(`${system.socketUrl.replace('ws:', 'http:')}api/${path}`);
    expect([path, response.status, (await response.text()).slice(0, 200)]).toEqual([path, 200, expect.any(String)]);
  }
  for (const command of ['rebuild', 'verify'])
    await runOnce({ name: command, args: ['apps/projector/src/main.ts', command], env: system.env });
  expect(system.tail('projector') + system.tail('gateway')).not.toMatch(/"level":"(error|fatal)"/);
});
