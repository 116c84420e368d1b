import { fixtureEvents } from '@callstream/domain/testing';
import { endOffsets } from '@callstream/runtime';
import type { LogRecord } from '@callstream/runtime';
import { abortTransaction } from '@callstream/runtime/testing';
import { until } from '@callstream/stack';
import { readPositions } from '@callstream/tables';
import { poolOf } from '@callstream/tables/testing';
import { startProjector } from '../testing/projector.ts';
import { body, createFixture, event } from '../testing/fixture.ts';
import type { ProjectorFixture } from '../testing/fixture.ts';

let fixture: ProjectorFixture;
beforeAll(async () => {
  fixture = await createFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

it('makes the tables the fold of the log', async () => {
  const bodies = [...fixtureEvents.values()].flat();
  await fixture.produce(...bodies.map((value, i) => ({ value: Buffer.from(value), partition: i % 2 })));
  await using projector = await startProjector(fixture);
  await fixture.expectFold();
  expect(await projector.metric('records')).toBe(bodies.length);
  expect(await projector.metric('deadLetters')).toBe(0);
});

it('continues from the position of the tables, and applies nothing twice', async () => {
  const before = (await readPositions(fixture.db)).map(({ nextOffset }) => nextOffset);
  await fixture.produce({ value: event('later') });
  await using projector = await startProjector(fixture);
  await fixture.expectFold();
  expect(await projector.metric('records')).toBe(1);
  const after = (await readPositions(fixture.db)).map(({ nextOffset }) => nextOffset);
  expect(after).toEqual([(before[0] ?? 0) + 1, before[1]]);
});

it('rereads the position when another projector has moved it', async () => {
  await using projector = await startProjector(fixture);
  await fixture.produce({ value: event('theirs') }, { value: event('theirs', 'call.waiting') });
  await fixture.untilProjected();
  // For this projector, that looks like a commit of another one.
  await poolOf(fixture.db).query('update positions set next_offset = next_offset - 2 where partition = 0');
  await poolOf(fixture.db).query('delete from events where call_id = $1', ['theirs']);
  await poolOf(fixture.db).query('delete from calls where call_id = $1', ['theirs']);
  await fixture.produce({ value: event('mine') });
  await fixture.expectFold();
  expect(await projector.metric('conflicts')).toBe(1);
});

describe('records with the headers source and source_name', () => {
  const value = body({ type: 'call.waiting', call_id: 'same', queue: '900', timestamp: '2026-03-02T13:00:00Z' });
  it('are dead letters if the source is not known, or the name is none', async () => {
    await using projector = await startProjector(fixture);
    const isUnknown = ({ headers }: LogRecord): boolean => headers.get('n') !== undefined;
    await fixture.produce(
      { value, headers: { n: '1', source: 'nope', source_name: 'lisbon' } },
      { value, headers: { n: '2', source_name: 'not a name' } },
      { value: event('readable') },
    );
    await fixture.expectFold(isUnknown);
    expect(await projector.metric('deadLetters', { kind: 'undecodable' })).toBe(2);
    const letters = await fixture.read(`${fixture.topic}-dlq`);
    expect(letters.map(({ headers }) => [headers.get('n')?.toString(), headers.get('dlq_reason')?.toString()])).toEqual(
      [
        ['1', 'The source "nope" is not known.'],
        ['2', 'The header "source_name" is not a name: 1 to 32 of a-z, 0-9 and -, not beginning with -.'],
      ],
    );
    expect(letters[0]?.headers.get('source')?.toString()).toBe('nope');
  });

  it('with equal bodies are one call per instance, in which redeliveries count', async () => {
    await using _projector = await startProjector(fixture);
    const lisbon = { value, headers: { source_name: 'lisbon' } };
    await fixture.produce({ value }, lisbon, lisbon, { value, headers: { source: 'teravoz', source_name: 'porto' } });
    await fixture.expectFold();
    const { rows } = await poolOf(fixture.db).query(
      `select call_id, source, source_name, deliveries, (select queue from calls c where c.call_id = e.call_id)
       from events e where call_id like '%same' order by call_id`,
    );
    expect(rows).toEqual([
      { call_id: 'lisbon:same', source: null, source_name: 'lisbon', deliveries: 2, queue: 'lisbon:900' },
      { call_id: 'porto:same', source: null, source_name: 'porto', deliveries: 1, queue: 'porto:900' },
      { call_id: 'same', source: null, source_name: null, deliveries: 1, queue: '900' },
    ]);
  });
});

it('skips the records of an aborted transaction, and does not stall at its end', async () => {
  await using projector = await startProjector(fixture);
  await fixture.untilProjected();
  const end = (await endOffsets(fixture.kafka, fixture.topic)).get(1)!.high;
  await abortTransaction(fixture.kafka, fixture.topic, { partition: 1, value: event('aborted') });
  // One record, and the marker of its transaction, which the broker writes later.
  await until(async () => (await endOffsets(fixture.kafka, fixture.topic)).get(1)!.high === end + 2, {
    onTimeout: () => new Error('no marker'),
  });
  await fixture.produce({ value: event('after'), partition: 1 });
  await fixture.expectFold();
  expect(await projector.metric('gaps')).toBe(1);
});

it('counts the same event in two partitions once, with all its deliveries, without a deadlock', async () => {
  const deadlocks = async (): Promise<number> => {
    const { rows } = await poolOf(fixture.db).query<{ deadlocks: string }>(
      'select deadlocks from pg_stat_database where datname = current_database()',
    );
    return Number(rows[0]?.deadlocks);
  };
  const before = await deadlocks();
  await using projector = await startProjector(fixture);
  const values = Array.from({ length: 400 }, (_, i) =>
    body({
      type: 'actor.entered',
      call_id: `shared-${i % 40}`,
      actor: `a${i % 7}`,
      queue: String(i % 3),
      n: i,
      timestamp: '2026-03-02T13:00:00Z',
    }),
  );
  // Each in both partitions, in another order, twice in a batch, and again in the next batch.
  const both = values.flatMap((value) => [
    { value, partition: 0 },
    { value, partition: 0 },
  ]);
  const reversed = values.toReversed().map((value) => ({ value, partition: 1 }));
  for (let round = 0; round < 5; round++)
    await Promise.all([fixture.produce(...both), fixture.untilProjected()]).then(() => fixture.produce(...reversed));
  await fixture.expectFold();
  const { rows } = await poolOf(fixture.db).query(
    `select distinct deliveries from events where call_id like 'shared-%'`,
  );
  expect(rows).toEqual([{ deliveries: 15 }]);
  expect(await projector.metric('retries')).toBe(0);
  expect((await deadlocks()) - before).toBe(0);
});
