import { endOffsets } from '@callstream/runtime';
import { deleteTopic, produceRequests } from '@callstream/runtime/testing';
import type { LogRecord } from '@callstream/runtime';
import { until } from '@callstream/stack';
import { readPositions } from '@callstream/tables';
import { poolOf, readRows } from '@callstream/tables/testing';
import { startProjector } from '../../testing/projector.ts';
import { body, createFixture, event } from '../../testing/fixture.ts';
import type { ProjectorFixture } from '../../testing/fixture.ts';

let fixture: ProjectorFixture;
beforeEach(async () => {
  fixture = await createFixture();
});
afterEach(() => fixture[Symbol.asyncDispose]());

const dlq = (): Promise<LogRecord[]> => fixture.read(`${fixture.topic}-dlq`);
const header = ({ headers }: LogRecord, name: string): string | undefined => headers.get(name)?.toString();

const huge = 'x'.repeat(1_000_000);
const undecodable = {
  'no value': null,
  'not JSON': 'not json',
  'not UTF-8': Buffer.from([0xff]),
  'not an object': '[]',
  'no type': '{"no":"type"}',
  '40 levels': `{"type":"x","a":${'['.repeat(40)}${']'.repeat(40)}}`,
  'a call_id of 10 kB': `{"type":"x","call_id":"${'x'.repeat(10_000)}"}`,
  '1 MB of no JSON': huge,
};
const odd = {
  NUL: '{"type":"call.new","call_id":"a\\u0000b","n\\u0000":"\\u0000"}',
  'lone surrogates': '{"type":"call.new","call_id":"s\\ud800","x":"\\udfff"}',
  'the year 99999': '{"type":"call.new","call_id":"c","timestamp":"99999-01-01T00:00:00Z"}',
  'a day that does not exist': '{"type":"call.new","call_id":"d","timestamp":"2026-02-30T00:00:00Z"}',
  'huge numbers': `{"type":"call.new","call_id":"e","n":1e131071,"m":${'9'.repeat(5_000)},"o":-1e-5000}`,
  '1 MB': `{"type":"call.new","call_id":"big","x":"${huge.slice(100)}"}`,
  '32 levels': `{"type":"x","a":${'['.repeat(31)}${']'.repeat(31)}}`,
};

it('records that are no events are dead-lettered unchanged, odd events are stored, and neither stops the projector', async () => {
  const headers = { ce_id: 'as it was', received_at: 'yesterday', none: undefined, dlq_kind: 'made up' };
  for (const value of Object.values(undecodable))
    await fixture.produce({ value: value === null ? null : Buffer.from(value), key: 'key', headers, partition: 1 });
  await fixture.produce({ value: Buffer.from('no key'), key: null });
  for (const value of Object.values(odd)) await fixture.produce({ value: Buffer.from(value), key: null });
  await fixture.produce({ value: event('the body counts'), key: 'another call' });
  await using projector = await startProjector(fixture);
  await fixture.expectFold();

  const dead = (await dlq()).filter(({ partition }) => partition === 1);
  expect(dead.map(({ value }) => value)).toEqual(
    Object.values(undecodable).map((value) => (value === null ? null : Buffer.from(value))),
  );
  for (const [i, record] of dead.entries()) {
    expect(record.key?.toString()).toBe('key');
    expect(header(record, 'ce_id')).toBe('as it was');
    expect(header(record, 'received_at')).toBe('yesterday');
    expect(header(record, 'none')).toBe('');
    expect(header(record, 'dlq_kind')).toBe('undecodable');
    expect([header(record, 'dlq_topic'), header(record, 'dlq_partition')]).toEqual([fixture.topic, '1']);
    expect(header(record, 'dlq_offset')).toBe(String(i));
  }
  expect(header(dead[1]!, 'dlq_reason')).toBe('The body is not JSON.');
  expect(await projector.metric('deadLetters', { kind: 'undecodable' })).toBe(dead.length + 1);
});

it.each([
  { last: 'none', timestamps: [0, 1, -99999999999999, -1] },
  { last: 'one before the year 0', timestamps: [-99999999999999] },
])('the projector restarts after records with an absurd Kafka timestamp, the last of them $last', async (example) => {
  const { timestamps } = example;
  const requests = timestamps.map((timestamp) => [{ partition: 0, timestamp, value: event('when') }]);
  await produceRequests(fixture.kafka, fixture.topic, requests);
  {
    await using _projector = await startProjector(fixture);
    await fixture.expectFold();
  }
  await using _again = await startProjector(fixture);
});

it('dead letters that are too large for one request to Kafka are split', async () => {
  const records = Array.from({ length: 6_000 }, (_, i) => ({ value: Buffer.from(`no ${i}`), key: null }));
  await fixture.produce(...records);
  await using _projector = await startProjector(fixture);
  await fixture.untilProjected();
  expect(new Set((await dlq()).map((record) => header(record, 'dlq_offset'))).size).toBe(records.length);
});

it('a record that is too large for the DLQ is dead-lettered by reference, and its partition continues', async () => {
  await using fixture = await createFixture({ dlqMessageBytesMax: 20_000 });
  await fixture.produce(
    { value: Buffer.from('small') },
    { value: Buffer.from(huge.slice(30_000)) },
    { value: event('after') },
  );
  await using _projector = await startProjector(fixture);
  await fixture.expectFold();
  const dead = await fixture.read(`${fixture.topic}-dlq`);
  const byOffset = new Map(dead.map((record) => [header(record, 'dlq_offset'), record]));
  expect(byOffset.get('0')?.value?.toString()).toBe('small');
  expect(byOffset.get('1')?.value).toBeNull();
  expect(header(byOffset.get('1')!, 'dlq_reference')).toBe('true');
});

it('without a DLQ the projector stops, and loses nothing', async () => {
  await deleteTopic(fixture.kafka, `${fixture.topic}-dlq`);
  await using projector = await startProjector(fixture);
  await fixture.produce({ value: event('before') }, { value: Buffer.from('no event') });
  await expect(projector.failure).rejects.toThrow(/-dlq" cannot be written.*npm run projector -- migrate/);
  expect((await readPositions(fixture.db))[0]?.nextOffset).toBe(0);
});

describe('an event that Postgres refuses', () => {
  const refuse = (condition: string) =>
    poolOf(fixture.db).query(`alter table events add constraint bug check (not (${condition})) not valid`);
  const isBad = ({ value }: LogRecord): boolean => value?.includes('"bad"') ?? false;

  it('is dead-lettered with the reason, and the events around it are stored', async () => {
    await refuse(`type = 'bad'`);
    const bad = { value: body({ type: 'bad', call_id: 'x' }) };
    const good = Array.from({ length: 200 }, (_, i) => ({ value: event(`call ${i % 9}`) }));
    await fixture.produce(...good.slice(0, 90), bad, ...good.slice(90), bad);
    await using projector = await startProjector(fixture);
    await fixture.expectFold(isBad);
    const dead = await dlq();
    expect(dead.map((record) => [header(record, 'dlq_kind'), header(record, 'dlq_offset')])).toEqual([
      ['refused', '90'],
      ['refused', '201'],
    ]);
    expect(header(dead[0]!, 'dlq_reason')).toContain('23514');
    expect(dead[0]!.value).toEqual(bad.value);
    expect(await projector.metric('deadLetters', { kind: 'refused' })).toBe(2);
  });

  it('never stops the projector, and /readyz reports when there are many', async () => {
    await refuse(`type = 'bad'`);
    await fixture.produce(
      ...Array.from({ length: 12 }, (_, i) => ({ value: body({ type: 'bad', call_id: `x ${i}` }) })),
    );
    await using projector = await startProjector(fixture);
    await fixture.untilProjected();
    expect(await dlq()).toHaveLength(12);
    // The ordinary event that probes the tables leaves no rows either.
    for (const rows of Object.values(await readRows(fixture.db))) expect(rows).toEqual([]);
    expect(projector.ready()).toEqual({
      note: expect.stringMatching(/more than 10 events.*PROJECTOR_REFUSED_PER_MINUTE.*dlq list/) as string,
    });
    await fixture.produce({ value: event('good') });
    await fixture.expectFold(isBad);
  });

  it('stops the projector if Postgres refuses every event of its kind: a bad deploy, and nothing is skipped', async () => {
    await fixture.produce(...Array.from({ length: 30 }, () => ({ value: event('all', 'call.waiting') })));
    for (const condition of ['true', `kind = 'call.waiting'`]) {
      await refuse(condition);
      await using projector = await startProjector(fixture);
      await expect(projector.failure).rejects.toThrow(
        /record 0 of partition 0 \(23514: .*ordinary event of its kind.*bad deploy; nothing was skipped/,
      );
      expect(await dlq()).toEqual([]);
      expect((await readPositions(fixture.db))[0]?.nextOffset).toBe(0);
      // The deploy is fixed, for now.
      await poolOf(fixture.db).query('alter table events drop constraint bug');
    }
    await using _projector = await startProjector(fixture);
    await fixture.expectFold();
  });
});

describe('a permanent error of Postgres stops the projector with the cause, the records and the remedy, and loses nothing', () => {
  const positions = async (): Promise<number[]> =>
    (await readPositions(fixture.db)).map(({ nextOffset }) => nextOffset);
  it.each([
    [
      'a unique index that is not ours',
      'create unique index stranger on events (call_id)',
      /23505.*records 0 to 1 of partition 0.*unique index that is not ours/,
    ],
    ['a missing table', 'alter table visits rename to gone', /42P01.*npm run projector -- migrate/],
    [
      'a missing privilege',
      `create function no() returns trigger language plpgsql as $$ begin raise insufficient_privilege; end $$;
      create trigger no before insert on events execute function no()`,
      /42501.*Make the user a member of callstream_projector.*npm run projector -- migrate/,
    ],
  ])('%s', async (_name, sql, message) => {
    await poolOf(fixture.db).query(sql);
    await using projector = await startProjector(fixture);
    await fixture.produce({ value: event('x', 'call.waiting') }, { value: event('x', 'call.waiting') });
    await expect(projector.failure).rejects.toThrow(message);
    expect(await positions()).toEqual([0, 0]);
    expect((await endOffsets(fixture.kafka, `${fixture.topic}-dlq`)).get(0)?.high).toBe(0);
  });
});

it('a partition that waits delays no other', async () => {
  await using projector = await startProjector(fixture);
  // The position of partition 0 is locked: its batch waits, the other partition continues.
  const blocker = await poolOf(fixture.db).connect();
  await blocker.query('begin');
  await blocker.query('select from positions where partition = 0 for update');
  await fixture.produce({ value: event('waits'), partition: 0 });
  const reached = async (partition: number, offset: number): Promise<boolean> =>
    (await readPositions(fixture.db))[partition]?.nextOffset === offset;
  for (let i = 1; i <= 3; i++) {
    await fixture.produce({ value: event(`continues ${i}`), partition: 1 });
    await until(() => reached(1, i), { onTimeout: () => new Error('partition 1 waits too') });
  }
  expect(await reached(0, 0)).toBe(true);
  await blocker.query('rollback');
  blocker.release();
  await fixture.expectFold();
  expect(await projector.metric('conflicts')).toBe(0);
});
