import { jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startPostgres, startProxy, until } from '@callstream/stack';
import type { PostgresServer } from '@callstream/stack';
import { connectTables, readPositions } from '@callstream/tables';
import { poolOf } from '@callstream/tables/testing';
import { startProjector } from '../../testing/projector.ts';
import { createFixture, event } from '../../testing/fixture.ts';

jest.setTimeout(180_000);

const portOf = (url: string): number => Number(new URL(url).port);
const via = (url: string, port: number): string => {
  const proxied = new URL(url);
  proxied.port = String(port);
  return proxied.href;
};

/** Copies a stopped server to a standby that replicates it through `port`. */
async function createStandby(
  primary: string,
  standby: string,
  { url, port }: { url: string; port: number },
): Promise<void> {
  await promisify(execFile)('cp', ['-a', primary, standby]);
  await rm(join(standby, 'postgres.port'), { force: true });
  const cluster = join(standby, 'cluster');
  await writeFile(join(cluster, 'standby.signal'), '');
  const { username, password } = new URL(url);
  await appendFile(
    join(cluster, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=127.0.0.1 port=${port} user=${username} password=${password}'\n`,
  );
}

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
  const [primaryDir, standbyDir] = [join(folder, 'primary'), join(folder, 'standby')];
  // A physical copy: created, stopped, copied, started again.
  const original = await startPostgres({ dataDir: primaryDir, fsync: false });
  await original[Symbol.asyncDispose]();
  const replication = cleanup.use(await startProxy({ to: { port: portOf(original.url) } }));
  await createStandby(primaryDir, standbyDir, { url: original.url, port: replication.port });
  const primary = cleanup.use(await startPostgres({ dataDir: primaryDir, fsync: false }));
  const standby = cleanup.use(await startPostgres({ dataDir: standbyDir, fsync: false }));
  const proxy = cleanup.use(await startProxy({ to: { port: portOf(primary.url) } }));

  // The test's own connections go through the proxy as well: they see what the projector sees.
  const fixture = cleanup.use(await createFixture({ databaseUrl: via(primary.url, proxy.port) }));
  const projector = cleanup.use(await startProjector(fixture));
  const produce = (count: number) =>
    fixture.produce(...Array.from({ length: count }, (_, i) => ({ value: event(`call ${i % 5}`), partition: i % 2 })));
  await produce(40);
  await fixture.expectFold();
  await until(async () => (await countEvents(standby).catch(() => 0)) === 40, {
    timeoutMs: 60_000,
    onTimeout: () => new Error('the standby does not replicate'),
  });

  await replication.refuse();
  await produce(30);
  await fixture.expectFold();
  expect(await countEvents(standby)).toBe(40);
  process.kill(primary.pid, 'SIGKILL');
  await primary.exited;
  proxy.switchTo({ port: portOf(standby.url) });
  await produce(10); // while the standby is read-only
  await projector.untilReadiness(/Retrying since/);
  const db = connectTables({ url: standby.url, max: 1 });
  expect((await readPositions(db)).map(({ nextOffset }) => nextOffset)).toEqual([20, 20]);
  await poolOf(db).query('select pg_promote()');
  await db.end();

  await fixture.expectFold();
  await projector.untilReadiness(null);
  expect(await countEvents(standby)).toBe(80);
  expect(await projector.metric('conflicts')).toBeGreaterThan(0);
});
