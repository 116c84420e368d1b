import { endOffsets, readRanges, topicExists } from '@callstream/runtime';
import type { Kafka, Log, LogRecord, OffsetRange, UnreadableBatch } from '@callstream/runtime';
import type { Position } from '@callstream/tables';
import { fingerprintOf, fingerprintOfBatch } from './fingerprint.ts';
import type { Fingerprint } from './fingerprint.ts';
import { checkVersion, ProjectionStopped, rebuildRemedy } from './projection-stopped.ts';

export interface CheckLogOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly positions: readonly Position[];
  readonly log: Log;
}

export type LogOffsets = ReadonlyMap<number, { readonly low: number; readonly high: number }>;

/**
 * Whether the tables are a projection of this very log, up to their positions. The message says what happened and what
 * mends it. The positions must have been read before.
 * @throws {ProjectionStopped}
 */
export async function checkLog({ kafka, topic, positions, log }: CheckLogOptions): Promise<void> {
  checkTables(topic, positions);
  if (!(await topicExists(kafka, topic))) throw topicMissing(topic, positions);
  const ends = await endOffsets(kafka, topic);
  checkOffsets(topic, positions, ends);

  const [other] = await findReplaced({ kafka, topic, positions, log }, ends);
  if (other)
    throw new ProjectionStopped(
      `Record ${other.nextOffset - 1} of partition ${other.partition} of "${topic}" is not the one that was projected: the topic was made anew, or its log was replaced. ${rebuildRemedy}`,
    );
}

/** Positions whose last record the log has another one for. Those beyond the log are left to who compares its ends. */
export async function findReplaced(
  { kafka, topic, positions, log }: CheckLogOptions,
  ends: LogOffsets,
): Promise<Position[]> {
  const ranges = new Map<number, OffsetRange>();
  for (const { partition, nextOffset } of positions) {
    const { low, high } = ends.get(partition) ?? { low: 0, high: 0 };
    if (nextOffset === 0 || nextOffset < low || nextOffset > high) continue;
    // What was applied last was deleted from the log, and nothing after it: there is nothing to compare, and nothing is missing.
    if (low === nextOffset) log.warn({ topic, partition, nextOffset }, 'log.cannot-be-compared');
    else ranges.set(partition, { from: nextOffset - 1, to: nextOffset });
  }
  const found = new Map<number, Fingerprint>();
  const onRecords = (records: readonly LogRecord[]): void => {
    for (const record of records) found.set(record.partition, fingerprintOf(record));
  };
  const unreadable = new Set<number>();
  const onUnreadable = (batch: UnreadableBatch): void => {
    unreadable.add(batch.partition);
    found.set(batch.partition, fingerprintOfBatch(batch));
  };
  await readRanges(kafka, { topic, ranges, onRecords, onUnreadable, log });
  const differing = positions.filter(
    (one) => ranges.has(one.partition) && !isLastRecord(one, found.get(one.partition)),
  );
  // What was a record when it was applied, and cannot be read any more, says nothing of the log.
  for (const { partition, nextOffset } of differing)
    if (unreadable.has(partition)) log.warn({ topic, partition, nextOffset }, 'log.cannot-be-compared');
  return differing.filter(({ partition }) => !unreadable.has(partition));
}

function checkTables(topic: string, positions: readonly Position[]): void {
  const [any] = positions;
  if (!any) throw new ProjectionStopped('The tables have no positions. Make them: npm run projector -- migrate');
  checkVersion(any.version);
  if (any.topic !== topic)
    throw new ProjectionStopped(
      `The tables project topic "${any.topic}", not "${topic}". Set KAFKA_TOPIC=${any.topic}, or use another DATABASE_URL.`,
    );
}

/** What to say when the topic is not there. */
export function topicMissing(topic: string, positions: readonly Position[]): ProjectionStopped {
  const projected = positions.reduce((sum, { nextOffset }) => sum + nextOffset, 0);
  return new ProjectionStopped(
    projected === 0
      ? `There is no topic "${topic}", or this user of Kafka may not see it (Describe). Make it: npm run projector -- topics`
      : `There is no topic "${topic}" any more, though ${projected} records of it were projected. Is KAFKA_BROKERS the right Kafka? If it was deleted, make it anew (npm run projector -- topics). ${rebuildRemedy}`,
  );
}

/** @throws {ProjectionStopped} if the log has other partitions, or does not reach from the positions on */
export function checkOffsets(topic: string, positions: readonly Position[], ends: LogOffsets): void {
  if (ends.size !== positions.length)
    throw new ProjectionStopped(
      `Topic "${topic}" has ${ends.size} partitions and the tables know ${positions.length}: keys have moved. ${rebuildRemedy}`,
    );
  for (const { partition, nextOffset } of positions) {
    const { low, high } = ends.get(partition) ?? { low: 0, high: 0 };
    if (high < nextOffset)
      throw new ProjectionStopped(
        `Partition ${partition} of "${topic}" ends at offset ${high}, but it was projected up to ${nextOffset}: Kafka lost its tail, or the topic was made anew. ${rebuildRemedy}`,
      );
    if (low > nextOffset)
      throw new ProjectionStopped(
        `Partition ${partition} of "${topic}" begins at offset ${low}, but it was projected only up to ${nextOffset}: Kafka has deleted records that nobody saw. Set retention.ms=-1 on the topic. ${rebuildRemedy}`,
      );
  }
}

/** Tables that were filled by an older version may not know their last record. */
const isLastRecord = ({ lastUuid, lastTimestamp }: Position, found: Fingerprint | undefined): boolean =>
  lastUuid === null || (found?.uuid === lastUuid && found.timestamp === lastTimestamp);
