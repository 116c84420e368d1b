import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { decode, projectionVersion } from '@callstream/domain';
import { logEntry } from '@callstream/runtime';
import type { LogRecord } from '@callstream/runtime';
import { withConnection } from '@callstream/tables';
import type { BeginBulkLoad, BulkLoad, PositionMove, Tables } from '@callstream/tables';
import type { Fingerprint } from '../../supervision/fingerprint.ts';

/** Batches that wait for a lane, of at most 1 MiB each: while it writes calls, the other lane is to be fed. */
const batchesMax = 8;
/** A longer record counts as several: what is folded is bounded in bytes, whatever texts somebody sends. */
const recordBytes = 1_024;
const weightOf = ({ value }: LogRecord): number => Math.ceil((value?.length ?? 0) / recordBytes) || 1;

export interface WriterBatch {
  readonly partition: number;
  /** None of a batch that an operator has skipped. */
  readonly records: readonly LogRecord[];
  /** Offset that it takes the partition to. */
  readonly next: number;
  /** What stands before `next`. */
  readonly last: Fingerprint;
}

/** A batch that waits for its lane. */
interface QueuedBatch extends WriterBatch {
  readonly onFolded: () => void;
}

/** A batch that holds on to more memory is waited for until it is folded, in bytes: records of a compressed batch hold on to all of it. */
const lightBytesMax = 4 * 1024 * 1024;
const memoryOf = ({ records }: WriterBatch): number => records[0]?.value?.buffer.byteLength ?? 0;

export interface BulkWriterOptions {
  readonly db: Tables;
  /** Records of at most 1 kB that are folded before the calls they speak of are written, at least. */
  readonly foldRecordsMin: number;
  readonly beginFilling: BeginBulkLoad;
  /** Next offset of each partition in the tables; moved after every commit. */
  readonly positions: Map<number, number>;
  readonly onProgress: (partition: number, next: number) => void;
}

/** A connection that fills the tables with the records of some of the partitions. */
export interface TableWriter {
  /** Waits while the lane has enough to do. */
  readonly put: (batch: WriterBatch) => Promise<void>;
  /** Writes what is left. */
  readonly end: () => void;
  /** Leaves what is not committed. */
  readonly abort: () => void;
  /** Resolves when everything is written after `end`; rejects when the lane has failed. */
  readonly done: Promise<void>;
}

export function openBulkWriter(options: BulkWriterOptions): TableWriter {
  const queue = new PassThrough({ objectMode: true, highWaterMark: batchesMax });
  const done = run(queue, options);
  done.catch((error: unknown) => queue.destroy(error as Error));
  queue.on('error', () => undefined);
  return {
    put: async (batch) => {
      const { promise: folded, resolve: onFolded } = Promise.withResolvers<undefined>();
      const hasRoom = queue.write({ ...batch, onFolded: () => onFolded(undefined) } satisfies QueuedBatch);
      if (memoryOf(batch) > lightBytesMax) await Promise.race([folded, done]);
      else if (!hasRoom) await Promise.race([once(queue, 'drain'), done]);
    },
    end: () => void queue.end(),
    abort: () => void queue.destroy(),
    done,
  };
}

async function run(queue: PassThrough, options: BulkWriterOptions): Promise<void> {
  const batches = queue.iterator({ destroyOnReturn: false }) as AsyncIterator<QueuedBatch>;
  for (;;) {
    const first = await batches.next();
    if (first.done === true) return;
    const moves = await withConnection(options.db, async (client) =>
      fillFold(await options.beginFilling(client), first.value, { batches, ...options }),
    );
    for (const { partition, next } of moves) options.positions.set(partition, next);
  }
}

/** One transaction: at least `foldRecordsMin` records, or all that there are. */
async function fillFold(
  filling: BulkLoad,
  first: QueuedBatch,
  {
    batches,
    foldRecordsMin,
    positions,
    onProgress,
  }: BulkWriterOptions & { readonly batches: AsyncIterator<QueuedBatch> },
): Promise<PositionMove[]> {
  const moves = new Map<number, PositionMove>();
  let batch = first;
  for (let records = 0; ;) {
    const { partition } = batch;
    for (const record of batch.records) {
      const decoded = decode(logEntry(record));
      if ('problem' in decoded) continue;
      const wait = filling.add(decoded.event);
      if (wait) await wait;
    }
    const { next, last } = batch;
    const expected = positions.get(partition) ?? 0;
    moves.set(partition, { partition, expected, next, version: projectionVersion, last });
    onProgress(partition, next);
    batch.onFolded();
    records += batch.records.reduce((sum, record) => sum + weightOf(record), 0);
    if (records >= foldRecordsMin) break;
    const following = await batches.next();
    if (following.done === true) break;
    batch = following.value;
  }
  const all = [...moves.values()];
  await filling.commit(all);
  return all;
}
