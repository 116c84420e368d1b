import pLimit from 'p-limit';
import type { ClientBase } from 'pg';
import { countAllBuckets } from '../buckets/count-buckets.ts';
import { poolOf } from '../connection/tables.ts';
import type { Tables } from '../connection/tables.ts';
import type { ProjectionSchema } from '../connection/schema-names.ts';
import { inTransaction } from '../connection/transaction.ts';
import {
  afterFill,
  beforeFill,
  bucketTables,
  readDelegatorGrants,
  readProjectionSql,
  tableNames,
} from '../projection/schemas.ts';
import type { TableName } from '../projection/schemas.ts';
import { isDuplicateEvent } from '../write/insert-events.ts';
import { upsertEventsFrom } from '../write/statements.ts';
import { upsertAllAgents } from '../write/write-agents.ts';
import { copySessions } from './copy-sessions.ts';
import { mergeCalls } from './merge-calls.ts';

/** SQL: the duplicates of a fill, one row per event. */
const mergedDuplicates = `(
  select distinct on (uuid) uuid, id, call_id, type, kind, actor, queue, at, clock, received_at, body, omitted,
    source, source_name, facts, sum(deliveries) over (partition by uuid)::int as deliveries
  from events_again order by uuid, id) duplicates`;

/** Index builds sort fastest if the sort memory fits into the CPU cache: a quarter faster than with 128 MB. */
const sortMemory = '8MB';

/** Runs `work` on the tables in its own transaction. */
type RunTransaction = (work: (client: ClientBase) => Promise<unknown>) => Promise<void>;

/**
 * Makes filled tables usable: merges duplicate events and calls, writes agents and their sessions, adds indexes, keys, views,
 * functions and grants, and counts the buckets. This takes long, so events and calls are processed in parallel, over all connections
 * of the pool. After an interruption, {@link prepareForFill} makes the tables fillable again.
 * @param mayHaveDuplicates whether the fill may have written events twice without detecting it: then all are searched first
 */
export async function completeProjection(
  db: Tables,
  schema: ProjectionSchema,
  { mayHaveDuplicates }: { readonly mayHaveDuplicates: boolean },
): Promise<void> {
  const { indexes, keys, views, functions, grants } = await readProjectionSql();
  const delegatorGrants = await readDelegatorGrants();
  // The pool would let a transaction wait for a connection for 5 s only; building an index of 20 million events takes minutes.
  const slots = pLimit(poolOf(db).options.max);
  const run: RunTransaction = (work) =>
    slots(() =>
      inTransaction(db, async (client) => {
        await client.query(
          `set local search_path = ${schema}; set local work_mem = '256MB'; set local maintenance_work_mem = '${sortMemory}'`,
        );
        await work(client);
      }),
    );
  await allSettled([completeEvents(run, indexes, mayHaveDuplicates), completeCalls(run, indexes)]);
  await run((client) =>
    client.query(`${afterFill} ${keys} ${views} ${functions} ${grants} ${delegatorGrants}; ${countAllBuckets}`),
  );
}

/** Drops the indexes that an interrupted {@link completeProjection} has created, so that the tables can be filled further. */
export async function prepareForFill(db: Tables, schema: ProjectionSchema): Promise<void> {
  const { indexes } = await readProjectionSql();
  const names = [...indexes.matchAll(/^create (?:unique )?index (\w+)/gm)].map(([, name]) => name);
  await inTransaction(db, (client) =>
    client.query(`set local search_path = ${schema}; drop index if exists ${names.join()}; ${beforeFill}`),
  );
}

/** Empties tables that are not complete, and resets their positions to the first offsets of the log (`starts`, by partition). */
export async function truncateProjection(
  db: Tables,
  schema: ProjectionSchema,
  starts: ReadonlyMap<number, number>,
): Promise<void> {
  await prepareForFill(db, schema);
  await inTransaction(db, async (client) => {
    await client.query(
      `set local search_path = ${schema}; truncate events_again, bucket_marks, ${[...bucketTables, ...tableNames].join()}`,
    );
    await client.query(
      `update positions p set next_offset = s.start, last_uuid = null, last_timestamp = null
       from unnest($1::int[], $2::bigint[]) as s(partition, start) where p.partition = s.partition`,
      [[...starts.keys()], [...starts.values()]],
    );
  });
}

/** As `Promise.all`, but rejects only once all work has ended: otherwise it would run into tables that are emptied meanwhile. */
async function allSettled(work: readonly Promise<unknown>[]): Promise<void> {
  const first = Promise.all(work);
  first.catch(() => undefined);
  await Promise.allSettled(work);
  await first;
}

async function completeEvents(run: RunTransaction, indexes: string, mayHaveDuplicates: boolean): Promise<void> {
  if (mayHaveDuplicates) await run(moveDuplicates);
  // Before the indexes, whose locks would block it, and in parallel with the calls.
  await run((client) => client.query('analyze events'));
  const [key = '', ...otherIndexes] = indexesOf('events', indexes);
  const createKey = (): Promise<void> => run((client) => client.query(key));
  const moveDuplicatesFirst = async (error: unknown): Promise<void> => {
    if (!isDuplicateEvent(error)) throw error;
    await run(moveDuplicates);
    await createKey();
  };
  await allSettled([
    createKey().catch(moveDuplicatesFirst),
    ...otherIndexes.map((index) => run((client) => client.query(index))),
  ]);
  await run((client) => client.query(`${upsertEventsFrom(mergedDuplicates)}; truncate events_again`));
  // Only now does every event have the data of its first delivery, which agents depend on.
  await allSettled([
    run((client) => client.query(`${upsertAllAgents()}; analyze agents`)),
    run(async (client) => {
      await copySessions(client);
      await client.query(`${indexesOf('agent_sessions', indexes).join(';')}; analyze agent_sessions`);
    }),
  ]);
}

/** Merges before there are indexes: each would have to be updated for every merged row. */
async function completeCalls(run: RunTransaction, indexes: string): Promise<void> {
  await run(mergeCalls);
  const complete = async (table: TableName): Promise<void> => {
    await run((client) => client.query(indexesOf(table, indexes).join(';')));
    await run((client) => client.query(`analyze ${table}`));
  };
  await allSettled((['calls', 'visits', 'segments'] as const).map(complete));
}

/** The statements that create the indexes of a table, the unique one first. */
const indexesOf = (table: TableName, indexes: string): string[] =>
  indexes
    .replaceAll(/^--.*$/gm, '')
    .split(';')
    .filter((statement) => statement.includes(` on ${table} `));

/** Moves events with several rows to the table of duplicates. */
async function moveDuplicates(client: ClientBase): Promise<void> {
  await client.query(`
    with moved as (
      delete from events where uuid in (select uuid from events group by uuid having count(*) > 1) returning *
    ) insert into events_again select * from moved`);
}
