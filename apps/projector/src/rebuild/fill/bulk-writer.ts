import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { decodeRecords } from '@callstream/domain';
import { logEntry } from '@callstream/runtime';
import type { LogRecord } from '@callstream/runtime';
import { positionMove, withConnection } from '@callstream/tables';
import type { BeginBulkLoad, BulkLoad, Fingerprint, PositionMove, Tables } from '@callstream/tables';

/** Queued batches of a writer, of at most 1 MiB each. While it writes calls, the reader can fill the other writer's queue. */
const queuedBatchesMax = 8;
/** A longer record counts as several: this bounds the memory of a fold in bytes, however long the senders' texts are. */
const recordBytes = 1_024;
const weightOf = ({ value }: LogRecord): number => Math.ceil((value?.length ?? 0) / recordBytes) || 1;

export interface WriterBatch {
  readonly partition: number;
  /** Empty for a batch that an operator has skipped. */
  readonly records: readonly LogRecord[];
  /** Position of the partition after this batch. */
  readonly next: number;
  /** Fingerprint of the last record before `next`. */
  readonly last: Fingerprint;
}

interface QueuedBatch extends WriterBatch {
  readonly onFolded: () => void;
}

/** `put` of a batch that references more memory than this waits until it is folded, in bytes: a record keeps its whole decompressed batch alive. */
const lightBytesMax = 4 * 1024 * 1024;
const memoryOf = ({ records }: WriterBatch): number => records[0]?.value?.buffer.byteLength ?? 0;

export interface BulkWriterOptions {
  readonly db: Tables;
  /** Least number of records (of up to 1 kB) that are folded before their calls are written. */
  readonly foldRecordsMin: number;
  readonly beginBulkLoad: BeginBulkLoad;
  /** Next offset of each partition in the tables; moved after every commit. */
  readonly positions: Map<number, number>;
  readonly onProgress: (partition: number, next: number) => void;
}

/** Writes the records of some partitions into new tables, over one connection. */
export interface TableWriter {
  /** Resolves when the writer has room for the next batch. */
  readonly put: (batch: WriterBatch) => Promise<void>;
  /** Commits what is queued, and ends. */
  readonly end: () => void;
  /** Discards what is not committed, and ends. */
  readonly abort: () => void;
  /** Resolves when everything is committed after `end`; rejects when the writer has failed. */
  readonly done: Promise<void>;
}

/** A writer for bare tables: folds many records at once and streams their events to Postgres. */
export function openBulkWriter(options: BulkWriterOptions): TableWriter {
  const queue = new PassThrough({ objectMode: true, highWaterMark: queuedBatchesMax });
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
      foldAndCommit(await options.beginBulkLoad(client), first.value, { batches, ...options }),
    );
    for (const { partition, next } of moves) options.positions.set(partition, next);
  }
}

type FoldOptions = BulkWriterOptions & { readonly batches: AsyncIterator<QueuedBatch> };

/** One transaction: at least `foldRecordsMin` records, or all that are left. */
async function foldAndCommit(
  load: BulkLoad,
  first: QueuedBatch,
  { batches, foldRecordsMin, positions, onProgress }: FoldOptions,
): Promise<PositionMove[]> {
  const moves = new Map<number, PositionMove>();
  let batch = first;
  for (let weight = 0; ;) {
    const { partition, next, last } = batch;
    await addEvents(load, batch.records);
    const expected = positions.get(partition) ?? 0;
    moves.set(partition, positionMove({ partition, expected, next, last }));
    onProgress(partition, next);
    batch.onFolded();
    weight += batch.records.reduce((sum, record) => sum + weightOf(record), 0);
    if (weight >= foldRecordsMin) break;
    const following = await batches.next();
    if (following.done === true) break;
    batch = following.value;
  }
  const allMoves = [...moves.values()];
  await load.commit(allMoves);
  return allMoves;
}

async function addEvents(load: BulkLoad, records: readonly LogRecord[]): Promise<void> {
  for (const event of decodeRecords(records, logEntry)) {
    // Awaiting only under backpressure saves a microtask per event.
    const drained = load.add(event);
    if (drained) await drained;
  }
}
