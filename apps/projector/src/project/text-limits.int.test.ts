import { jest } from '@jest/globals';
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { callStates, kinds, textLimits } from '@callstream/domain';
import type { TextField } from '@callstream/domain';
import { withConnection } from '@callstream/tables';
import { indexColumns, longestOf, textColumns } from '@callstream/tables/testing';
import type { TextColumn } from '@callstream/tables/testing';
import { startProjector } from '../../testing/projector.ts';
import type { TestProjector } from '../../testing/projector.ts';
import { body, createFixture } from '../../testing/fixture.ts';
import type { ProjectorFixture } from '../../testing/fixture.ts';

jest.setTimeout(120_000);

/** Columns whose values nobody sends, or that are meant to have the whole. */
const otherwise: Readonly<Record<string, string>> = {
  'calls.state': 'one of five words',
  'calls.facts': 'packed texts of at most 1,025 events, each of which has a limit; in no index',
  'visits.outcome': 'one of four words',
  'segments.end_reason': 'one of six words',
  'events.clock': 'one of two words',
  'events.body': 'the event itself, in no index: its limit is that of the topic',
  'events.omitted': 'names of fields, of which there are twelve',
};
const fields = Object.keys(textLimits) as TextField[];
const nameOf = ({ table, column }: Pick<TextColumn, 'table' | 'column'>): string => `${table}.${column}`;

/** Text of exactly so many bytes that Postgres cannot compress: an index entry is compressed before it is measured. */
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

/** An event of a kind in which every field is as long as it may be, but those that are given. */
const widest = (given: Partial<Record<TextField, string>>): Buffer =>
  body({
    ...Object.fromEntries(fields.map((field) => [field, noise(textLimits[field].bytesMax)])),
    ...{ timestamp: '2026-03-02T13:00:00Z', n: randomUUID() },
    ...given,
  });

let world: ProjectorFixture;
let projector: TestProjector;
let columns: TextColumn[];
beforeAll(async () => {
  world = await createFixture();
  projector = await startProjector(world);
  columns = await textColumns(world.db);
});
afterAll(async () => {
  await projector[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const withoutLimit = (all: readonly TextColumn[]): string[] =>
  all.filter((one) => one.kind === 'table' && one.bytesMax === null && !(nameOf(one) in otherwise)).map(nameOf);

describe('every column of the tables that has no fixed length', () => {
  it('has a limit, which its comment says', () => {
    expect(columns.length).toBeGreaterThan(30);
    expect(withoutLimit(columns)).toEqual([]);
  });

  it('would be missed otherwise', async () => {
    const found = await withConnection(world.db, async (client) => {
      await client.query('begin; alter table calls add column note varchar, add column more jsonb');
      const all = await textColumns(client);
      await client.query('rollback');
      return withoutLimit(all);
    });
    expect(found).toEqual(['calls.note', 'calls.more']);
  });
});

describe('events of every kind with every field as long as it may be', () => {
  beforeAll(async () => {
    // One call, in which an agent answers whom a queue has: visits have texts of that.
    const answered = noise(textLimits.call_id.bytesMax);
    const queue = noise(textLimits.queue.bytesMax);
    const visit = ['call.waiting', 'actor.entered'].map((type) => widest({ type, call_id: answered, queue }));
    const all = [...kinds.map((type) => widest({ type })), ...visit, widest({})];
    await world.put(...all.map((value, i) => ({ value, key: null, partition: i % 2 })));
    await world.expectFold();
  });

  it('are in the tables, each of whose columns has a value of its limit', async () => {
    expect(await world.read(`${world.topic}-dlq`)).toEqual([]);
    for (const column of columns) {
      if (column.kind === 'view' || nameOf(column) in otherwise || column.table === 'positions') continue;
      expect({ column: nameOf(column), bytes: await longestOf(world.db, column) }).toEqual({
        column: nameOf(column),
        bytes: column.bytesMax,
      });
    }
    expect(await longestOf(world.db, { table: 'calls', column: 'state' })).toBeLessThanOrEqual(
      Math.max(...callStates.map(({ length }) => length)),
    );
  });

  it('have an entry in every index in which all of its texts are as long as they may be', async () => {
    const limits = new Map(columns.map((column) => [nameOf(column), column.bytesMax]));
    const indexes = await indexColumns(world.db);
    expect(indexes.length).toBeGreaterThan(15);
    for (const { index, table, columns: read } of indexes) {
      const texts = read.filter((column) => typeof limits.get(`${table}.${column}`) === 'number');
      if (texts.length === 0 || table === 'positions') continue;
      const are = texts.map((column) => `octet_length(${column}) = ${limits.get(`${table}.${column}`) ?? 0}`);
      const { rowCount } = await world.db.query(`select from ${table} where ${are.join(' and ')} limit 1`);
      expect({ index, texts, rowCount }).toEqual({ index, texts, rowCount: 1 });
    }
  });

  it('are in views whose texts are no longer than those of the tables', async () => {
    const views = columns.filter(({ kind }) => kind === 'view');
    const limitOf = (column: string): number =>
      Math.max(
        10,
        ...columns.filter((one) => one.kind === 'table' && one.column === column).map((one) => one.bytesMax ?? 0),
      );
    for (const column of views) expect(await longestOf(world.db, column)).toBeLessThanOrEqual(limitOf(column.column));
    expect(await longestOf(world.db, { table: 'call_times', column: 'call_id' })).toBe(textLimits.call_id.bytesMax);
  });
});

describe('events of every kind with one field that is longer', () => {
  const marker = 'too long ';
  const long = (field: TextField, bytes: number): string => marker + noise(bytes - marker.length);

  it('leave that field out and name it, or are dead letters; no column has a part of it, and Postgres refuses none', async () => {
    const events = kinds.flatMap((type) =>
      fields.flatMap((field) => {
        const { bytesMax } = textLimits[field];
        return [bytesMax + 1, 9_000].map((bytes) => ({
          field,
          value: body({
            ...{ type, call_id: randomUUID(), actor: randomUUID(), queue: '900', their_number: '1', our_number: '2' },
            ...{ timestamp: '2026-03-02T13:00:00Z', n: randomUUID(), [field]: long(field, bytes) },
          }),
        }));
      }),
    );
    const before = (await world.read()).length;
    // Kafka takes about a megabyte at once.
    for (let from = 0; from < events.length; from += 100)
      await world.put(
        ...events.slice(from, from + 100).map(({ value }, i) => ({ value, key: null, partition: i % 2 })),
      );
    await world.expectFold();
    expect((await world.read()).length).toBe(before + events.length);

    const isRefused = ({ field }: { field: TextField }): boolean => textLimits[field].ifLonger === 'refused';
    const dead = await world.read(`${world.topic}-dlq`);
    expect(new Set(dead.map(({ headers }) => headers.get('dlq_kind')?.toString()))).toEqual(new Set(['undecodable']));
    expect(dead).toHaveLength(events.filter(isRefused).length);
    const { rows } = await world.db.query<{ field: string; events: number }>(
      'select omitted[1] as field, count(*) as events from events where cardinality(omitted) = 1 group by 1',
    );
    const expected = fields.filter((field) => !isRefused({ field })).map((field) => [field, 2 * kinds.length]);
    expect(Object.fromEntries(rows.map(({ field, events: of }) => [field, of]))).toEqual(Object.fromEntries(expected));

    for (const column of columns.filter((one) => nameOf(one) !== 'events.body')) {
      const { rowCount } = await world.db.query(
        `select from ${column.table} where ${column.column}::text like '${marker}%'`,
      );
      expect({ column: nameOf(column), rowCount }).toEqual({ column: nameOf(column), rowCount: 0 });
    }
  });
});
