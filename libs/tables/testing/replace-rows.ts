import type { CallEvent } from '@callstream/domain';
import { bucketTables, ensurePositions, positionMove, project, tableNames, withConnection } from '../src/index.ts';
import type { Tables } from '../src/index.ts';
import { batchOf } from './batch-of.ts';
import { poolOf } from '../src/connection/tables.ts';

const logId = '11111111-1111-8111-8111-111111111111';

/** Not by `truncate`, which takes five times as long for few rows: it creates a file for each table and index. */
export async function deleteRows(db: Tables): Promise<void> {
  await poolOf(db).query(
    ['positions', 'bucket_marks', ...bucketTables, ...tableNames].map((table) => `delete from ${table}`).join('; '),
  );
}

/** Replaces all rows by those of this log, written as one batch of one partition. */
export async function replaceRows(db: Tables, events: readonly CallEvent[]): Promise<void> {
  await deleteRows(db);
  await ensurePositions(db, { topic: 'call-events', partitions: 1, version: 1, logId });
  const last = { uuid: logId, timestamp: 0 };
  const move = positionMove({ partition: 0, expected: 0, next: events.length, version: 1, last });
  await withConnection(db, (client) => project(client, { moves: [move], batch: batchOf(events) }));
}
