import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProxy, startReplicatedPostgres, until } from '@callstream/stack';
import type { PostgresServer } from '@callstream/stack';
import { connectTables, readPositions } from '@callstream/tables';
import { poolOf } from '@callstream/tables/testing';
import { startProjector } from '../../testing/projector.ts';
import { createFixture, event } from '../../testing/fixture.ts';

const via = (url: string, port: number): string => {
  const proxied = new URL(url);
  proxied.port = String(port);
  return proxied.href;
};

/** Number of events, over a connection of its own. */
async function countEvents({ url }: PostgresServer): Promise<number> {
  const db = connectTables({ url, max: 1 });
  try {
    const { rows } = await poolOf(db).query<{ count: number }>('select count(*) from events');
    return rows[0]?.count ?? 0;
  } finally {
    await db.end();
  }
}

it('after a failover to a standby that lacks the last commits, the projector continues from the position of the standby', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'callstream-failover-'));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const { primary, standby, replication, promote } = cleanup.use(await startReplicatedPostgres(folder));
  const proxy = cleanup.use(await startProxy({ to: { port: primary.port } }));

  // The test's own connections go through the proxy as well: they see what the projector sees.
  const fixture = cleanup.use(await createFixture({ databaseUrl: via(primary.url, proxy.port) }));
  const projector = cleanup.use(await startProjector(fixture));
  const produce = (count: number) =>
    fixture.produce(...Array.from({ length: count }, (_, i) => ({ value: event(`call ${i % 5}`), partition: i % 2 })));
  await produce(40);
  await fixture.expectFold();
  await until(async () => (await countEvents(standby).catch(() => 0)) === 40, {
    onTimeout: () => new Error('the standby does not replicate'),
  });

  await replication.refuse();
  await produce(30);
  await fixture.expectFold();
  expect(await countEvents(standby)).toBe(40);
  process.kill(primary.pid, 'SIGKILL');
  await primary.exited;
  proxy.switchTo({ port: standby.port });
  await produce(10); // while the standby is read-only
  await projector.untilReadiness(/Retrying since/);
  const db = connectTables({ url: standby.url, max: 1 });
  expect((await readPositions(db)).map(({ nextOffset }) => nextOffset)).toEqual([20, 20]);
  await db.end();
  await promote();

  await fixture.expectFold();
  await projector.untilReadiness(null);
  expect(await countEvents(standby)).toBe(80);
  expect(await projector.metric('conflicts')).toBeGreaterThan(0);
});
