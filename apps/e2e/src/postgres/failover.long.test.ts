import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callsOfEvents } from '@callstream/domain/testing';
import { startProxyFor, startReplicatedPostgres, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { connectTables, readPositions } from '@callstream/tables';
import { poolOf } from '@callstream/tables/testing';
import { expectNoRegressions, openAuditedClient } from '../clients/audited-client.ts';
import { recordThrough } from '../compatibility/results.ts';
import { startSteadyLoad } from '../load/steady-load.ts';
import { readLog } from '../log/read-log.ts';
import { startGateway } from '../system/gateway.ts';
import { runOnce } from '../system/service-process.ts';
import { startSystem } from '../system/system.ts';
import { expectTablesToBeFoldOfLog } from '../system/test-system.ts';

const perSecond = 40;

/** The sum of the positions, and the version of the server, over a connection of its own. */
async function readServer(url: string): Promise<{ readonly projected: number; readonly version: string }> {
  const db = connectTables({ url, max: 1 });
  try {
    const projected = (await readPositions(db)).reduce((sum, { nextOffset }) => sum + nextOffset, 0);
    const { rows } = await poolOf(db).query<{ server_version: string }>('show server_version');
    return { projected, version: rows[0]?.server_version ?? '' };
  } finally {
    await db.end();
  }
}

it('a failover under load to a standby that lacks the last commits loses no webhook, and boards, tables and verify agree with the log', async () => {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'callstream-failover-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const { primary, standby, replication, promote } = cleanup.use(await startReplicatedPostgres(folder));
  // The one address that the services know, as that of a managed service or HAProxy.
  const { proxy: address, url: databaseUrl } = await startProxyFor(primary.url);
  cleanup.use(address);
  const system = cleanup.use(await startSystem({ brokers: testKafkaBrokers(), topic: testTopicName(), databaseUrl }));
  const gatewayPort = Number(new URL(system.socketUrl).port);
  const client = cleanup.use(await openAuditedClient(gatewayPort));
  const load = cleanup.use(await startSteadyLoad(system.webhookUrl, { perSecond, seed: 1 }));
  await load.untilAccepted(5 * perSecond);
  const onStandby = () =>
    readServer(standby.url).then(
      ({ projected }) => projected,
      () => 0,
    );
  const replicated = await readServer(primary.url);
  await until(async () => (await onStandby()) >= replicated.projected, {
    onTimeout: () => new Error('The standby does not replicate.'),
  });

  // What the primary commits from here on is lost with it.
  await replication.refuse();
  await load.untilAccepted(5 * perSecond);
  const lastOfPrimary = await readServer(primary.url);
  process.kill(primary.pid, 'SIGKILL');
  await primary.exited;
  const lastOfStandby = await readServer(standby.url);
  expect(lastOfStandby.projected).toBeLessThan(lastOfPrimary.projected);
  // First a standby that only reads, as while a failover is decided.
  address.switchTo({ port: standby.port });
  await load.untilAccepted(5 * perSecond);
  expect((await readServer(standby.url)).projected).toBe(lastOfStandby.projected);
  await promote();
  // It loads its board from tables that may still lack what the other gateway has shown.
  const later = cleanup.use(await startGateway(system.env));
  const laterClient = cleanup.use(await openAuditedClient(later.port));
  await load.untilAccepted(5 * perSecond);

  await load.stop();
  await expectTablesToBeFoldOfLog(system);
  const events = await readLog(system.kafka, system.topic);
  const stored = new Set(events.map(({ uuid }) => uuid));
  expect([...load.accepted].filter((uuid) => !stored.has(uuid))).toEqual([]);
  const calls = callsOfEvents(events);
  await Promise.all([client, laterClient].map(({ untilShown }) => untilShown(calls.values())));
  expectNoRegressions([client, laterClient]);
  await runOnce({ name: 'verify', args: ['apps/projector/src/main.ts', 'verify'], env: system.env });
  for (const name of ['PROJECTOR', 'GATEWAY'])
    expect((await fetch(`http://127.0.0.1:${system.env[`${name}_ADMIN_PORT`] ?? ''}/readyz`)).status).toBe(200);
  recordThrough({
    name: 'failover of PostgreSQL to an asynchronous standby',
    version: lastOfStandby.version,
    tried: 'webhooks to tables and sockets under load, verify',
  });
});
