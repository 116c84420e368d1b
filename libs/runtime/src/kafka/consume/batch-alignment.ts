import type { LogRecord } from '../decode/log-record.ts';
import type { UnreadableBatch } from '../decode/unreadable-batch.ts';
import type { OffsetRange } from './read-ranges.ts';

/** Nothing of the batch may be applied: read on at `next`, the position of the reader. */
interface Misaligned {
  readonly kind: 'seek';
  readonly next: number;
}

/** The batch may be applied. `gap`: offsets between the position and the batch that the log does not have; null if it has all. */
interface Aligned {
  readonly kind: 'aligned';
  readonly gap: OffsetRange | null;
}

type NonEmpty<T> = readonly [T, ...T[]];

/** The records that are not before `position`; null if all are. */
export function recordsFrom<R extends Pick<LogRecord, 'offset'>>(
  records: readonly R[],
  position: number,
): NonEmpty<R> | null {
  const [first, ...others] = records.filter(({ offset }) => offset >= position);
  return first ? [first, ...others] : null;
}

/**
 * Compares what is delivered to the position of its reader: the next offset that it expects. A batch before the position is a
 * redelivery. A batch after it leaves a gap: then the reader seeks back, because kafkajs may have skipped records. If the gap is
 * still there, the log has no records in it: an aborted transaction left it.
 */
export interface BatchAlignment {
  /** Drops records before the position. */
  readonly ofRecords: <R extends Pick<LogRecord, 'offset'>>(
    batch: { readonly partition: number; readonly records: readonly R[] },
    position: number,
  ) => Misaligned | (Aligned & { readonly records: NonEmpty<R> });
  readonly ofUnreadable: (
    batch: Pick<UnreadableBatch, 'partition' | 'firstOffset' | 'lastOffset'>,
    position: number,
  ) => Misaligned | Aligned;
}

export function createBatchAlignment(): BatchAlignment {
  /** Position of the last gap of each partition, from which it was read again. */
  const rereadFrom = new Map<number, number>();
  const align = (partition: number, { from, to }: OffsetRange): Misaligned | Aligned => {
    if (to <= from) return { kind: 'aligned', gap: null };
    const isReal = rereadFrom.get(partition) === from;
    rereadFrom.set(partition, from);
    return isReal ? { kind: 'aligned', gap: { from, to } } : { kind: 'seek', next: from };
  };
  return {
    ofRecords: (batch, position) => {
      const records = recordsFrom(batch.records, position);
      if (!records) return { kind: 'seek', next: position };
      const aligned = align(batch.partition, { from: position, to: records[0].offset });
      return aligned.kind === 'seek' ? aligned : { kind: 'aligned', gap: aligned.gap, records };
    },
    ofUnreadable: ({ partition, firstOffset, lastOffset }, position) =>
      lastOffset < position ? { kind: 'seek', next: position } : align(partition, { from: position, to: firstOffset }),
  };
}
