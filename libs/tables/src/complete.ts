import type { ClientBase } from 'pg';
import type { Tables } from './connect.ts';
import { inTransaction } from './connection.ts';
import { readBlueprint, tableNames } from './schemas.ts';
import type { ProjectionSchema } from './schemas.ts';
import { upsertCallAgentsFrom, upsertCallQueuesFrom, upsertCallsFrom } from './statements.ts';

/** What a fill may have written more than once: what identifies it, and how it is joined. */
const repeatable = [
  { table: 'calls', key: 'call_id', upsertFrom: upsertCallsFrom },
  { table: 'call_queues', key: 'call_id, queue', upsertFrom: upsertCallQueuesFrom },
  { table: 'call_agents', key: 'call_id, actor', upsertFrom: upsertCallAgentsFrom },
] as const;
type Repeatable = (typeof repeatable)[number];

/**
 * Makes bare tables fit for use: merges what a fill has written more than once, and adds keys, indexes, views and grants. Long
 * on many rows; all or nothing.
 */
export async function completeProjection(db: Tables, schema: ProjectionSchema): Promise<void> {
  const { indexes, views, grants } = await readBlueprint();
  await inTransaction(db, async (client) => {
    await client.query(
      `set local search_path = ${schema}; set local work_mem = '256MB'; set local maintenance_work_mem = '256MB'`,
    );
    await client.query(mergeEvents);
    for (const one of repeatable) await takeOut(client, one);
    await client.query(`${indexes} ${views} ${grants}`);
    for (const one of repeatable) await joinAgain(client, one);
  });
  await db.query(`analyze ${tableNames.map((table) => `${schema}.${table}`).join()}`);
}

/** Of an event that was delivered several times, the first delivery stays, and how many there were. */
const mergeEvents = `
with repeated as (
  select uuid, min(id) as id, sum(deliveries)::int as deliveries from events group by uuid having count(*) > 1
), gone as (
  delete from events e using repeated r where e.uuid = r.uuid and e.id > r.id
)
update events e set deliveries = r.deliveries from repeated r where e.uuid = r.uuid and e.id = r.id`;

/** Moves the rows of what is there several times into a table of their own, numbered. */
async function takeOut(client: ClientBase, { table, key }: Repeatable): Promise<void> {
  await client.query(`
    create temporary table repeated_${table} on commit drop as
    select t.*, row_number() over (partition by ${key}) as round from ${table} t
    where (${key}) in (select ${key} from ${table} group by ${key} having count(*) > 1);
    delete from ${table} where (${key}) in (select ${key} from repeated_${table});
    create index on repeated_${table} (round)`);
}

/** Puts them back, one of each at a time, as a projector would that got them one after another. */
async function joinAgain(client: ClientBase, { table, upsertFrom }: Repeatable): Promise<void> {
  const { rows } = await client.query<{ rounds: number | null }>(
    `select max(round)::int as rounds from repeated_${table}`,
  );
  for (let round = 1; round <= (rows[0]?.rounds ?? 0); round++)
    await client.query(upsertFrom(`repeated_${table} where round = ${round}`));
}
