import { randomUUID } from 'node:crypto';
import { projectionVersion } from '@callstream/domain';
import {
  beginPositions,
  createBareProjection,
  createDuplicateDetector,
  dropProjection,
  nextSchema,
  readPositions,
  readSchemas,
} from '@callstream/tables';
import type { DuplicateDetector, Position, ProjectionSchema, Tables } from '@callstream/tables';
import { findReplaced } from '../../supervision/check-log.ts';
import type { LogOffsets } from '../../supervision/check-log.ts';
import { offsetsOf } from '../live-positions.ts';
import type { MaintenanceContext } from '../maintenance.ts';

/** Tables beside the live ones, that are filled from the log. */
export interface ShadowTables {
  readonly db: Tables;
  /** Next offset of each partition. */
  readonly positions: Map<number, number>;
  /** Whether they have their indexes. */
  readonly complete: boolean;
  /** Covers everything that was written into them; null if an earlier process began. */
  readonly duplicates: DuplicateDetector | null;
}

/** The tables of an interrupted rebuild, if this version would make the same from this log; else null. */
export async function findResumable(context: MaintenanceContext, log: LogOffsets): Promise<ShadowTables | null> {
  const { tables, topic } = context;
  const db = tables(nextSchema);
  const found = (await readSchemas(db)).find(({ schema }) => schema === nextSchema);
  if (found?.current !== true) return null;
  const positions = await readPositions(db);
  const isResumable = (position: Position): boolean => {
    const { low, high } = log.get(position.partition) ?? { low: 0, high: -1 };
    const { nextOffset } = position;
    return (
      position.topic === topic && position.version === projectionVersion && nextOffset >= low && nextOffset <= high
    );
  };
  if (positions.length !== log.size || !positions.every(isResumable)) return null;
  if ((await findReplaced({ ...context, positions }, log)).length > 0) return null;
  return { db, positions: offsetsOf(positions), complete: found.complete, duplicates: null };
}

/**
 * Creates empty tables without indexes, positioned at the beginning of the log.
 * @param logId a new one (the default) makes the clients' cursors invalid
 */
export async function createShadowTables(
  { tables, topic }: MaintenanceContext,
  { schema, log, logId = randomUUID() }: { schema: ProjectionSchema; log: LogOffsets; logId?: string | undefined },
): Promise<ShadowTables> {
  const db = tables(schema);
  await dropProjection(db, schema);
  await createBareProjection(db, schema);
  const starts = [...log].toSorted(([a], [b]) => a - b).map(([, { low }]) => low);
  await beginPositions(db, { topic, starts, version: projectionVersion, logId });
  return { db, positions: offsetsOf(await readPositions(db)), complete: false, duplicates: createDuplicateDetector() };
}
