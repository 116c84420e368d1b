import type { Position } from '@callstream/tables';

/** How far the board is in one partition of the log. */
interface BoardPartition {
  /** Offset of the first record that is not yet on the board. */
  next: number;
  /** Offset behind the last record that was read: `next` may be behind markers of transactions. */
  recordsEnd: number;
  /** The greatest `next` that there ever was in this log. */
  reached: number;
  /** Offset that the next record of the log will have, as far as is known. */
  end: number;
  /** When the board was last known to be at the end, ms since 1970. */
  atEndAt: number;
  /** `received_at` of the last record read, ms since 1970. */
  lastReceivedAt: number;
}

/** Which log, projected by which rules: positions of another one say nothing. */
export const epochOf = (positions: readonly Position[]): string =>
  `${positions[0]?.version ?? 0}.${positions[0]?.logId ?? ''}`;

/** Version of the rules by which the tables of an {@link epochOf} were made. */
export const versionOf = (epoch: string): number => Number(epoch.split('.')[0]);

export interface BoardProgress {
  readonly epoch: () => string;
  /** Takes over where Postgres is; of another epoch, everything begins anew. */
  readonly start: (positions: readonly Position[]) => void;
  /** Where to go on reading. */
  readonly positions: () => ReadonlyMap<number, number>;
  /** Offset behind the last record of each partition that was read. */
  readonly recordEnds: () => ReadonlyMap<number, number>;
  readonly passed: (partition: number, next: number) => void;
  readonly read: (
    partition: number,
    at: { readonly next: number; readonly end: number; readonly receivedAt: number },
  ) => void;
  /** What the ends of the partitions were at `askedAt`. */
  readonly sawEnds: (ends: ReadonlyMap<number, { readonly high: number }>, askedAt: number) => void;
  /** From this offset on, something may be missing on the board, until it is settled. */
  readonly missed: (partition: number, offset: number) => void;
  readonly isMissing: () => boolean;
  /** Begins to settle what was missed until now; what is returned ends it. */
  readonly settle: () => () => void;
  /** First offset of each partition from which on the board is not complete. */
  readonly complete: () => number[];
  /** Records of the log that are not before `positions`. */
  readonly behind: (positions: ReadonlyMap<number, number>) => number;
  /** Whether a position is beyond all that was ever read. */
  readonly isAhead: (positions: readonly number[]) => boolean;
  /** What the board shows was true at this time, ms since 1970; 0 before it is loaded. */
  readonly asOf: () => number;
  /** Records of the log that are not yet on the board, but for partitions that are left out. */
  readonly lag: (isLeftOut?: (partition: number) => boolean) => number;
}

export function createBoardProgress(now: () => number): BoardProgress {
  let epoch = '';
  const readings = new Map<number, BoardPartition>();
  let missing = new Map<number, number>();
  let settling = new Map<number, number>();

  const of = (partition: number): BoardPartition => {
    const known = readings.get(partition);
    if (known) return known;
    const fresh = { next: 0, recordsEnd: 0, reached: 0, end: 0, atEndAt: 0, lastReceivedAt: 0 };
    readings.set(partition, fresh);
    return fresh;
  };
  const advance = (reading: BoardPartition, next: number): void => {
    reading.next = Math.max(reading.next, next);
    reading.reached = Math.max(reading.reached, next);
    reading.end = Math.max(reading.end, next);
  };
  return {
    epoch: () => epoch,
    start: (positions) => {
      const found = epochOf(positions);
      if (found !== epoch) readings.clear();
      epoch = found;
      // Before Kafka says where its end is: the board is as old as the last record that Postgres has.
      const last = Math.max(0, ...positions.map(({ lastTimestamp }) => lastTimestamp ?? 0));
      for (const { partition, nextOffset } of positions) {
        const reading = of(partition);
        if (reading.atEndAt === 0) reading.atEndAt = Math.min(last, now());
        advance(reading, nextOffset);
      }
    },
    positions: () => new Map([...readings].map(([partition, { next }]) => [partition, next])),
    recordEnds: () => new Map([...readings].map(([partition, { recordsEnd }]) => [partition, recordsEnd])),
    passed: (partition, next) => advance(of(partition), next),
    read: (partition, { next, end, receivedAt }) => {
      const reading = of(partition);
      advance(reading, next);
      reading.recordsEnd = Math.max(reading.recordsEnd, next);
      reading.lastReceivedAt = Math.min(receivedAt, now());
      reading.end = Math.max(reading.end, end);
      if (reading.next >= end) reading.atEndAt = now();
    },
    sawEnds: (ends, askedAt) => {
      for (const [partition, { high }] of ends) {
        const reading = of(partition);
        reading.end = Math.max(high, reading.next);
        // Beyond the end: the log lost its tail, or is another one.
        if (reading.next === high) reading.atEndAt = Math.max(reading.atEndAt, askedAt);
      }
    },
    missed: (partition, offset) => void missing.set(partition, Math.min(offset, missing.get(partition) ?? Infinity)),
    isMissing: () => missing.size > 0 || settling.size > 0,
    settle: () => {
      for (const [partition, offset] of missing)
        settling.set(partition, Math.min(offset, settling.get(partition) ?? Infinity));
      missing = new Map();
      return () => (settling = new Map());
    },
    complete: () => {
      const partitions = Math.max(-1, ...readings.keys()) + 1;
      return Array.from({ length: partitions }, (_, partition) =>
        Math.min(
          readings.get(partition)?.next ?? 0,
          missing.get(partition) ?? Infinity,
          settling.get(partition) ?? Infinity,
        ),
      );
    },
    isAhead: (positions) => positions.some((offset, partition) => offset > (readings.get(partition)?.reached ?? 0)),
    asOf: () => {
      const known = [...readings.values()].map(({ next, end, atEndAt, lastReceivedAt }) =>
        next >= end ? atEndAt : Math.max(atEndAt, lastReceivedAt),
      );
      return known.length === 0 ? 0 : Math.min(...known);
    },
    behind: (positions) =>
      [...positions].reduce(
        (sum, [partition, next]) => sum + Math.max(0, (readings.get(partition)?.end ?? 0) - next),
        0,
      ),
    lag: (isLeftOut = () => false) =>
      [...readings].reduce(
        (sum, [partition, { next, end }]) => sum + (isLeftOut(partition) ? 0 : Math.max(0, end - next)),
        0,
      ),
  };
}
