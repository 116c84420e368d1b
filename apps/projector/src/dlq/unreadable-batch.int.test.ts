import { createTestContext } from '@callstream/runtime/testing';
import { until } from '@callstream/stack';
import { readPositions } from '@callstream/tables';
import { startProjector } from '../../testing/projector.ts';
import { batches, produceBatches } from '../../testing/unreadable-batches.ts';
import { createFixture, event, silent } from '../../testing/fixture.ts';
import type { ProjectorFixture } from '../../testing/fixture.ts';
import { readDlq } from './dlq.ts';
import { listEntries } from './list-entries.ts';
import { replay } from './replay.ts';
import { showEntries } from './show-entries.ts';
import { skipBatch } from './skip-batch.ts';

/** The DLQ of a fixture. apps/e2e/src/projector/unreadable-batch-tests.ts runs the commands as processes. */
const dlqOf = ({ kafka, topic }: ProjectorFixture) => ({ kafka, topic, log: silent });

const positions = async (fixture: ProjectorFixture): Promise<number[]> =>
  (await readPositions(fixture.db)).map(({ nextOffset }) => nextOffset);

it('an unreadable batch blocks only its partition, until an operator skips it', async () => {
  await using fixture = await createFixture();
  const { topic } = fixture;
  await produceBatches(
    topic,
    0,
    batches.zstd(event('a'), event('b')),
    batches.bomb(),
    batches.zstd(event('a'), event('c')),
  );
  await using projector = await startProjector(fixture);

  await projector.untilReadiness(
    new RegExp(
      `Partition 0 is blocked: records 2 to 3 of topic "${topic}" are unreadable.*zstd.*64 MB.*dlq skip-batch 0:2 `,
    ),
  );
  expect(await projector.metric('unreadable')).toBe(1);
  await fixture.produce({ value: event('continues'), partition: 1 });
  await until(async () => (await positions(fixture))[1] === 1, {
    onTimeout: () => new Error('Partition 1 is blocked too.'),
  });
  expect(await positions(fixture)).toEqual([2, 1]);

  // A readable batch, or an offset inside of a batch, is not skipped.
  for (const [partition, offset, message] of [
    [0, 0, /Record 0 of partition 0 can be read.*Nothing was skipped/],
    [0, 3, /Record 3 is in a batch that begins at 2\. Nothing was skipped.*skip-batch 0:2/],
    [0, 6, /Partition 0 of ".*" has no record 6: it has 0 to 5/],
    [7, 0, /Partition 7 of ".*" has no record 0: it is empty/],
  ] as const)
    await expect(skipBatch(dlqOf(fixture), { partition, offset })).rejects.toThrow(message);
  expect(await fixture.read(`${topic}-dlq`)).toEqual([]);

  const bomb = { partition: 0, offset: 2 };
  expect((await skipBatch(dlqOf(fixture), bomb)).lines[0]).toMatch(
    /^Put on the DLQ as one record: the batch of records 2 to 3 of partition 0 \(zstd, \d+ bytes\)\./,
  );
  await projector.untilReadiness(null);
  await fixture.expectFold();
  expect(await positions(fixture)).toEqual([6, 1]);
  expect([await projector.metric('unreadable'), await projector.metric('deadLetters', { kind: 'unreadable' })]).toEqual(
    [0, 1],
  );
  expect((await skipBatch(dlqOf(fixture), bomb)).lines[0]).toMatch(/already/);

  const contents = await readDlq(dlqOf(fixture));
  expect(listEntries(contents, { limit: 10 }).lines.join('\n')).toMatch(
    /^0:2 .*unreadable +\d+ .*open +The batch \(zstd\) decompresses to more than 64 MB\.$/m,
  );
  const [shown] = (await showEntries(dlqOf(fixture), contents.entries)).json as Record<string, unknown>[];
  expect(shown).toMatchObject({ kind: 'unreadable', offset: 2, last_offset: 3, reference: false });
  expect(Buffer.from(String(shown?.['value_base64']), 'base64').subarray(61)).toEqual(batches.bomb().subarray(61));
  const { showProgress } = createTestContext();
  const options = { publisher: fixture.publisher, entries: contents.entries, force: true, showProgress };
  expect(await replay(dlqOf(fixture), options)).toEqual({ replayed: 0, undecodable: 0, missing: 0, batches: 1 });
});

it.each([
  { title: 'a skipped batch', timestamp: Date.now() },
  { title: 'a skipped batch without a timestamp', timestamp: -1 },
])('$title at the end of the log identifies the position, and does not block a restart', async ({ timestamp }) => {
  await using fixture = await createFixture({ dlqMessageBytesMax: 2_000 });
  const { topic } = fixture;
  await produceBatches(topic, 0, batches.zstd(event('a')), batches.bomb(timestamp));
  // The DLQ accepts 2,000 bytes at most, so it gets a reference.
  const dlq = dlqOf(fixture);
  expect((await skipBatch(dlq, { partition: 0, offset: 1 })).lines[0]).toMatch(/^Put on the DLQ/);
  {
    await using _projector = await startProjector(fixture);
    await fixture.expectFold();
    expect(await positions(fixture)).toEqual([3, 0]);
  }
  const { lines } = await showEntries(dlq, (await readDlq(dlq)).entries);
  expect(lines.join('\n')).toMatch(/offset 1 to 2: an unreadable batch(?:.|\n)*bytes that are not UTF-8, base64:/);
  await using projector = await startProjector(fixture);
  await fixture.produce({ value: event('after') });
  await fixture.expectFold();
  expect(await projector.metric('gaps')).toBe(0);
});

it('a record over the size limit of an event is a dead letter, also in a compressed batch', async () => {
  await using fixture = await createFixture();
  const huge = Buffer.from(`{"type":"x","x":"${'x'.repeat(5_000_000)}"}`);
  await produceBatches(fixture.topic, 0, batches.zstd(event('before'), huge, event('after')));
  await using _projector = await startProjector(fixture);
  await fixture.expectFold();
  const [letter, ...others] = await fixture.read(`${fixture.topic}-dlq`);
  expect(others).toEqual([]);
  expect(letter?.headers.get('dlq_reason')?.toString()).toBe('The event is larger than 2097152 bytes.');
  expect(letter?.headers.get('dlq_reference')?.toString()).toBe('true');
});
