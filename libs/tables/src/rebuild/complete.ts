import type { ClientBase } from 'pg';
import { upsertAllAgents } from '../write/write-agents.ts';
import type { Tables } from '../connection/pool.ts';
import { inTransaction } from '../connection/transaction.ts';
import { isDuplicateEvent } from '../write/insert-events.ts';
import { beforeFill, afterFill, readProjectionSql, tableNames } from '../projection/schemas.ts';
import type { ProjectionSchema, TableName } from '../projection/schemas.ts';
import { upsertEventsFrom } from '../write/statements.ts';
import { mergeCalls } from './merge-calls.ts';

/** What came again while others were filled in, each event once. */
const mergedDuplicates = `(
  select distinct on (uuid) uuid, id, call_id, type, kind, actor, queue, at, clock, received_at, body, omitted,
    sum(deliveries) over (partition by uuid)::int as deliveries
  from events_again order by uuid, id) again`;

/** Sorting for an index is fastest when what is sorted at once stays in the cache of the processor: a quarter less than with 128 MB. */
const sortMemory = '8MB';

/** Runs `work` on the tables in a transaction of its own. */
type RunTransaction = (work: (client: ClientBase) => Promise<unknown>) => Promise<void>;

/**
 * Makes bare tables fit for use: brings together what a fill has written more than once, writes the agents, and adds indexes,
 * keys, views, functions and grants. Long on many rows, so events and calls are done side by side, over seven connections. Interrupted,
 * it leaves tables that {@link makeBare} makes fit to be filled on.
 * @param mayRepeat whether a fill may have written events twice without noticing: then all are looked through first
 */
export async function completeProjection(
  db: Tables,
  schema: ProjectionSchema,
  { mayRepeat }: { mayRepeat: boolean },
): Promise<void> {
  const { indexes, keys, views, functions, grants } = await readProjectionSql();
  const run: RunTransaction = (work) =>
    inTransaction(db, async (client) => {
      await client.query(
        `set local search_path = ${schema}; set local work_mem = '256MB'; set local maintenance_work_mem = '${sortMemory}'`,
      );
      await work(client);
    });
  await allSettled([completeEvents(run, indexes, mayRepeat), completeCalls(run, indexes)]);
  await run((client) => client.query(`${afterFill} ${keys} ${views} ${functions} ${grants}`));
}

/** Makes tables fit to be filled on that an interrupted {@link completeProjection} has left: takes their indexes away. */
export async function prepareForFill(db: Tables, schema: ProjectionSchema): Promise<void> {
  const { indexes } = await readProjectionSql();
  const names = [...indexes.matchAll(/^create (?:unique )?index (\w+)/gm)].map(([, name]) => name);
  await inTransaction(db, (client) =>
    client.query(`set local search_path = ${schema}; drop index if exists ${names.join()}; ${beforeFill}`),
  );
}

/** Empties tables that {@link completeProjection} has not completed, and sets their positions back to the first offsets of the log. */
export async function truncateProjection(
  db: Tables,
  schema: ProjectionSchema,
  starts: ReadonlyMap<number, number>,
): Promise<void> {
  await prepareForFill(db, schema);
  await inTransaction(db, async (client) => {
    await client.query(`set local search_path = ${schema}; truncate events_again, ${tableNames.join()}`);
    await client.query(
      `update positions p set next_offset = s.start, last_uuid = null, last_timestamp = null
       from unnest($1::int[], $2::bigint[]) as s(partition, start) where p.partition = s.partition`,
      [[...starts.keys()], [...starts.values()]],
    );
  });
}

/** As `Promise.all`, but it rejects only when nothing runs any more: what goes on would meet tables that were emptied meanwhile. */
async function allSettled(work: readonly Promise<unknown>[]): Promise<void> {
  const first = Promise.all(work);
  first.catch(() => undefined);
  await Promise.allSettled(work);
  await first;
}

async function completeEvents(run: RunTransaction, indexes: string, mayRepeat: boolean): Promise<void> {
  if (mayRepeat) await run(moveDuplicates);
  // Before the indexes, which lock it out, and beside the calls.
  await run((client) => client.query('analyze events'));
  const [key = '', ...others] = indexesOf('events', indexes);
  const makeKey = (): Promise<void> => run((client) => client.query(key));
  const takeOutFirst = async (error: unknown): Promise<void> => {
    if (!isDuplicateEvent(error)) throw error;
    await run(moveDuplicates);
    await makeKey();
  };
  await allSettled([makeKey().catch(takeOutFirst), ...others.map((index) => run((client) => client.query(index)))]);
  await run((client) => client.query(`${upsertEventsFrom(mergedDuplicates)}; truncate events_again`));
  // Only now each event is there as its first delivery.
  await run((client) => client.query(`${upsertAllAgents()}; analyze agents`));
}

/** Brings together before there are indexes: each would be kept for every row that is written again. */
async function completeCalls(run: RunTransaction, indexes: string): Promise<void> {
  await run(mergeCalls);
  const complete = async (table: TableName): Promise<void> => {
    await run((client) => client.query(indexesOf(table, indexes).join(';')));
    await run((client) => client.query(`analyze ${table}`));
  };
  await allSettled((['calls', 'visits', 'segments'] as const).map(complete));
}

/** The statements that make the indexes of a table, the unique one first. */
const indexesOf = (table: TableName, indexes: string): string[] =>
  indexes
    .replaceAll(/^--.*$/gm, '')
    .split(';')
    .filter((statement) => statement.includes(` on ${table} `));

/** Moves the events that are there several times to those that came again. */
async function moveDuplicates(client: ClientBase): Promise<void> {
  await client.query(`
    with gone as (
      delete from events where uuid in (select uuid from events group by uuid having count(*) > 1) returning *
    ) insert into events_again select * from gone`);
}
