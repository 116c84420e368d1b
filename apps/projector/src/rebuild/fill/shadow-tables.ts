import { projectionVersion } from '@callstream/domain';
import { randomUUID } from 'node:crypto';
import {
  beginPositions,
  createBareProjection,
  createDuplicateDetector,
  dropProjection,
  nextSchema,
  readPositions,
  readSchemas,
} from '@callstream/tables';
import type { Position, ProjectionSchema, DuplicateDetector, Tables } from '@callstream/tables';
import { findReplaced } from '../../supervision/check-log.ts';
import { offsetsOf } from '../live-positions.ts';
import type { MaintenanceContext } from '../maintenance.ts';

export type Offsets = ReadonlyMap<number, { readonly low: number; readonly high: number }>;

/** Tables that are filled from the log. */
export interface ShadowTables {
  readonly db: Tables;
  /** Next offset of each partition. */
  readonly positions: Map<number, number>;
  /** Whether they have their indexes. */
  readonly complete: boolean;
  /** Of all that was ever written into them; null if somebody else began. */
  readonly repeats: DuplicateDetector | null;
}

/** The tables of a rebuild that was interrupted, if this code would make the same of this log; else null. */
export async function findResumable(operation: MaintenanceContext, log: Offsets): Promise<ShadowTables | null> {
  const { tables, topic } = operation;
  const db = tables(nextSchema);
  const found = (await readSchemas(db)).find(({ schema }) => schema === nextSchema);
  if (found?.current !== true) return null;
  const positions = await readPositions(db);
  const isOurs = ({ topic: of, version, partition, nextOffset }: Position): boolean => {
    const { low, high } = log.get(partition) ?? { low: 0, high: -1 };
    return of === topic && version === projectionVersion && nextOffset >= low && nextOffset <= high;
  };
  if (positions.length !== log.size || !positions.every(isOurs)) return null;
  if ((await findReplaced({ ...operation, positions }, log)).length > 0) return null;
  return { db, positions: offsetsOf(positions), complete: found.complete, repeats: null };
}

/** New, empty tables without indexes, at the beginning of the log. `logId`: tells a client's cursor whether it still holds. */
export async function createShadowTables(
  { tables, topic }: MaintenanceContext,
  { schema, log, logId = randomUUID() }: { schema: ProjectionSchema; log: Offsets; logId?: string | undefined },
): Promise<ShadowTables> {
  const db = tables(schema);
  await dropProjection(db, schema);
  await createBareProjection(db, schema);
  const starts = [...log].toSorted(([a], [b]) => a - b).map(([, { low }]) => low);
  await beginPositions(db, { topic, starts, version: projectionVersion, logId });
  return { db, positions: offsetsOf(await readPositions(db)), complete: false, repeats: createDuplicateDetector() };
}
