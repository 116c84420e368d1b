import { endOffsets, readRanges, topicExists } from '@callstream/runtime';
import type { Kafka, Log, LogRecord, OffsetRange, UnreadableBatch } from '@callstream/runtime';
import { isLastRecord } from '@callstream/tables';
import type { Fingerprint, Position } from '@callstream/tables';
import { fingerprintOf, fingerprintOfBatch } from './fingerprint.ts';
import { checkVersion, ProjectionStopped, rebuildRemedy } from './projection-stopped.ts';

export interface CheckLogOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly positions: readonly Position[];
  readonly log: Log;
}

/** First offset (`low`) and end (`high`) of each partition. */
export type LogOffsets = ReadonlyMap<number, { readonly low: number; readonly high: number }>;

/**
 * Checks that the tables are a projection of this log up to `positions`, which must have been read before.
 * @throws {ProjectionStopped} with the cause and the remedy
 */
export async function checkLog({ kafka, topic, positions, log }: CheckLogOptions): Promise<void> {
  checkTables(topic, positions);
  if (!(await topicExists(kafka, topic))) throw topicMissing(topic, positions);
  const ends = await endOffsets(kafka, topic);
  checkOffsets(topic, positions, ends);

  const [replaced] = await findReplaced({ kafka, topic, positions, log }, ends);
  if (replaced)
    throw new ProjectionStopped(
      `Record ${replaced.nextOffset - 1} of partition ${replaced.partition} of "${topic}" is not the one that was projected: the topic was recreated, or its log was replaced. ${rebuildRemedy}`,
    );
}

/** Positions whose last record differs from that of the log. Those beyond the log are not compared: see {@link checkOffsets}. */
export async function findReplaced(
  { kafka, topic, positions, log }: CheckLogOptions,
  ends: LogOffsets,
): Promise<Position[]> {
  const ranges = new Map<number, OffsetRange>();
  for (const { partition, nextOffset } of positions) {
    const { low, high } = ends.get(partition) ?? { low: 0, high: 0 };
    if (nextOffset === 0 || nextOffset < low || nextOffset > high) continue;
    // The last applied record was deleted from the log, and nothing after it: nothing to compare, and nothing is missing.
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
    (position) => ranges.has(position.partition) && !isLastRecord(position, found.get(position.partition)),
  );
  // A record that could be read when it was applied, and cannot be read now, does not prove that the log was replaced.
  for (const { partition, nextOffset } of differing)
    if (unreadable.has(partition)) log.warn({ topic, partition, nextOffset }, 'log.cannot-be-compared');
  return differing.filter(({ partition }) => !unreadable.has(partition));
}

function checkTables(topic: string, positions: readonly Position[]): void {
  const [first] = positions;
  if (!first) throw new ProjectionStopped('The tables have no positions. Create them: npm run projector -- migrate');
  checkVersion(first.version);
  if (first.topic !== topic)
    throw new ProjectionStopped(
      `The tables project topic "${first.topic}", not "${topic}". Set KAFKA_TOPIC=${first.topic}, or use another DATABASE_URL.`,
    );
}

/** The topic was deleted, was never created, or is not visible to this user. */
export function topicMissing(topic: string, positions: readonly Position[]): ProjectionStopped {
  const projected = positions.reduce((sum, { nextOffset }) => sum + nextOffset, 0);
  return new ProjectionStopped(
    projected === 0
      ? `There is no topic "${topic}", or this user of Kafka may not see it (Describe). Create it: npm run projector -- topics`
      : `There is no topic "${topic}" any more, though ${projected} records of it were projected. Is KAFKA_BROKERS the right Kafka? If the topic was deleted, create it again (npm run projector -- topics). ${rebuildRemedy}`,
  );
}

/** @throws {ProjectionStopped} if the number of partitions differs, or a position is outside of the log */
export function checkOffsets(topic: string, positions: readonly Position[], ends: LogOffsets): void {
  if (ends.size !== positions.length)
    throw new ProjectionStopped(
      `Topic "${topic}" has ${ends.size} partitions and the tables know ${positions.length}: keys have moved. ${rebuildRemedy}`,
    );
  for (const { partition, nextOffset } of positions) {
    const { low, high } = ends.get(partition) ?? { low: 0, high: 0 };
    if (high < nextOffset)
      throw new ProjectionStopped(
        `Partition ${partition} of "${topic}" ends at offset ${high}, but it was projected up to ${nextOffset}: Kafka lost its tail, or the topic was recreated. ${rebuildRemedy}`,
      );
    if (low > nextOffset)
      throw new ProjectionStopped(
        `Partition ${partition} of "${topic}" begins at offset ${low}, but it was projected only up to ${nextOffset}: Kafka has deleted records that were never projected. Set retention.ms=-1 and retention.bytes=-1 on the topic. ${rebuildRemedy}`,
      );
  }
}
