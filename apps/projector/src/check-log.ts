import { endOffsets } from '@callstream/runtime';
import type { Kafka } from '@callstream/runtime';
import type { Position } from '@callstream/tables';
import { checkVersion, ProjectionStopped } from './project-batch.ts';

/**
 * Whether the tables can be a projection of this topic. The message says what happened and what mends it.
 * @throws {ProjectionStopped}
 */
export async function checkLog(kafka: Kafka, topic: string, positions: readonly Position[]): Promise<void> {
  const [any] = positions;
  if (!any) throw new ProjectionStopped('The tables have no positions. Run `projector migrate` first.');
  checkVersion(any.version);
  if (any.topic !== topic)
    throw new ProjectionStopped(
      `The tables project topic "${any.topic}", not "${topic}". Set KAFKA_TOPIC, or use another DATABASE_URL.`,
    );
  const log = await endOffsets(kafka, topic);
  if (log.size !== positions.length)
    throw new ProjectionStopped(
      `Topic "${topic}" has ${log.size} partitions and the tables know ${positions.length}: keys have moved. Rebuild the projection from the log.`,
    );
  for (const { partition, nextOffset } of positions) {
    const { low, high } = log.get(partition) ?? { low: 0, high: 0 };
    if (high < nextOffset)
      throw new ProjectionStopped(
        `Partition ${partition} of "${topic}" ends at ${high}, but ${nextOffset} records were projected: Kafka lost its tail, or the topic was made anew. Rebuild the projection from the log.`,
      );
    if (low > nextOffset)
      throw new ProjectionStopped(
        `Partition ${partition} of "${topic}" begins at ${low}, but only ${nextOffset} records were projected: Kafka has deleted records. Set retention.ms=-1, then rebuild.`,
      );
  }
}
