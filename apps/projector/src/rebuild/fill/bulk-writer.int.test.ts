import { projectionVersion } from '@callstream/domain';
import { testDatabase, until } from '@callstream/stack';
import { migrated } from '@callstream/tables/testing';
import { beginPositions, connectTables, createBareProjection, createBulkLoader, nextSchema } from '@callstream/tables';
import type { LogRecord } from '@callstream/runtime';
import { fingerprintOf } from '../../supervision/fingerprint.ts';
import { openBulkWriter } from './bulk-writer.ts';
import type { WriterBatch } from './bulk-writer.ts';

it('long records are committed before foldRecordsMin of them are folded, which bounds the memory in bytes', async () => {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await testDatabase({ content: migrated }));
  const db = stack.adopt(connectTables({ url, schema: nextSchema }), (pool) => pool.end());
  await createBareProjection(db, nextSchema);
  const logId = '11111111-1111-8111-8111-111111111111';
  await beginPositions(db, { topic: 'x', starts: [0], version: projectionVersion, logId });
  const record = (offset: number, bytes: number): LogRecord => ({
    topic: 'x',
    partition: 0,
    offset,
    key: null,
    headers: new Map(),
    timestamp: 0,
    value: Buffer.from(JSON.stringify({ type: 'call.new', call_id: `c${offset}`, pad: 'x'.repeat(bytes) })),
  });
  const batchOf = (single: LogRecord): WriterBatch => ({
    partition: 0,
    records: [single],
    next: single.offset + 1,
    last: fingerprintOf(single),
  });
  const positions = new Map([[0, 0]]);
  const folded: number[] = [];
  const writer = openBulkWriter({
    db,
    positions,
    foldRecordsMin: 100,
    beginBulkLoad: createBulkLoader(null),
    onProgress: (_partition, next) => void folded.push(next),
  });
  await writer.put(batchOf(record(0, 200_000)));
  await until(() => positions.get(0) === 1, {
    onTimeout: () => new Error('The long record is not committed.'),
  });
  // A short record waits for more.
  await writer.put(batchOf(record(1, 10)));
  await until(() => folded.includes(2), {
    onTimeout: () => new Error('The short record is not folded.'),
  });
  expect(positions.get(0)).toBe(1);
  writer.end();
  await writer.done;
  expect(positions.get(0)).toBe(2);
});
