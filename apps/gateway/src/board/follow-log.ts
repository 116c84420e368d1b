import { createBatchAlignment, followTopic, receivedAtOf } from '@callstream/runtime';
import type { Batch, BlockedPartitions, Kafka, Log, RunningConsumer, UnreadableBatch } from '@callstream/runtime';
import { applyToBoard } from './apply-to-board.ts';
import type { ApplyToBoardOptions } from './apply-to-board.ts';

/** Partitions that are applied at the same time: each may wait for Postgres. */
const concurrency = 4;

export interface FollowLogOptions extends ApplyToBoardOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** A batch is on the board. @param receivedAt of its first record, ms since 1970 */
  readonly onApplied: (receivedAt: number) => void;
  readonly onJoin: () => void;
  /** Partitions that wait at an unreadable batch until an operator skips it. */
  readonly blocked: BlockedPartitions;
  readonly log: Log;
}

/** Follows the log from the board's positions and applies its records. */
export function followLog(options: FollowLogOptions): Promise<RunningConsumer> {
  const { kafka, topic, onApplied, onJoin, blocked, log } = options;
  const { progress } = options.state;
  const alignment = createBatchAlignment();
  const positionOf = (partition: number): number => progress.positions().get(partition) ?? 0;

  const onBatch = async (batch: Batch): Promise<number> => {
    const { partition, highWatermark } = batch;
    const aligned = alignment.ofRecords(batch, positionOf(partition));
    if (aligned.kind === 'seek') return aligned.next;
    const { records } = aligned;
    const last = records.at(-1) ?? records[0];
    const next = last.offset + 1;
    await applyToBoard(options, records, () =>
      progress.recordRead(partition, { next, highWatermark, receivedAt: receivedAtOf(last).ms }),
    );
    onApplied(receivedAtOf(records[0]).ms);
    return next;
  };
  const onUnreadable = async (batch: UnreadableBatch, signal: AbortSignal): Promise<number> => {
    const { partition, lastOffset } = batch;
    const aligned = alignment.ofUnreadable(batch, positionOf(partition));
    if (aligned.kind === 'seek') return aligned.next;
    await blocked.waitUntilSkipped(batch, signal);
    progress.skipTo(partition, lastOffset + 1);
    return lastOffset + 1;
  };
  return followTopic(kafka, {
    name: 'gateway',
    topic,
    concurrency,
    log,
    onBatch,
    onJoin,
    positions: progress.positions,
    onUnreadable,
    onPositionAdvance: progress.skipTo,
  });
}
