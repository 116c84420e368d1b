import { jest } from '@jest/globals';
import { Writable } from 'node:stream';
import { until } from '@callstream/stack';
import { readPositions } from '@callstream/tables';
import { startProjector } from '../../testing/projector.ts';
import { batches, putBatches } from '../../testing/unreadable-batches.ts';
import { createFixture, event, silent } from '../../testing/fixture.ts';
import type { ProjectorFixture } from '../../testing/fixture.ts';
import { readDlq } from './dlq.ts';
import { listEntries } from './list-entries.ts';
import { replay } from './replay.ts';
import { showEntries } from './show-entries.ts';
import { skipBatch } from './skip-batch.ts';

jest.setTimeout(120_000);

/** Where the commands of the DLQ work; as processes they are run by apps/e2e/src/projector/unreadable-batch.int.test.ts. */
const dlqOf = ({ kafka, topic }: ProjectorFixture) => ({ kafka, topic, log: silent });

const positions = async (world: ProjectorFixture): Promise<number[]> =>
  (await readPositions(world.db)).map(({ nextOffset }) => nextOffset);

it('a batch that cannot be read holds up its partition alone, until an operator puts it on the DLQ', async () => {
  await using world = await createFixture();
  const { topic } = world;
  await putBatches(
    topic,
    0,
    batches.zstd(event('a'), event('b')),
    batches.bomb(),
    batches.zstd(event('a'), event('c')),
  );
  await using projector = await startProjector(world);

  await projector.says(
    new RegExp(
      `Partition 0 stands still: records 2 to 3 of "${topic}" cannot be read.*zstd.*64 MB.*dlq skip-batch 0:2 `,
    ),
  );
  expect(await projector.metric('unreadable')).toBe(1);
  await world.put({ value: event('goes on'), partition: 1 });
  await until(async () => (await positions(world))[1] === 1, {
    timeoutMs: 20_000,
    onTimeout: () => new Error('Partition 1 waits too.'),
  });
  expect(await positions(world)).toEqual([2, 1]);

  // What can be read, or does not begin there, is not skipped.
  for (const [partition, offset, message] of [
    [0, 0, /Record 0 of partition 0 can be read.*Nothing was skipped/],
    [0, 3, /Record 3 stands in a batch that begins at 2\. Nothing was skipped.*skip-batch 0:2/],
    [0, 6, /Partition 0 of ".*" has no record 6: it has 0 to 5/],
    [7, 0, /Partition 7 of ".*" has no record 0: it is empty/],
  ] as const)
    await expect(skipBatch(dlqOf(world), { partition, offset })).rejects.toThrow(message);
  expect(await world.read(`${topic}-dlq`)).toEqual([]);

  const bomb = { partition: 0, offset: 2 };
  expect(await skipBatch(dlqOf(world), bomb)).toMatch(
    /^Put on the DLQ as one record: the batch of records 2 to 3 of partition 0 \(zstd, \d+ bytes\)\./,
  );
  await projector.says(null);
  await world.expectFold();
  expect(await positions(world)).toEqual([6, 1]);
  expect([await projector.metric('unreadable'), await projector.metric('deadLetters', { kind: 'unreadable' })]).toEqual(
    [...[0, 1]],
  );
  expect(await skipBatch(dlqOf(world), bomb)).toMatch(/already/);

  const box = await readDlq(dlqOf(world));
  expect(listEntries(box, { limit: 10 }).join('\n')).toMatch(
    /^0:2 .*unreadable +\d+ .*open +The batch \(zstd\) decompresses to more than 64 MB\.$/m,
  );
  const [line = ''] = await showEntries(dlqOf(world), box.entries, true);
  const shown = JSON.parse(line) as Record<string, unknown>;
  expect(shown).toMatchObject({ kind: 'unreadable', offset: 2, last_offset: 3, reference: false });
  expect(Buffer.from(String(shown['value_base64']), 'base64').subarray(61)).toEqual(batches.bomb().subarray(61));
  const terminal = new Writable({ write: (_chunk, _encoding, done) => done() });
  const replaying = { publisher: world.publisher, entries: box.entries, force: true, terminal };
  expect(await replay(dlqOf(world), replaying)).toEqual({ replayed: 0, stillNoEvent: 0, gone: 0, batches: 1 });
});

it('a batch at the very end that was skipped is what the position is recognised by, and it is not waited for again', async () => {
  await using world = await createFixture({ dlqMessageBytesMax: 2_000 });
  const { topic } = world;
  await putBatches(topic, 0, batches.zstd(event('a')), batches.bomb());
  // The DLQ takes no more than 2,000 bytes: it is put there by reference.
  const dlq = dlqOf(world);
  expect(await skipBatch(dlq, { partition: 0, offset: 1 })).toMatch(/^Put on the DLQ/);
  {
    await using _projector = await startProjector(world);
    await world.expectFold();
    expect(await positions(world)).toEqual([3, 0]);
  }
  const lines = await showEntries(dlq, (await readDlq(dlq)).entries, false);
  expect(lines.join('\n')).toMatch(/offset 1 to 2: a whole batch(?:.|\n)*bytes that are no UTF-8, base64:/);
  await using projector = await startProjector(world);
  await world.put({ value: event('after') });
  await world.expectFold();
  expect(await projector.metric('gaps')).toBe(0);
});

it('a record that is larger than any event may be is a dead letter, however well it was compressed', async () => {
  await using world = await createFixture();
  const huge = Buffer.from(`{"type":"x","x":"${'x'.repeat(20_000_000)}"}`);
  await putBatches(world.topic, 0, batches.zstd(event('before'), huge, event('after')));
  await using _projector = await startProjector(world);
  await world.expectFold();
  const [letter, ...others] = await world.read(`${world.topic}-dlq`);
  expect(others).toEqual([]);
  expect(letter?.headers.get('dlq_reason')?.toString()).toBe('The event is larger than 2097152 bytes.');
  expect(letter?.headers.get('dlq_reference')?.toString()).toBe('true');
});
