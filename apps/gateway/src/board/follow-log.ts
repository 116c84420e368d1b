import { checkBatchOffsets, followTopic, receivedAtOf } from '@callstream/runtime';
import type { Batch, RunningConsumer, BlockedPartitions, Kafka, Log } from '@callstream/runtime';
import { applyToBoard } from './apply-to-board.ts';
import type { ApplyToBoardOptions } from './apply-to-board.ts';

/** Partitions that are applied at the same time: one may wait for Postgres. */
const concurrency = 4;

export interface FollowLogOptions extends ApplyToBoardOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** A batch is on the board, whose first record was received then, in ms since 1970. */
  readonly onApplied: (receivedAt: number) => void;
  readonly onJoin: () => void;
  /** Where it is waited for an operator, if a batch cannot be read. */
  readonly heldUp: BlockedPartitions;
  readonly log: Log;
}

/** Reads the log from where the board is, and joins it in. */
export function followLog({
  kafka,
  topic,
  onApplied,
  onJoin,
  heldUp,
  log,
  ...applying
}: FollowLogOptions): Promise<RunningConsumer> {
  const { progress } = applying;
  const sought = new Map<number, number>();
  /** A gap that is still there when read again is real: an aborted transaction. */
  const isReadAgain = (partition: number, from: number): boolean => {
    const isFirst = sought.get(partition) !== from;
    sought.set(partition, from);
    return !isFirst;
  };
  const onBatch = async ({ partition, records, highWatermark }: Batch): Promise<number> => {
    const expected = progress.positions().get(partition) ?? 0;
    const aligned = checkBatchOffsets(records, expected);
    if (aligned.kind === 'known') return expected;
    if (aligned.kind === 'gap' && !isReadAgain(partition, expected)) return expected;
    const last = aligned.records.at(-1) ?? aligned.records[0];
    const next = last.offset + 1;
    await applyToBoard(applying, partition, aligned.records, () =>
      progress.read(partition, { next, end: highWatermark, receivedAt: receivedAtOf(last).ms }),
    );
    onApplied(receivedAtOf(aligned.records[0]).ms);
    return next;
  };
  return followTopic(kafka, {
    ...{ name: 'gateway', topic, concurrency, log, onBatch, onJoin },
    positions: progress.positions,
    onUnreadable: async (batch, closing) => {
      const { partition, firstOffset, lastOffset } = batch;
      const expected = progress.positions().get(partition) ?? 0;
      if (expected > lastOffset || (expected < firstOffset && !isReadAgain(partition, expected))) return expected;
      await heldUp.untilSkipped(batch, closing);
      progress.passed(partition, lastOffset + 1);
      return lastOffset + 1;
    },
    onPassed: progress.passed,
  });
}
