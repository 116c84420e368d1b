import { readPositions } from '@callstream/tables';
import type { Position } from '@callstream/tables';
import { ProjectionStopped } from '../supervision/projection-stopped.ts';
import type { MaintenanceContext } from './maintenance.ts';

/** Positions of the live tables. @throws {ProjectionStopped} if there are none, or of another topic */
export async function readLivePositions({
  live,
  topic,
}: Pick<MaintenanceContext, 'live' | 'topic'>): Promise<Position[]> {
  const positions = await readPositions(live).catch((error: unknown) => {
    // 42P01: there is no such table.
    if ((error as { code?: string }).code === '42P01') return [];
    throw error;
  });
  const [first] = positions;
  if (!first)
    throw new ProjectionStopped(
      'There is no live projection yet: create it with `npm run projector -- migrate` first.',
    );
  if (first.topic !== topic)
    throw new ProjectionStopped(
      `The tables project topic "${first.topic}", not "${topic}". Set KAFKA_TOPIC, or use another DATABASE_URL.`,
    );
  return positions;
}

/** Next offset of each partition. */
export const offsetsOf = (positions: readonly Position[]): Map<number, number> =>
  new Map(positions.map(({ partition, nextOffset }) => [partition, nextOffset]));
