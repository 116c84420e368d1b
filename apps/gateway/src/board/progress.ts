import type { Position } from '@callstream/tables';
import { MissingRecords } from './missing-records.ts';

/** How far the board is in one partition of the log. */
interface BoardPartition {
  /** Offset of the first record that is not on the board; never decreases. */
  next: number;
  /** Offset behind the last record that was read. `next` may be greater: markers of transactions have offsets too. */
  recordsEnd: number;
  /** Offset of the next record that will be written to the log, as far as is known. */
  highWatermark: number;
  /** When the board was last known to be at the high watermark, ms since 1970. */
  caughtUpAt: number;
  /** `received_at` of the last record that was read, ms since 1970. */
  lastReceivedAt: number;
}

/** Identifies the log and the version that projected it. Positions of different epochs cannot be compared. */
export const epochOf = (positions: readonly Position[]): string =>
  `${positions[0]?.version ?? 0}.${positions[0]?.logId ?? ''}`;

/** Projection version of an {@link epochOf}. */
export const versionOf = (epoch: string): number => Number(epoch.split('.')[0]);

/** How far the board is in the log, and how old it is. */
export interface BoardProgress {
  readonly epoch: () => string;
  /** Goes on from the positions that were loaded from Postgres; if they are of another epoch, forgets the old ones. */
  readonly startFrom: (positions: readonly Position[]) => void;
  /** Next offset to read, by partition. */
  readonly positions: () => ReadonlyMap<number, number>;
  /** Offset behind the last record that was read, by partition. */
  readonly recordEnds: () => ReadonlyMap<number, number>;
  /** Moves over offsets that have no record for the board. */
  readonly skipTo: (partition: number, next: number) => void;
  /** Moves behind records that are on the board now. */
  readonly recordRead: (
    partition: number,
    read: { readonly next: number; readonly highWatermark: number; readonly receivedAt: number },
  ) => void;
  /** @param askedAt when Kafka was asked for the high watermarks, ms since 1970 */
  readonly sawHighWatermarks: (highWatermarks: ReadonlyMap<number, { readonly high: number }>, askedAt: number) => void;
  readonly missing: MissingRecords;
  /** Up to which offset of each partition the board is complete: the positions of a cursor. */
  readonly completeUntil: () => number[];
  /** Records of the log that are not before `positions`. */
  readonly recordsAfter: (positions: ReadonlyMap<number, number>) => number;
  /** Whether one of the positions is beyond the board. */
  readonly isAhead: (positions: readonly number[]) => boolean;
  /** The board shows what was true at this time, ms since 1970; 0 before it is loaded. */
  readonly asOf: () => number;
  /** Records of the log that are not on the board, without those of excluded partitions. */
  readonly lag: (isExcluded?: (partition: number) => boolean) => number;
}

/** @param now ms since 1970 */
export function createBoardProgress(now: () => number): BoardProgress {
  let epoch = '';
  const partitions = new Map<number, BoardPartition>();
  const missing = new MissingRecords();
  const partitionAt = (partition: number): BoardPartition => getOrAdd(partitions, partition);

  return {
    missing,
    epoch: () => epoch,
    startFrom: (positions) => {
      const loaded = epochOf(positions);
      if (loaded !== epoch) partitions.clear();
      epoch = loaded;
      // Until the high watermarks are read from Kafka, the board is as old as the last record that Postgres has.
      const last = Math.max(0, ...positions.map(({ lastTimestamp }) => lastTimestamp ?? 0));
      for (const { partition, nextOffset } of positions) {
        const progress = partitionAt(partition);
        if (progress.caughtUpAt === 0) progress.caughtUpAt = Math.min(last, now());
        advance(progress, nextOffset);
      }
    },
    positions: () => new Map([...partitions].map(([partition, { next }]) => [partition, next])),
    recordEnds: () => new Map([...partitions].map(([partition, { recordsEnd }]) => [partition, recordsEnd])),
    skipTo: (partition, next) => advance(partitionAt(partition), next),
    recordRead: (partition, { next, highWatermark, receivedAt }) => {
      const progress = partitionAt(partition);
      advance(progress, next);
      progress.recordsEnd = Math.max(progress.recordsEnd, next);
      progress.lastReceivedAt = Math.min(receivedAt, now());
      progress.highWatermark = Math.max(progress.highWatermark, highWatermark);
      if (progress.next >= highWatermark) progress.caughtUpAt = now();
    },
    sawHighWatermarks: (highWatermarks, askedAt) => {
      for (const [partition, { high }] of highWatermarks) {
        const progress = partitionAt(partition);
        progress.highWatermark = Math.max(high, progress.next);
        // A board beyond the end is not up to date: the log lost records, or is another one.
        if (progress.next === high) progress.caughtUpAt = Math.max(progress.caughtUpAt, askedAt);
      }
    },
    completeUntil: () =>
      Array.from({ length: Math.max(-1, ...partitions.keys()) + 1 }, (_, partition) =>
        Math.min(partitions.get(partition)?.next ?? 0, missing.firstOf(partition)),
      ),
    recordsAfter: (positions) =>
      sum([...positions].map(([partition, next]) => (partitions.get(partition)?.highWatermark ?? 0) - next)),
    isAhead: (positions) => positions.some((offset, partition) => offset > (partitions.get(partition)?.next ?? 0)),
    asOf: () => (partitions.size === 0 ? 0 : Math.min(...[...partitions.values()].map(asOfPartition))),
    lag: (isExcluded = () => false) =>
      sum(
        [...partitions].map(([partition, { next, highWatermark }]) =>
          isExcluded(partition) ? 0 : highWatermark - next,
        ),
      ),
  };
}

function getOrAdd(partitions: Map<number, BoardPartition>, partition: number): BoardPartition {
  const known = partitions.get(partition);
  if (known) return known;
  const added = { next: 0, recordsEnd: 0, highWatermark: 0, caughtUpAt: 0, lastReceivedAt: 0 };
  partitions.set(partition, added);
  return added;
}

function advance(progress: BoardPartition, next: number): void {
  progress.next = Math.max(progress.next, next);
  progress.highWatermark = Math.max(progress.highWatermark, next);
}

const asOfPartition = ({ next, highWatermark, caughtUpAt, lastReceivedAt }: BoardPartition): number =>
  next >= highWatermark ? caughtUpAt : Math.max(caughtUpAt, lastReceivedAt);

/** Sums numbers of records; a negative one, of positions that are ahead of the log, counts as 0. */
const sum = (records: readonly number[]): number => records.reduce((total, count) => total + Math.max(0, count), 0);
