import type { ClientBase } from 'pg';
import type { Tables } from './connect.ts';
import { inTransaction } from './connection.ts';
import { isEventTaken } from './join-events.ts';
import { readBlueprint } from './schemas.ts';
import type { ProjectionSchema, TableName } from './schemas.ts';
import { upsertCallAgentsFrom, upsertCallQueuesFrom, upsertCallsFrom } from './statements.ts';

/** What a fill may have written more than once: what identifies it, and how it is joined. */
const repeatable = [
  { table: 'calls', key: 'call_id', upsertFrom: upsertCallsFrom },
  { table: 'call_queues', key: 'call_id, queue', upsertFrom: upsertCallQueuesFrom },
  { table: 'call_agents', key: 'call_id, actor', upsertFrom: upsertCallAgentsFrom },
] as const;
type Repeatable = (typeof repeatable)[number];

/** Runs `work` on the tables in a transaction of its own. */
type Run = (work: (client: ClientBase) => Promise<unknown>) => Promise<void>;

/**
 * Makes bare tables fit for use: merges what a fill has written more than once, and adds indexes, keys, views and grants. Long
 * on many rows, so events and calls are done side by side, over five connections. Interrupted, it leaves tables that
 * {@link makeBare} makes fit to be filled on.
 * @param repeats events that may be there more than once; null if that is not known
 */
export async function completeProjection(
  db: Tables,
  schema: ProjectionSchema,
  repeats: readonly string[] | null,
): Promise<void> {
  const { indexes, keys, views, grants } = await readBlueprint();
  const run: Run = (work) =>
    inTransaction(db, async (client) => {
      await client.query(
        `set local search_path = ${schema}; set local work_mem = '256MB'; set local maintenance_work_mem = '128MB'`,
      );
      await work(client);
    });
  await Promise.all([completeEvents(run, indexes, repeats), completeCalls(run, indexes)]);
  await run((client) => client.query(`${keys} ${views} ${grants}`));
}

/** Takes the indexes away that an interrupted {@link completeProjection} has made. */
export async function makeBare(db: Tables, schema: ProjectionSchema): Promise<void> {
  const { indexes } = await readBlueprint();
  const names = [...indexes.matchAll(/^create (?:unique )?index (\w+)/gm)].map(([, name]) => `${schema}.${name}`);
  await db.query(`drop index if exists ${names.join()}`);
}

async function completeEvents(run: Run, indexes: string, repeats: readonly string[] | null): Promise<void> {
  await run((client) => mergeEvents(client, repeats));
  const [key = '', ...others] = indexesOf('events', indexes);
  const makeKey = (): Promise<void> => run((client) => client.query(key));
  const mergeAll = async (error: unknown): Promise<void> => {
    if (repeats === null || !isEventTaken(error)) throw error;
    await run((client) => mergeEvents(client, null));
    await makeKey();
  };
  await Promise.all([makeKey().catch(mergeAll), ...others.map((index) => run((client) => client.query(index)))]);
  await run((client) => client.query('analyze events, agents'));
}

async function completeCalls(run: Run, indexes: string): Promise<void> {
  await run(async (client) => {
    for (const one of repeatable) {
      await takeOut(client, one);
      await client.query(indexesOf(one.table, indexes).join(';'));
      await joinAgain(client, one);
    }
  });
  await run((client) => client.query(`analyze ${repeatable.map(({ table }) => table).join()}`));
}

/** The statements that make the indexes of a table, the unique one first. */
const indexesOf = (table: TableName, indexes: string): string[] =>
  indexes
    .replaceAll(/^--.*$/gm, '')
    .split(';')
    .filter((statement) => statement.includes(` on ${table} `));

/** Of an event that was delivered several times, the first delivery stays, and how many there were. */
async function mergeEvents(client: ClientBase, repeats: readonly string[] | null): Promise<void> {
  if (repeats?.length === 0) return;
  await client.query('create temporary table repeats (uuid uuid) on commit drop');
  if (repeats) await client.query('insert into repeats select unnest($1::text::uuid[])', [`{${repeats.join()}}`]);
  else await client.query('insert into repeats select uuid from events group by uuid having count(*) > 1');
  await client.query(`
    create temporary table repeated_events on commit drop as
    select ctid as place, row_number() over (partition by uuid order by id) as delivery,
      sum(deliveries) over (partition by uuid)::int as deliveries
    from events where uuid in (select uuid from repeats)`);
  // By their places: each of the other joins would read the whole table again.
  await client.query(`
    set local enable_hashjoin = off; set local enable_mergejoin = off;
    delete from events where ctid = any (array(select place from repeated_events where delivery > 1));
    update events e set deliveries = r.deliveries from repeated_events r where e.ctid = r.place and r.delivery = 1`);
}

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
