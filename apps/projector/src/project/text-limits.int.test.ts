import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { callStates, kinds, textLimits } from '@callstream/domain';
import type { TextField } from '@callstream/domain';
import { until } from '@callstream/stack';
import { refreshBuckets, withConnection } from '@callstream/tables';
import { clientOf, indexColumns, longestOf, poolOf, textColumns } from '@callstream/tables/testing';
import type { TextColumn } from '@callstream/tables/testing';
import { startProjector } from '../../testing/projector.ts';
import type { TestProjector } from '../../testing/projector.ts';
import { body, createFixture } from '../../testing/fixture.ts';
import type { ProjectorFixture } from '../../testing/fixture.ts';

/** Columns without a limit: their values are not sent, or they must hold the whole text. */
const unlimited: Readonly<Record<string, string>> = {
  'calls.state': 'one of five words',
  'calls.facts': 'packed texts of at most 1,025 events, each of which has a limit; in no index',
  'visits.outcome': 'one of four words',
  'segments.end_reason': 'one of six words',
  'agent_sessions.state': 'one of three words',
  'agent_sessions.end_reason': 'one of five words',
  'events.clock': 'one of two words',
  'events.body': 'the event itself, in no index: its limit is that of the topic',
  'events.source': 'the name of a known source',
  'events.source_name': 'a header of at most 32 bytes, or the record is no event',
  'events.facts': 'at most 256 facts, each of which has a limit; in no index',
  'events.omitted': 'names of fields, of which there are thirteen',
  'visit_buckets.answered_waits': 'a number for each visit; in no index',
  'visit_buckets.abandoned_waits': 'a number for each visit; in no index',
  'call_buckets.inbound_unsettled': 'a time for each call; in no index',
  'call_buckets.outbound_unsettled': 'a time for each call; in no index',
  'call_buckets.internal_unsettled': 'a time for each call; in no index',
};
const fields = Object.keys(textLimits) as TextField[];
const nameOf = ({ table, column }: Pick<TextColumn, 'table' | 'column'>): string => `${table}.${column}`;

/** Text of this many bytes that Postgres cannot compress: it compresses an index entry before it checks the size. */
function noise(bytes: number): string {
  const ideographs = Math.floor(bytes / 6);
  const wide = Array.from({ length: ideographs }, () => String.fromCodePoint(randomInt(0x4e00, 0x9fa5))).join('');
  return (
    wide +
    randomBytes(bytes)
      .toString('base64url')
      .slice(0, bytes - 3 * ideographs)
  );
}

/** An event with every field at its limit, except `given`. */
const widest = (given: Partial<Record<TextField, string>>): Buffer =>
  body({
    ...Object.fromEntries(fields.map((field) => [field, noise(textLimits[field].bytesMax)])),
    timestamp: '2026-03-02T13:00:00Z',
    n: randomUUID(),
    ...given,
  });

let fixture: ProjectorFixture;
let projector: TestProjector;
let columns: TextColumn[];
beforeAll(async () => {
  fixture = await createFixture();
  projector = await startProjector(fixture);
  columns = await textColumns(fixture.db);
});
afterAll(async () => {
  await projector[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
});

const withoutLimit = (all: readonly TextColumn[]): string[] =>
  all
    .filter((column) => column.kind === 'table' && column.bytesMax === null && !(nameOf(column) in unlimited))
    .map(nameOf);

describe('every column of the tables that has no fixed length', () => {
  it('has a limit in its comment', () => {
    expect(columns.length).toBeGreaterThan(30);
    expect(withoutLimit(columns)).toEqual([]);
  });

  it('is found by this test if it has no limit', async () => {
    const found = await withConnection(fixture.db, async (client) => {
      await clientOf(client).query('begin; alter table calls add column note varchar, add column more jsonb');
      const all = await textColumns(client);
      await clientOf(client).query('rollback');
      return withoutLimit(all);
    });
    expect(found).toEqual(['calls.note', 'calls.more']);
  });
});

describe('events of every kind with every field at its limit', () => {
  beforeAll(async () => {
    // One call that an agent answers from a queue, so that visits have texts too.
    const answered = noise(textLimits.call_id.bytesMax);
    const queue = noise(textLimits.queue.bytesMax);
    const visit = ['call.waiting', 'actor.entered'].map((type) => widest({ type, call_id: answered, queue }));
    const all = [...kinds.map((type) => widest({ type })), ...visit, widest({})];
    await fixture.produce(...all.map((value, i) => ({ value, key: null, partition: i % 2 })));
    await fixture.expectFold();
    // The projector may be refreshing, and then this returns before it has ended.
    await until(
      async () => {
        await refreshBuckets(fixture.db);
        return (await poolOf(fixture.db).query('select from bucket_marks limit 1')).rowCount === 0;
      },
      { onTimeout: () => new Error('Buckets stay marked.') },
    );
  });

  it('fill every column up to its limit', async () => {
    expect(await fixture.read(`${fixture.topic}-dlq`)).toEqual([]);
    for (const column of columns) {
      if (column.kind === 'view' || nameOf(column) in unlimited || column.table === 'positions') continue;
      expect({ column: nameOf(column), bytes: await longestOf(fixture.db, column) }).toEqual({
        column: nameOf(column),
        bytes: column.bytesMax,
      });
    }
    expect(await longestOf(fixture.db, { table: 'calls', column: 'state' })).toBeLessThanOrEqual(
      Math.max(...callStates.map(({ length }) => length)),
    );
  });

  it('fill every index with an entry whose texts are all at their limits', async () => {
    const limits = new Map(columns.map((column) => [nameOf(column), column.bytesMax]));
    const indexes = await indexColumns(fixture.db);
    expect(indexes.length).toBeGreaterThan(15);
    for (const { index, table, columns: read } of indexes) {
      const texts = read.filter((column) => typeof limits.get(`${table}.${column}`) === 'number');
      if (texts.length === 0 || table === 'positions') continue;
      const atLimit = texts.map((column) => `octet_length(${column}) = ${limits.get(`${table}.${column}`) ?? 0}`);
      const { rowCount } = await poolOf(fixture.db).query(
        `select from ${table} where ${atLimit.join(' and ')} limit 1`,
      );
      expect({ index, texts, rowCount }).toEqual({ index, texts, rowCount: 1 });
    }
  });

  it('give views no longer texts than the tables have', async () => {
    const views = columns.filter(({ kind }) => kind === 'view');
    const limitOf = (column: string): number =>
      Math.max(
        10,
        ...columns
          .filter((known) => known.kind === 'table' && known.column === column)
          .map((known) => known.bytesMax ?? 0),
      );
    for (const column of views) expect(await longestOf(fixture.db, column)).toBeLessThanOrEqual(limitOf(column.column));
    expect(await longestOf(fixture.db, { table: 'call_times', column: 'call_id' })).toBe(textLimits.call_id.bytesMax);
  });
});

describe('events of every kind with one field over its limit', () => {
  const marker = 'too long ';
  const long = (field: TextField, bytes: number): string => marker + noise(bytes - marker.length);

  it('omit that field and name it, or are dead letters; no column has a part of it, and Postgres refuses none', async () => {
    const events = kinds.flatMap((type) =>
      fields.flatMap((field) => {
        const { bytesMax } = textLimits[field];
        return [bytesMax + 1, 9_000].map((bytes) => ({
          field,
          value: body({
            type,
            call_id: randomUUID(),
            actor: randomUUID(),
            queue: '900',
            their_number: '1',
            our_number: '2',
            timestamp: '2026-03-02T13:00:00Z',
            n: randomUUID(),
            [field]: long(field, bytes),
          }),
        }));
      }),
    );
    const before = (await fixture.read()).length;
    // A request to Kafka may have about a megabyte.
    for (let from = 0; from < events.length; from += 100)
      await fixture.produce(
        ...events.slice(from, from + 100).map(({ value }, i) => ({ value, key: null, partition: i % 2 })),
      );
    await fixture.expectFold();
    expect((await fixture.read()).length).toBe(before + events.length);

    const isRefused = ({ field }: { field: TextField }): boolean => textLimits[field].ifLonger === 'refused';
    const dead = await fixture.read(`${fixture.topic}-dlq`);
    expect(new Set(dead.map(({ headers }) => headers.get('dlq_kind')?.toString()))).toEqual(new Set(['undecodable']));
    expect(dead).toHaveLength(events.filter(isRefused).length);
    const { rows } = await poolOf(fixture.db).query<{ field: string; events: number }>(
      'select omitted[1] as field, count(*) as events from events where cardinality(omitted) = 1 group by 1',
    );
    const expected = fields.filter((field) => !isRefused({ field })).map((field) => [field, 2 * kinds.length]);
    expect(Object.fromEntries(rows.map(({ field, events: count }) => [field, count]))).toEqual(
      Object.fromEntries(expected),
    );

    for (const column of columns.filter((known) => nameOf(known) !== 'events.body')) {
      const { rowCount } = await poolOf(fixture.db).query(
        `select from ${column.table} where ${column.column}::text like '${marker}%'`,
      );
      expect({ column: nameOf(column), rowCount }).toEqual({ column: nameOf(column), rowCount: 0 });
    }
  });
});
