import { Writable } from 'node:stream';
import { jest } from '@jest/globals';
import { decode, projectionVersion } from '@callstream/domain';
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
import { testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import {
  connectTables,
  ensurePositions,
  liveSchema,
  migrate,
  nextSchema,
  previousSchema,
  readPositions,
  readSchemas,
  verifySchema,
} from '@callstream/tables';
import type { ProjectionSchema, Tables } from '@callstream/tables';
import { expectedRows, readRows } from '@callstream/tables/testing';
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
jest.setTimeout(60_000);

const log = createLog({ service: 'test', level: 'silent' });
const topic = testTopicName();
const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'rebuild-test', log });
const logId = '11111111-1111-8111-8111-111111111111';
const partitions = 3;
const stack = new AsyncDisposableStack();
const plain = { swap: true, restart: false, acceptLoss: false, batch: 50 };
let url: string;
let live: Tables;
let publisher: Awaited<ReturnType<typeof connectPublisher>>;

beforeAll(async () => {
  const database = stack.use(await testDatabase());
  url = database.url;
  await migrate(url);
  live = stack.adopt(connectTables({ url }), (pool) => pool.end());
  await ensureTopics(kafka, { topic, partitions, log });
  await ensurePositions(live, { topic, partitions, version: projectionVersion, logId });
  publisher = stack.use(await connectPublisher(kafka));
  const bodies = [...fixtureEvents.values()].flat();
  // Some bodies twice, in two partitions: one event each. And what is no event.
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

/** A terminal that nobody looks at. */
const terminal = new Writable({ write: (_chunk, _encoding, done) => done() });

/** An operation has pools of its own and ends them; here they are shared, or a dozen operations hold all that Postgres has. */
const pools = new Map<ProjectionSchema, Tables>();

/** An operation that collects what it says. */
function operation(
  signal: AbortSignal = new AbortController().signal,
): MaintenanceContext & { readonly said: string[] } {
  const said: string[] = [];
  const tables = (schema: ProjectionSchema): Tables => {
    const pool = pools.get(schema) ?? stack.adopt(connectTables({ url, schema }), (opened) => opened.end());
    pools.set(schema, pool);
    return pool;
  };
  return { kafka, topic, live, tables, signal, log, terminal, said, say: (line) => void said.push(line) };
}

/** The live projector, for as long as it is not disposed. */
const projecting = async (leaveOut: ExcludeRecord = (_record, refusal) => Promise.reject(refusal)) =>
  startFollower({
    kafka,
    topic,
    db: live,
    positions: offsetsOf(await readPositions(live)),
    leaveOut,
    signal: new AbortController().signal,
    log,
  });

async function atEnd(db: Tables): Promise<void> {
  const ends = await endOffsets(kafka, topic);
  const isThere = async () =>
    (await readPositions(db)).every(({ partition, nextOffset }) => nextOffset === ends.get(partition)?.high);
  await until(isThere, {
    timeoutMs: 30_000,
    onTimeout: () => new Error('The tables do not get to the end of the log.'),
  });
}

async function recordsOfLog(): Promise<LogRecord[]> {
  const ends = await endOffsets(kafka, topic);
  const positions = new Map<number, number>();
  const records: LogRecord[] = [];
  await using reading = await followTopic(kafka, {
    name: 'rebuild',
    topic,
    concurrency: 1,
    positions: () => positions,
    onBatch: ({ partition, records: some }) => {
      records.push(...some);
      positions.set(partition, some.at(-1)!.offset + 1);
      return Promise.resolve(some.at(-1)!.offset + 1);
    },
    log,
  });
  await Promise.race([
    until(() => [...ends].every(([partition, { high }]) => (positions.get(partition) ?? 0) >= high), {
      timeoutMs: 30_000,
      onTimeout: () => new Error('The log does not end.'),
    }),
    reading.failure,
  ]);
  return records;
}

/** What the log says, by the domain alone. */
const eventsOfLog = async (): Promise<CallEvent[]> => eventsIn(await recordsOfLog());

function eventsIn(records: readonly LogRecord[]): CallEvent[] {
  return records.flatMap((record) => {
    const decoded = decode(logEntry(record));
    return 'event' in decoded ? [decoded.event] : [];
  });
}

/** Keys and indexes of a projection, as Postgres would write them. */
async function indexesOf(schema: ProjectionSchema): Promise<object[]> {
  const { rows } = await live.query<{ made: string; key: string | null }>(
    `select replace(pg_get_indexdef(i.indexrelid), $1 || '.', '') as made, pg_get_constraintdef(k.oid) as key
     from pg_index i join pg_class t on t.oid = i.indrelid left join pg_constraint k on k.conindid = i.indexrelid
     where t.relnamespace = $1::regnamespace order by made`,
    [schema],
  );
  return rows;
}

const schemas = async (): Promise<string[]> => (await readSchemas(live)).map(({ schema }) => schema);

describe('a rebuild', () => {
  it('makes tables that are the fold of the log, also where the live ones have nothing yet', async () => {
    const { said, ...own } = operation();
    await rebuild(own, plain);
    expect(await readRows(live)).toEqual(expectedRows(await eventsOfLog()));
    await atEnd(live);
    expect(said.join('\n')).toMatch(/Swapped: writers waited \d+ ms/);
    expect(await schemas()).toEqual([liveSchema, previousSchema]);
    expect(offsetsOf(await readPositions(own.tables(previousSchema)))).toEqual(new Map([[0, 0], [1, 0], [2, 0]])); // prettier-ignore
    // The previous ones were made by a migration.
    expect(await indexesOf(liveSchema)).toEqual(await indexesOf(previousSchema));
  });

  it('keeps the identity of the log and is what the live projector goes on writing', async () => {
    await using _live = await projecting();
    await rebuild(operation(), plain);
    await publisher.publishBatch([out('{"type":"call.new","call_id":"after the swap"}', 0)]);
    await atEnd(live);
    expect((await readPositions(live)).map((position) => position.logId)).toEqual([logId, logId, logId]);
    const { rows } = await live.query(`select from calls where call_id = 'after the swap'`);
    expect(rows).toHaveLength(1);
  });

  it('is resumed where it was interrupted; what it does not swap stays beside the live tables', async () => {
    const stopped = new AbortController();
    stopped.abort(new Error('stopped'));
    await expect(rebuild(operation(stopped.signal), plain)).rejects.toThrow('stopped');
    expect((await readStatus(operation())).schemas.find(({ schema }) => schema === nextSchema)?.state).toBe('filling');

    const second = operation();
    await rebuild(second, { ...plain, swap: false });
    expect(second.said[0]).toMatch(/^Resuming the rebuild/);
    const status = await readStatus(operation());
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
    const third = operation();
    await rebuild(third, plain);
    expect(await schemas()).toEqual([liveSchema, previousSchema]);
    expect(await readRows(live)).toEqual(expectedRows(await eventsOfLog()));
  });

  it('is resumed also when it was interrupted after its indexes were made, and the log has gone on since', async () => {
    await live.query(`create function no_views() returns event_trigger language plpgsql as $$
      begin raise 'no views now'; end $$;
      create event trigger no_views on ddl_command_start when tag in ('CREATE VIEW') execute function no_views()`);
    await expect(rebuild(operation(), plain)).rejects.toThrow('no views now');
    await live.query('drop event trigger no_views; drop function no_views()');
    const { rows } = await live.query(`select from pg_indexes where schemaname = $1 and indexname = 'calls_pkey'`, [
      nextSchema,
    ]);
    expect(rows).toHaveLength(1);
    // Of calls and events that the tables have already.
    const bodies = [...fixtureEvents.values()].flat().slice(0, 50);
    await publisher.publishBatch(bodies.map((body, i) => out(body, i % partitions)));
    const second = operation();
    await rebuild(second, plain);
    expect(second.said[0]).toMatch(/^Resuming the rebuild/);
    expect(await readRows(live)).toEqual(expectedRows(await eventsOfLog()));
  });

  it('waits, holding nobody up, while somebody has the positions open', async () => {
    const reader = await live.connect();
    await reader.query('begin');
    await reader.query('select * from positions');
    const own = operation();
    const rebuilding = rebuild(own, plain);
    await until(() => own.said.some((line) => line.includes('The swap waits for a transaction')), {
      timeoutMs: 60_000,
      onTimeout: () => new Error(`It does not say that it waits: ${own.said.join('\n')}`),
    });
    // Whoever comes now would stand in line behind a swap that waits for its lock.
    for (let i = 0; i < 20; i++) {
      const began = performance.now();
      await live.query('update positions set partition = partition');
      expect(performance.now() - began).toBeLessThan(1_000);
    }
    await reader.query('commit');
    reader.release();
    await rebuilding;
    expect(own.said.join('\n')).toMatch(/Swapped/);
  });

  it('refuses, and says what would be lost, when the log has lost something; and does it when told to', async () => {
    await live.query('update positions set next_offset = next_offset + 5 where partition = 2');
    await expect(rebuild(operation(), plain)).rejects.toThrow(/Partition 2: the log ends at \d+.*--accept-loss/s);
    await rebuild(operation(), { ...plain, acceptLoss: true });
    expect(await readRows(live)).toEqual(expectedRows(await eventsOfLog()));
    // Another log: a client's cursor holds no longer.
    expect((await readPositions(live))[0]?.logId).not.toBe(logId);
  });

  it('and when the log was replaced by another one, which is no log to verify by, or to resume from, either', async () => {
    const replaced = /Partition 1: record \d+ is not the one that the live tables have/;
    await rebuild(operation(), { ...plain, swap: false });
    for (const schema of [liveSchema, nextSchema])
      await live.query(`update ${schema}.positions set last_timestamp = '2026-01-01' where partition = 1`);
    await expect(verify(operation(), () => undefined)).rejects.toThrow(replaced);
    await expect(rebuild(operation(), plain)).rejects.toThrow(replaced);
    const own = operation();
    await rebuild(own, { ...plain, acceptLoss: true });
    expect(own.said[0]).toMatch(/^Rebuilding from/);
    expect(await readRows(live)).toEqual(expectedRows(await eventsOfLog()));
  });
});

describe('a rollback', () => {
  it('brings the tables of before back, up with the log, and a second one those of after', async () => {
    await rebuild(operation(), plain);
    await live.query(`update calls set code = 'marked'`);
    await publisher.publishBatch([out('{"type":"call.new","call_id":"before the rollback"}', 1)]);
    await rollback(operation());
    {
      // They are as far as the live ones were, or farther: the rest is the projector's.
      await using _live = await projecting();
      await atEnd(live);
    }
    expect(await readRows(live)).toEqual(expectedRows(await eventsOfLog()));
    await rollback(operation());
    const { rows } = await live.query<{ marked: number }>(`select count(*) as marked from calls where code = 'marked'`);
    expect(rows[0]?.marked).toBeGreaterThan(10);
    await rollback(operation());
  });
});

describe('a verification', () => {
  it('finds nothing in tables that are what the log says, and leaves nothing behind', async () => {
    const lines: string[] = [];
    await verify(operation(), (line) => lines.push(line));
    expect(lines.at(-1)).toBe('The live tables are what the log says.');
    expect(lines.filter((line) => line.endsWith('  same'))).toHaveLength(5);
    expect(await schemas()).not.toContain(verifySchema);
  });

  it('fails with the first rows that differ, are missing or too many', async () => {
    await live.query(`update calls set queue = '666' where call_id = 'before the rollback'`);
    await live.query(`delete from agents where actor = (select min(actor) from agents)`);
    await live.query(
      `insert into visits (call_id, n, queue, waiting_at, outcome) values ('nobody', 0, '900', now(), 'open')`,
    );
    const lines: string[] = [];
    await expect(verify(operation(), (line) => lines.push(line))).rejects.toThrow(
      /differ from the log in calls \(1\), visits \(1\), agents/,
    );
    const text = lines.join('\n');
    expect(text).toContain('calls ["before the rollback"]: queue is "666", the log says null');
    expect(text).toContain('visits ["nobody", 0]: not in the log');
    expect(text).toMatch(/agents \["[^"]+", "[^"]*"\]: missing in the live tables/);
    expect(await schemas()).not.toContain(verifySchema);
  });
});

/** Has Postgres refuse events of a type in tables that are made from now on. */
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
  const isFold = async (): Promise<void> =>
    expect(await readRows(live)).toEqual(expectedRows(eventsIn((await recordsOfLog()).filter((one) => !isBad(one)))));
  const putBad = (n: number) =>
    publisher.publishBatch([
      out(JSON.stringify({ type, call_id: 'bad', n }), 1),
      out(JSON.stringify({ type: 'good', call_id: 'good', after: type, n }), 1),
    ]);
  const forget = async (): Promise<void> => {
    await live.query('drop event trigger if exists trap; drop function if exists public.trap()');
    for (const schema of await schemas())
      await live.query(
        `alter table ${schema}.events drop constraint if exists trap; drop index if exists ${schema}.trap`,
      );
  };
  const verified = async (): Promise<string[]> => {
    const [own, lines]: [ReturnType<typeof operation>, string[]] = [operation(), []];
    await verify(own, (line) => lines.push(line));
    return [...own.said, ...lines];
  };
  beforeAll(() => live.query(refuse(type)));
  afterAll(async () => {
    await forget();
    // Those that were left out.
    await rebuild(operation(), plain);
  });

  it('is left out of a rebuild and of a verification, and named, if it is on the DLQ or the live tables lack it too, wherever they are', async () => {
    await putBad(1);
    await putBad(2);
    const [first, second] = (await recordsOfLog()).filter(isBad);
    await createDeadLetters(kafka, publisher, topic).setAside([
      { record: first!, kind: 'refused', reason: 'Postgres refuses it' },
    ]);
    if (when === 'when an index is built') {
      // The live tables were asked to take them, and have not.
      await live.query(`create index trap on events ((1 / (type <> '${type}')::int))`);
      await using _live = await projecting(() => Promise.resolve());
      await atEnd(live);
    }
    const own = operation();
    await rebuild(own, plain);
    const said = own.said.join('\n');
    expect(said).toMatch(/Postgres refuses something of the log \((23514|22012): .*Beginning again/);
    expect(said).toMatch(
      /Left out, as Postgres refuses them: 2 records, 1 of them on the DLQ .*kind refused\), 1 not;/,
    );
    const named = [
      new RegExp(`partition 1, record ${first!.offset}: (23514|22012)`),
      new RegExp(`partition 1, record ${second!.offset}, not on the DLQ: (23514|22012)`),
    ];
    for (const record of named) expect(said).toMatch(record);
    await isFold();
    const lines = await verified();
    for (const record of named) expect(lines.join('\n')).toMatch(record);
    expect(lines.at(-1)).toBe('The live tables are what the log says.');
  });

  it('is never left out if the live tables have it, on the DLQ or not: that stops, names it, and changes nothing', async () => {
    await live.query('alter table events drop constraint if exists trap; drop index if exists trap');
    await putBad(3);
    {
      await using _live = await projecting();
      await atEnd(live);
    }
    const bad = (await recordsOfLog()).filter(isBad).at(-1)!;
    await createDeadLetters(kafka, publisher, topic).setAside([
      { record: bad, kind: 'refused', reason: 'Postgres refused it before' },
    ]);
    const before = await readRows(live);
    const stops = new RegExp(`record ${bad.offset} of partition 1 \\((23514|22012): .*the live tables have that event`);
    const own = operation();
    await expect(rebuild(own, plain)).rejects.toThrow(stops);
    // What was left out before it is listed all the same: a rebuild that goes on does not meet it again.
    expect(own.said.join('\n')).toContain('Left out, as Postgres refuses them: 2 records');
    await expect(verify(operation(), () => undefined)).rejects.toThrow(stops);
    expect(await readRows(live)).toEqual(before);
    expect(await schemas()).not.toContain(verifySchema);
  });
});

it('--if-older has tables rebuilt that an older version made, leaves those of this one, and fails at those of a newer one', async () => {
  const isOlder = async (version: number): Promise<boolean> => {
    await live.query('update positions set projection_version = $1', [version]);
    return needsRebuild(operation(), { unlessInUse: false });
  };
  expect(await isOlder(projectionVersion - 1)).toBe(true);
  await expect(isOlder(projectionVersion + 1)).rejects.toThrow(`Run the code of version ${projectionVersion + 1}`);
  expect(await isOlder(projectionVersion)).toBe(false);
});

it('tables that take no ordinary event stop a rebuild: nothing is left out', async () => {
  const refuseAll = refusals['when its row is written']('').replace('type <>', 'type =');
  await live.query(refuseAll);
  const own = operation();
  await expect(rebuild(own, { ...plain, restart: true })).rejects.toThrow(/ordinary event.*do not fit each other/);
  await live.query('drop event trigger trap; drop function public.trap()');
  expect(own.said.join('\n')).not.toContain('Left out');
  await rebuild(operation(), { ...plain, restart: true });
  expect(await readRows(live)).toEqual(expectedRows(await eventsOfLog()));
});

it('a record whose Kafka timestamp is absurd stops no rebuild, and is known again afterwards', async () => {
  const producer = kafka.producer();
  await producer.connect();
  const value = '{"type":"call.new","call_id":"when"}';
  for (const timestamp of ['-99999999999999', '-1'])
    await producer.send({ topic, messages: [{ partition: 2, timestamp, value }] });
  await producer.disconnect();
  await rebuild(operation(), plain);
  await rebuild(operation(), plain);
  expect(await readRows(live)).toEqual(expectedRows(await eventsOfLog()));
});
