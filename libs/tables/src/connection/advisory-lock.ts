import type pg from 'pg';
import { clientConfig, TablesClient } from './client.ts';

/** Tasks that only one process at a time may run on a database, and the key of each one's advisory lock. */
const lockKeys = { rebuild: 1, verify: 2 } as const;
export type ExclusiveTask = keyof typeof lockKeys;

/** First half of our lock keys: "call" in ASCII, so that they differ from those of other applications. */
const lockNamespace = 0x63616c6c;

/** Another process runs the task already; the message says which. */
export class AlreadyRunning extends Error {
  override readonly name = 'AlreadyRunning';
}

export interface AdvisoryLock extends AsyncDisposable {
  /** Rejects when the connection that holds the lock is lost: then another process may start the task. */
  readonly lost: Promise<never>;
}

/**
 * Makes sure that only this process runs `task` on the database at `url`, across machines, until the lock is disposed or
 * the process ends.
 * @throws {AlreadyRunning}
 */
export async function acquireAdvisoryLock(
  url: string,
  task: ExclusiveTask,
  applicationName: string,
): Promise<AdvisoryLock> {
  const client = new TablesClient(clientConfig({ url, applicationName }));
  const { promise: lost, reject } = Promise.withResolvers<never>();
  lost.catch(() => undefined);
  const onLost = (): void =>
    reject(
      new Error(
        `The connection to Postgres that holds the advisory lock of the ${task} was lost. Start it again: it continues where it stopped.`,
      ),
    );
  client.on('error', onLost).on('end', onLost);
  await client.connect();
  const key = [lockNamespace, lockKeys[task]];
  const { rows } = await client.query<{ acquired: boolean }>(
    'select pg_try_advisory_lock($1::int, $2::int) as acquired',
    key,
  );
  if (rows[0]?.acquired !== true) {
    const holder = await describeHolder(client, key);
    await client.end();
    throw new AlreadyRunning(`A ${task} of this database is running already${holder}. Wait for it, or stop it first.`);
  }
  return { lost, [Symbol.asyncDispose]: () => client.end() };
}

async function describeHolder(client: pg.Client, key: readonly number[]): Promise<string> {
  const { rows } = await client.query<{ holder: string }>(
    `select concat_ws(', ', a.application_name, 'backend ' || l.pid, 'since ' || to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ')) as holder
     from pg_locks l left join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.granted and (l.classid, l.objid) = ($1::int::oid, $2::int::oid)
       and l.database = (select oid from pg_database where datname = current_database())`,
    [...key],
  );
  return rows[0] ? ` (${rows[0].holder})` : '';
}
