import { decodeRecords, projectionVersion } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import { fixtureEvents } from '@callstream/domain/testing';
import {
  connectKafka,
  connectPublisher,
  createLog,
  endOffsets,
  ensureTopics,
  followTopic,
  logEntry,
} from '@callstream/runtime';
import type { LogRecord, ProducerRecord } from '@callstream/runtime';
import { createTestContext, produceRequests } from '@callstream/runtime/testing';
import { testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import {
  bucketTables,
  connectTables,
  ensurePositions,
  liveSchema,
  nextSchema,
  previousSchema,
  readPositions,
  readSchemas,
  refreshBuckets,
  verifySchema,
} from '@callstream/tables';
import type { ProjectionSchema, Tables } from '@callstream/tables';
import { countBucketsAnew, expectedRows, migrated, poolOf, readBuckets, readRows } from '@callstream/tables/testing';
import { checkLog } from '../supervision/check-log.ts';
import { createDeadLetters } from '../dlq/dead-letters.ts';
import { startFollower } from './swap/follower.ts';
import { needsRebuild } from './needs-rebuild.ts';
import type { ExcludeRecord } from './fill/exclude-record.ts';
import { offsetsOf } from './live-positions.ts';
import type { MaintenanceContext } from './maintenance.ts';
import { rebuild } from './rebuild.ts';
import { rollback } from './rollback.ts';
import { readStatus, statusText } from './status.ts';
import { verify } from './verify.ts';

// A busy machine is no failure: what hangs is noticed all the same.
const log = createLog({ service: 'test', level: 'silent' });
const topic = testTopicName();
const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'rebuild-test', log });
const logId = '11111111-1111-8111-8111-111111111111';
const partitions = 3;
const stack = new AsyncDisposableStack();
const defaults = { swap: true, restart: false, acceptLoss: false, batch: 50 };
let url: string;
let live: Tables;
let publisher: Awaited<ReturnType<typeof connectPublisher>>;

beforeAll(async () => {
  ({ url } = stack.use(await testDatabase({ content: migrated })));
  live = stack.adopt(connectTables({ url }), (pool) => pool.end());
  await ensureTopics(kafka, { topic, partitions, log });
  await ensurePositions(live, { topic, partitions, version: projectionVersion, logId });
  publisher = stack.use(await connectPublisher(kafka));
  const bodies = [...fixtureEvents.values()].flat();
  // Some bodies twice, in two partitions: one event each. And a record that is not an event.
  await publisher.publishBatch([
    ...bodies.map((body, i) => out(body, i % partitions)),
    ...bodies.slice(0, 20).map((body, i) => out(body, (i + 1) % partitions)),
    out('not json', 0),
    out('{"type":"call.new","call_id":"a\\u0000b","x":"\\ud800","y":"a\\\\b\\tc\\nd","n":1e131071}', 1),
    out('{ "type":\t"call.new",\r\n "call_id": "spaced\\\\out" }', 2),
  ]);
});
afterAll(() => stack.disposeAsync());

const out = (body: string, partition: number): ProducerRecord => ({
  topic,
  partition,
  key: 'k',
  value: Buffer.from(body),
  headers: {},
});

/** Shared by all commands of this file: with pools of their own, they would exceed the connections of Postgres. */
const pools = new Map<ProjectionSchema, Tables>();

/** A context that collects what is printed. */
function createContext(signal?: AbortSignal): MaintenanceContext & { readonly printed: readonly string[] } {
  const tables = (schema: ProjectionSchema): Tables => {
    const pool = pools.get(schema) ?? stack.adopt(connectTables({ url, schema }), (opened) => opened.end());
    pools.set(schema, pool);
    return pool;
  };
  return { ...createTestContext(signal), kafka, topic, live, tables };
}

/** The live projector, until disposed. */
const startLiveProjector = async (excludeRecord: ExcludeRecord = (_record, refusal) => Promise.reject(refusal)) =>
  startFollower({
    kafka,
    topic,
    db: live,
    positions: offsetsOf(await readPositions(live)),
    excludeRecord,
    signal: new AbortController().signal,
    log,
  });

async function untilCaughtUp(db: Tables): Promise<void> {
  const ends = await endOffsets(kafka, topic);
  const hasCaughtUp = async () =>
    (await readPositions(db)).every(({ partition, nextOffset }) => nextOffset === ends.get(partition)?.high);
  await until(hasCaughtUp, {
    onTimeout: () => new Error('The tables do not reach the end of the log.'),
  });
}

async function recordsOfLog(): Promise<LogRecord[]> {
  const ends = await endOffsets(kafka, topic);
  const positions = new Map<number, number>();
  const records: LogRecord[] = [];
  await using reader = await followTopic(kafka, {
    name: 'rebuild',
    topic,
    concurrency: 1,
    positions: () => positions,
    onBatch: ({ partition, records: batch }) => {
      const next = batch.at(-1)!.offset + 1;
      records.push(...batch);
      positions.set(partition, next);
      return Promise.resolve(next);
    },
    log,
  });
  await Promise.race([
    until(() => [...ends].every(([partition, { high }]) => (positions.get(partition) ?? 0) >= high), {
      onTimeout: () => new Error('The log does not end.'),
    }),
    reader.failure,
  ]);
  return records;
}

/** Events of the log, decoded with the domain alone. */
const eventsOfLog = async (): Promise<CallEvent[]> => eventsIn(await recordsOfLog());

function eventsIn(records: readonly LogRecord[]): CallEvent[] {
  return [...decodeRecords(records, logEntry)];
}

/** Keys and indexes of a projection, as Postgres prints them. */
async function indexesOf(schema: ProjectionSchema): Promise<object[]> {
  const { rows } = await poolOf(live).query<{ definition: string; key: string | null }>(
    `select replace(pg_get_indexdef(i.indexrelid), $1 || '.', '') as definition, pg_get_constraintdef(k.oid) as key
     from pg_index i join pg_class t on t.oid = i.indrelid left join pg_constraint k on k.conindid = i.indexrelid
     where t.relnamespace = $1::regnamespace order by definition`,
    [schema],
  );
  return rows;
}

const schemas = async (): Promise<string[]> => (await readSchemas(live)).map(({ schema }) => schema);

describe('a rebuild', () => {
  it('makes tables that are the fold of the log, also while the live ones are empty', async () => {
    const context = createContext();
    await rebuild(context, defaults);
    expect(await readRows(live)).toEqual(expectedRows(await eventsOfLog()));
    await untilCaughtUp(live);
    expect(context.printed.join('\n')).toMatch(/Swapped: writers waited \d+ ms/);
    expect(await schemas()).toEqual([liveSchema, previousSchema]);
    expect(offsetsOf(await readPositions(context.tables(previousSchema)))).toEqual(new Map([[0, 0], [1, 0], [2, 0]])); // prettier-ignore
    // The previous tables were created by a migration.
    expect(await indexesOf(liveSchema)).toEqual(await indexesOf(previousSchema));
  });

  it('keeps the identity of the log, and the live projector continues in the new tables', async () => {
    await using _live = await startLiveProjector();
    await rebuild(createContext(), defaults);
    await publisher.publishBatch([out('{"type":"call.new","call_id":"after the swap"}', 0)]);
    await untilCaughtUp(live);
    expect((await readPositions(live)).map((position) => position.logId)).toEqual([logId, logId, logId]);
    const { rows } = await poolOf(live).query(`select from calls where call_id = 'after the swap'`);
    expect(rows).toHaveLength(1);
  });

  it('is resumed after an interruption, and with --no-swap keeps the new tables beside the live ones', async () => {
    const stopped = new AbortController();
    stopped.abort(new Error('stopped'));
    await expect(rebuild(createContext(stopped.signal), defaults)).rejects.toThrow('stopped');
    expect((await readStatus(createContext())).schemas.find(({ schema }) => schema === nextSchema)?.state).toBe(
      'filling',
    );

    const second = createContext();
    await rebuild(second, { ...defaults, swap: false });
    expect(second.printed[0]).toMatch(/^Resuming the rebuild/);
    const status = await readStatus(createContext());
    expect(status.schemas.map(({ schema, state }) => [schema, state])).toEqual([
      [liveSchema, 'complete'],
      [nextSchema, 'complete'],
      [previousSchema, 'complete'],
    ]);
    expect(statusText(status)).toMatch(
      new RegExp(
        String.raw`projection_next: complete, version ${projectionVersion}, .*\n {2}\d+ records, 0 to go \(100 %\)`,
      ),
    );
    const third = createContext();
    await rebuild(third, defaults);
    expect(await schemas()).toEqual([liveSchema, previousSchema]);
    expect(await readRows(live)).toEqual(expectedRows(await eventsOfLog()));
  });

  it('is resumed after an interruption behind the build of the indexes, with new records in the log', async () => {
    await poolOf(live).query(`create function no_views() returns event_trigger language plpgsql as $$
      begin raise 'no views now'; end $$;
      create event trigger no_views on ddl_command_start when tag in ('CREATE VIEW') execute function no_views()`);
    await expect(rebuild(createContext(), defaults)).rejects.toThrow('no views now');
    await poolOf(live).query('drop event trigger no_views; drop function no_views()');
    const { rows } = await poolOf(live).query(
      `select from pg_indexes where schemaname = $1 and indexname = 'calls_pkey'`,
      [nextSchema],
    );
    expect(rows).toHaveLength(1);
    // Events that the tables already have.
    const bodies = [...fixtureEvents.values()].flat().slice(0, 50);
    await publisher.publishBatch(bodies.map((body, i) => out(body, i % partitions)));
    const second = createContext();
    await rebuild(second, defaults);
    expect(second.printed[0]).toMatch(/^Resuming the rebuild/);
    expect(await readRows(live)).toEqual(expectedRows(await eventsOfLog()));
  });

  it('waits without blocking writers while a transaction holds the positions', async () => {
    const reader = await poolOf(live).connect();
    await reader.query('begin');
    await reader.query('select * from positions');
    const context = createContext();
    const rebuilt = rebuild(context, defaults);
    await until(() => context.printed.some((line) => line.includes('The swap waits for a transaction')), {
      onTimeout: () => new Error(`It does not print that it waits: ${context.printed.join('\n')}`),
    });
    // A swap that waited for its lock would block these updates until the end of the transaction.
    for (let i = 0; i < 20; i++) await poolOf(live).query('update positions set partition = partition');
    await reader.query('commit');
    reader.release();
    await rebuilt;
    expect(context.printed.join('\n')).toMatch(/Swapped/);
  });

  it('fails with the lost records when the log has lost some, and accepts that with --accept-loss', async () => {
    await poolOf(live).query('update positions set next_offset = next_offset + 5 where partition = 2');
    await expect(rebuild(createContext(), defaults)).rejects.toThrow(
      /Partition 2: the log ends at \d+.*--accept-loss/s,
    );
    await rebuild(createContext(), { ...defaults, acceptLoss: true });
    expect(await readRows(live)).toEqual(expectedRows(await eventsOfLog()));
    // Another log, so cursors of clients are no longer valid.
    expect((await readPositions(live))[0]?.logId).not.toBe(logId);
  });

  it('fails when the log was replaced, as do a verification and a resumed rebuild', async () => {
    const replaced = /Partition 1: record \d+ is not the one that the live tables have/;
    await rebuild(createContext(), { ...defaults, swap: false });
    for (const schema of [liveSchema, nextSchema])
      await poolOf(live).query(`update ${schema}.positions set last_timestamp = '2026-01-01' where partition = 1`);
    await expect(verify(createContext())).rejects.toThrow(replaced);
    await expect(rebuild(createContext(), defaults)).rejects.toThrow(replaced);
    const context = createContext();
    await rebuild(context, { ...defaults, acceptLoss: true });
    expect(context.printed[0]).toMatch(/^Rebuilding from/);
    expect(await readRows(live)).toEqual(expectedRows(await eventsOfLog()));
  });
});

describe('a rollback', () => {
  /** Refreshes the buckets, and expects them to be those of a recount of all rows. */
  const expectExactBuckets = async () => {
    await refreshBuckets(live);
    const refreshed = await readBuckets(live);
    await countBucketsAnew(live);
    expect(refreshed).toEqual(await readBuckets(live));
  };

  it('swaps the previous tables and their buckets back, up to date with the log, and a second one swaps again', async () => {
    await rebuild(createContext(), defaults);
    await poolOf(live).query(`update calls set code = 'marked'`);
    await publisher.publishBatch([out('{"type":"call.new","call_id":"before the rollback"}', 1)]);
    const talk =
      '{"type":"actor.entered","call_id":"before the rollback","actor":"ana","timestamp":"2020-02-29T12:00:00Z"}';
    await publisher.publishBatch([out(talk, 1)]);
    await rollback(createContext());
    {
      // They are at least as far as the live ones were; the projector writes the rest.
      await using _live = await startLiveProjector();
      await untilCaughtUp(live);
    }
    expect(await readRows(live)).toEqual(expectedRows(await eventsOfLog()));
    await expectExactBuckets();
    await rollback(createContext());
    await expectExactBuckets();
    const { rows } = await poolOf(live).query<{ marked: number }>(
      `select count(*) as marked from calls where code = 'marked'`,
    );
    expect(rows[0]?.marked).toBeGreaterThan(10);
    await rollback(createContext());
  });
});

describe('a verification', () => {
  it('finds no difference in tables that match the log, says which counts it skipped, and drops its schema', async () => {
    await poolOf(live).query(
      `insert into bucket_marks select begins_at from call_buckets where minutes = 15
       union select begins_at from visit_buckets where minutes = 15 union select begins_at from talk_buckets where minutes = 15`,
    );
    // As before the first count of a new database.
    await poolOf(live).query('delete from visit_buckets');
    const context = createContext();
    await verify(context);
    const lines = context.printed;
    expect(lines.at(-1)).toBe('The live tables match the log.');
    expect(lines.filter((line) => line.endsWith('  same'))).toHaveLength(6);
    expect(lines.filter((line) => line.endsWith('  not compared'))).toHaveLength(bucketTables.length);
    expect(
      lines.filter((line) => /^\w+_buckets: 0 rows were compared. [1-9]\d* buckets were skipped/.test(line)),
    ).toHaveLength(bucketTables.length);
    await refreshBuckets(live);
    expect(await schemas()).not.toContain(verifySchema);
  });

  it('fails with the first rows that differ, are missing or are not in the log', async () => {
    await poolOf(live).query(`update calls set queue = '666' where call_id = 'before the rollback'`);
    await poolOf(live).query(`delete from agents where actor = (select min(actor) from agents)`);
    await poolOf(live).query(
      `insert into visits (call_id, n, queue, waiting_at, outcome) values ('nobody', 0, '900', now(), 'open')`,
    );
    await poolOf(live).query(`update visit_buckets set visits = 666 where minutes = 1440 and
      (begins_at, queue) = (select begins_at, queue from visit_buckets where minutes = 1440 order by 1, 2 limit 1)`);
    const context = createContext();
    await expect(verify(context)).rejects.toThrow(
      /differ from the log in calls \(1\), visits \(1\), agents.*, visit_buckets \(1\)/,
    );
    const text = context.printed.join('\n');
    expect(text).toMatch(/visit_buckets \[1440, .*: visits is 666, the log says/);
    expect(text).toContain('calls ["before the rollback"]: queue is "666", the log says null');
    expect(text).toContain('visits ["nobody", 0]: not in the log');
    expect(text).toMatch(/agents \["[^"]+", "[^"]*"\]: missing in the live tables/);
    expect(await schemas()).not.toContain(verifySchema);
  });
});

/** SQL that makes Postgres refuse events of a type in tables that are created from now on. */
const refusals = {
  'when its row is written': (type: string) => `
    create function public.trap() returns event_trigger language plpgsql as $$
    declare made record;
    begin
      for made in select * from pg_event_trigger_ddl_commands() where object_identity like '%.events' loop
        execute format('alter table %s add constraint trap check (type <> ''${type}'')', made.object_identity);
      end loop;
    end $$;
    create event trigger trap on ddl_command_end when tag in ('CREATE TABLE') execute function public.trap()`,
  'when an index is built': (type: string) => `
    create function public.trap() returns event_trigger language plpgsql as $$
    declare made record;
    begin
      for made in select * from pg_event_trigger_ddl_commands() where object_identity like '%.events_pkey' loop
        execute format('create index if not exists trap on %s.events ((1 / (type <> ''${type}'')::int))', made.schema_name);
      end loop;
    end $$;
    create event trigger trap on ddl_command_end when tag in ('CREATE INDEX') execute function public.trap()`,
};

describe.each(Object.entries(refusals))('a record that Postgres refuses %s', (when, refuse) => {
  const type = `bad ${when}`;
  const isBad = ({ value }: LogRecord): boolean => value?.includes(`{"type":"${type}"`) ?? false;
  const expectFoldWithoutBad = async (): Promise<void> =>
    expect(await readRows(live)).toEqual(
      expectedRows(eventsIn((await recordsOfLog()).filter((record) => !isBad(record)))),
    );
  const produceBad = (n: number) =>
    publisher.publishBatch([
      out(JSON.stringify({ type, call_id: 'bad', n }), 1),
      out(JSON.stringify({ type: 'good', call_id: 'good', after: type, n }), 1),
    ]);
  const removeTraps = async (): Promise<void> => {
    await poolOf(live).query('drop event trigger if exists trap; drop function if exists public.trap()');
    for (const schema of await schemas())
      await poolOf(live).query(
        `alter table ${schema}.events drop constraint if exists trap; drop index if exists ${schema}.trap`,
      );
  };
  const outputOfVerify = async (): Promise<readonly string[]> => {
    const context = createContext();
    await verify(context);
    return context.printed;
  };
  beforeAll(() => poolOf(live).query(refuse(type)));
  afterAll(async () => {
    await removeTraps();
    // With the records that were excluded.
    await rebuild(createContext(), defaults);
  });

  it('is excluded from a rebuild and a verification, and reported, if it is on the DLQ or the live tables lack it too', async () => {
    await produceBad(1);
    await produceBad(2);
    const [first, second] = (await recordsOfLog()).filter(isBad);
    await createDeadLetters(kafka, publisher, topic).publish([
      { record: first!, kind: 'refused', reason: 'Postgres refuses it' },
    ]);
    if (when === 'when an index is built') {
      // The live tables refuse them too.
      await poolOf(live).query(`create index trap on events ((1 / (type <> '${type}')::int))`);
      await using _live = await startLiveProjector(() => Promise.resolve());
      await untilCaughtUp(live);
    }
    const context = createContext();
    await rebuild(context, defaults);
    const printed = context.printed.join('\n');
    expect(printed).toMatch(/Postgres refuses a record of the log \((23514|22012): .*Starting over/);
    expect(printed).toMatch(
      /Excluded, because Postgres refuses them: 2 records, 1 of them on the DLQ .*kind refused\), 1 not;/,
    );
    const named = [
      new RegExp(`partition 1, record ${first!.offset}: (23514|22012)`),
      new RegExp(`partition 1, record ${second!.offset}, not on the DLQ: (23514|22012)`),
    ];
    for (const record of named) expect(printed).toMatch(record);
    await expectFoldWithoutBad();
    const lines = await outputOfVerify();
    for (const record of named) expect(lines.join('\n')).toMatch(record);
    expect(lines.at(-1)).toBe('The live tables match the log.');
  });

  it('stops rebuild and verification if the live tables have it, even if it is on the DLQ, and changes nothing', async () => {
    await poolOf(live).query('alter table events drop constraint if exists trap; drop index if exists trap');
    await produceBad(3);
    {
      await using _live = await startLiveProjector();
      await untilCaughtUp(live);
    }
    const bad = (await recordsOfLog()).filter(isBad).at(-1)!;
    await createDeadLetters(kafka, publisher, topic).publish([
      { record: bad, kind: 'refused', reason: 'Postgres refused it before' },
    ]);
    const before = await readRows(live);
    const stops = new RegExp(`record ${bad.offset} of partition 1 \\((23514|22012): .*the live tables have that event`);
    const context = createContext();
    await expect(rebuild(context, defaults)).rejects.toThrow(stops);
    // Also after an error: a resumed rebuild does not read the excluded records again.
    expect(context.printed.join('\n')).toContain('Excluded, because Postgres refuses them: 2 records');
    await expect(verify(createContext())).rejects.toThrow(stops);
    expect(await readRows(live)).toEqual(before);
    expect(await schemas()).not.toContain(verifySchema);
  });
});

it('--if-older rebuilds tables of an older version, keeps those of this version, and fails for those of a newer one', async () => {
  const isOlder = async (version: number): Promise<boolean> => {
    await poolOf(live).query('update positions set projection_version = $1', [version]);
    return needsRebuild(createContext(), { unlessInUse: false });
  };
  expect(await isOlder(projectionVersion - 1)).toBe(true);
  await expect(isOlder(projectionVersion + 1)).rejects.toThrow(`Run the code of version ${projectionVersion + 1}`);
  expect(await isOlder(projectionVersion)).toBe(false);
});

it('a rebuild stops without excluding records if the tables refuse an ordinary event', async () => {
  const refuseAll = refusals['when its row is written']('').replace('type <>', 'type =');
  await poolOf(live).query(refuseAll);
  const context = createContext();
  await expect(rebuild(context, { ...defaults, restart: true })).rejects.toThrow(/ordinary event.*do not match/);
  await poolOf(live).query('drop event trigger trap; drop function public.trap()');
  expect(context.printed.join('\n')).not.toContain('Excluded');
  await rebuild(createContext(), { ...defaults, restart: true });
  expect(await readRows(live)).toEqual(expectedRows(await eventsOfLog()));
});

it('a record with an absurd Kafka timestamp does not stop a rebuild, and matches its fingerprint afterwards', async () => {
  const value = '{"type":"call.new","call_id":"when"}';
  const requests = [-99999999999999, -1].map((timestamp) => [{ partition: 2, timestamp, value }]);
  await produceRequests(kafka, topic, requests);
  await rebuild(createContext(), defaults);
  await checkLog({ kafka, topic, positions: await readPositions(live), log });
  await rebuild(createContext(), defaults);
  expect(await readRows(live)).toEqual(expectedRows(await eventsOfLog()));
});
