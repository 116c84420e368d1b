import { jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startPostgres, startProxy, until } from '@callstream/stack';
import type { PostgresServer } from '@callstream/stack';
import { connectTables, readPositions } from '@callstream/tables';
import { startProjector } from '../../testing/projector.ts';
import { createFixture, event } from '../../testing/fixture.ts';

jest.setTimeout(180_000);

const portOf = (url: string): number => Number(new URL(url).port);
const via = (url: string, port: number): string => {
  const led = new URL(url);
  led.port = String(port);
  return led.href;
};

/** A copy of a stopped server, as a standby that follows it through `port`. */
async function makeStandby(
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

/** Events as they are counted in a database of its own connection. */
async function countEvents({ url }: PostgresServer): Promise<number> {
  const db = connectTables({ url, max: 1 });
  try {
    const { rows } = await db.query<{ count: number }>('select count(*) from events');
    return rows[0]?.count ?? 0;
  } finally {
    await db.end();
  }
}

it('a failover to a standby that had not got the last commits: the projector goes back to where that one is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'callstream-failover-'));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const [primaryDir, standbyDir] = [join(folder, 'primary'), join(folder, 'standby')];
  // Made, stopped, copied, started again: a physical copy.
  const first = await startPostgres({ dataDir: primaryDir, fsync: false });
  await first[Symbol.asyncDispose]();
  const replication = cleanup.use(await startProxy({ to: { port: portOf(first.url) } }));
  await makeStandby(primaryDir, standbyDir, { url: first.url, port: replication.port });
  const primary = cleanup.use(await startPostgres({ dataDir: primaryDir, fsync: false }));
  const standby = cleanup.use(await startPostgres({ dataDir: standbyDir, fsync: false }));
  const proxy = cleanup.use(await startProxy({ to: { port: portOf(primary.url) } }));

  // The test's own connections go through the proxy as well: they see what the projector sees.
  const world = cleanup.use(await createFixture({ databaseUrl: via(primary.url, proxy.port) }));
  const projector = cleanup.use(await startProjector(world));
  const put = (count: number) =>
    world.put(...Array.from({ length: count }, (_, i) => ({ value: event(`call ${i % 5}`), partition: i % 2 })));
  await put(40);
  await world.expectFold();
  await until(async () => (await countEvents(standby).catch(() => 0)) === 40, {
    timeoutMs: 60_000,
    onTimeout: () => new Error('the standby does not follow'),
  });

  await replication.refuse();
  await put(30);
  await world.expectFold();
  expect(await countEvents(standby)).toBe(40);
  process.kill(primary.pid, 'SIGKILL');
  await primary.exited;
  proxy.switchTo({ port: portOf(standby.url) });
  await put(10); // while the standby is none that can be written to
  await projector.says(/Trying again since/);
  const db = connectTables({ url: standby.url, max: 1 });
  expect((await readPositions(db)).map(({ nextOffset }) => nextOffset)).toEqual([20, 20]);
  await db.query('select pg_promote()');
  await db.end();

  await world.expectFold();
  await projector.says(null);
  expect(await countEvents(standby)).toBe(80);
  expect(await projector.metric('conflicts')).toBeGreaterThan(0);
});
