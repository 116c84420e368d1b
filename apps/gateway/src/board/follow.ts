import { align, followTopic, receivedAtOf } from '@callstream/runtime';
import type { Batch, Consumption, Kafka, Log } from '@callstream/runtime';
import { apply } from './apply.ts';
import type { Applying } from './apply.ts';

/** Partitions that are applied at the same time: one may wait for Postgres. */
const concurrency = 4;

export interface Following extends Applying {
  readonly kafka: Kafka;
  readonly topic: string;
  /** A batch is on the board, whose first record was received then, in ms since 1970. */
  readonly onApplied: (receivedAt: number) => void;
  readonly onJoin: () => void;
  readonly log: Log;
}

/** Reads the log from where the board is, and joins it in. */
export function follow({ kafka, topic, onApplied, onJoin, log, ...applying }: Following): Promise<Consumption> {
  const { progress } = applying;
  const sought = new Map<number, number>();
  const onBatch = async ({ partition, records, highWatermark }: Batch): Promise<number> => {
    const expected = progress.positions().get(partition) ?? 0;
    const aligned = align(records, expected);
    if (aligned.kind === 'known') return expected;
    // A gap that is still there when read again is real: an aborted transaction.
    if (aligned.kind === 'gap' && sought.get(partition) !== expected) {
      sought.set(partition, expected);
      return expected;
    }
    const last = aligned.records.at(-1) ?? aligned.records[0];
    const next = last.offset + 1;
    await apply(applying, partition, aligned.records, () =>
      progress.read(partition, { next, end: highWatermark, receivedAt: receivedAtOf(last).ms }),
    );
    onApplied(receivedAtOf(aligned.records[0]).ms);
    return next;
  };
  return followTopic(kafka, {
    ...{ name: 'gateway', topic, concurrency, log, onBatch, onJoin },
    positions: progress.positions,
    onPassed: progress.passed,
  });
}
