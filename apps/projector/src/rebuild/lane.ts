import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { decode } from '@callstream/domain';
import { logEntry, uuidOf } from '@callstream/runtime';
import type { LogRecord } from '@callstream/runtime';
import { withConnection } from '@callstream/tables';
import type { BeginFilling, Filling, Move, Tables } from '@callstream/tables';
import { projectionVersion } from '../version.ts';
import type { LeaveOut } from './leave-out.ts';

/** Batches that wait for a lane, of at most 1 MiB each: while it writes calls, the other lane is to be fed. */
const batchesMax = 8;

interface LaneBatch {
  readonly partition: number;
  readonly records: readonly LogRecord[];
}

export interface LaneOptions {
  readonly db: Tables;
  /** Records that are folded before the calls they speak of are written, at least. */
  readonly foldRecordsMin: number;
  readonly leaveOut: LeaveOut;
  readonly beginFilling: BeginFilling;
  /** Next offset of each partition in the tables; moved after every commit. */
  readonly positions: Map<number, number>;
  readonly onProgress: (partition: number, next: number) => void;
}

/** A connection that fills the tables with the records of some of the partitions. */
export interface Lane {
  /** Waits while the lane has enough to do. */
  readonly put: (batch: LaneBatch) => Promise<void>;
  /** Writes what is left. */
  readonly end: () => void;
  /** Leaves what is not committed. */
  readonly abort: () => void;
  /** Resolves when everything is written after `end`; rejects when the lane has failed. */
  readonly done: Promise<void>;
}

export function openLane(options: LaneOptions): Lane {
  const queue = new PassThrough({ objectMode: true, highWaterMark: batchesMax });
  const done = run(queue, options);
  done.catch((error: unknown) => queue.destroy(error as Error));
  queue.on('error', () => undefined);
  return {
    put: async (batch) => {
      if (!queue.write(batch)) await Promise.race([once(queue, 'drain'), done]);
    },
    end: () => void queue.end(),
    abort: () => void queue.destroy(),
    done,
  };
}

async function run(queue: PassThrough, options: LaneOptions): Promise<void> {
  const batches = queue.iterator({ destroyOnReturn: false }) as AsyncIterator<LaneBatch>;
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
  filling: Filling,
  first: LaneBatch,
  {
    batches,
    foldRecordsMin,
    leaveOut,
    positions,
    onProgress,
  }: LaneOptions & { readonly batches: AsyncIterator<LaneBatch> },
): Promise<Move[]> {
  const moves = new Map<number, Move>();
  let batch = first;
  for (let records = 0; ;) {
    const { partition } = batch;
    for (const record of batch.records) {
      if (leaveOut(record)) continue;
      const decoded = decode(logEntry(record));
      if ('problem' in decoded) continue;
      const wait = filling.add(decoded.event);
      if (wait) await wait;
    }
    const last = batch.records.at(-1);
    if (last) {
      moves.set(partition, {
        partition,
        expected: positions.get(partition) ?? 0,
        next: last.offset + 1,
        version: projectionVersion,
        last: { uuid: uuidOf(last), timestamp: last.timestamp },
      });
      onProgress(partition, last.offset + 1);
    }
    records += batch.records.length;
    if (records >= foldRecordsMin) break;
    const following = await batches.next();
    if (following.done === true) break;
    batch = following.value;
  }
  const all = [...moves.values()];
  await filling.commit(all);
  return all;
}
