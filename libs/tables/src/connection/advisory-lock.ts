import type pg from 'pg';
import { serverAddress, TablesClient } from './client.ts';

/** What only one process may do to a database at a time, and the number of its advisory lock. */
const tasks = { rebuild: 1, verify: 2 } as const;
export type ExclusiveTask = keyof typeof tasks;

/** First half of the keys of our advisory locks: "call" in ASCII, so that we do not meet those of other applications. */
const lockSpace = 0x63616c6c;

/** Another process is at it already; `message` says which. */
export class AlreadyRunning extends Error {
  override readonly name = 'AlreadyRunning';
}

export interface AdvisoryLock extends AsyncDisposable {
  /** Rejects when the connection that holds the lock is lost: then nobody is alone any more. */
  readonly lost: Promise<never>;
}

/** Keeps others from doing `task` on the database at `url`, also from other machines, until disposed or dead. @throws {AlreadyRunning} */
export async function acquireAdvisoryLock(
  url: string,
  task: ExclusiveTask,
  applicationName: string,
): Promise<AdvisoryLock> {
  const client = new TablesClient({
    ...serverAddress(url),
    application_name: applicationName,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  const { promise: lost, reject } = Promise.withResolvers<never>();
  lost.catch(() => undefined);
  const onLost = (): void =>
    reject(
      new Error(
        `The connection to Postgres that kept other processes from a ${task} was lost. Start it again: it goes on where it was.`,
      ),
    );
  client.on('error', onLost).on('end', onLost);
  await client.connect();
  const key = [lockSpace, tasks[task]];
  const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1::int, $2::int) as held', key);
  if (rows[0]?.held !== true) {
    const holder = await describeHolder(client, key);
    await client.end();
    throw new AlreadyRunning(`A ${task} of this database is running already${holder}. Wait for it, or stop it first.`);
  }
  return { lost, [Symbol.asyncDispose]: () => client.end() };
}

async function describeHolder(client: pg.Client, key: readonly number[]): Promise<string> {
  const { rows } = await client.query<{ who: string }>(
    `select concat_ws(', ', a.application_name, 'backend ' || l.pid, 'since ' || to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ')) as who
     from pg_locks l left join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.granted and (l.classid, l.objid) = ($1::int::oid, $2::int::oid)
       and l.database = (select oid from pg_database where datname = current_database())`,
    [...key],
  );
  return rows[0] ? ` (${rows[0].who})` : '';
}
