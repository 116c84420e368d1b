import { within } from '@callstream/runtime';
import { readableVersionMin, readPositions } from '@callstream/tables';
import type { Position, Tables } from '@callstream/tables';
import { createProjectionStall } from './projection-stall.ts';
import type { BoardProgress } from './progress.ts';

/** Timeout of a query of the positions, in ms. */
const positionsMsMax = 3_000;

const readInTime = (db: Tables): Promise<readonly Position[]> => within(positionsMsMax, readPositions(db));

/** Next offset of each partition in the tables. @throws while Postgres is not available */
export const readOffsets = async (db: Tables): Promise<Map<number, number>> => offsetsOf(await readInTime(db));

/** What Postgres said last about the projection. */
export interface ProjectionMonitor {
  /** Reads the positions of the projection. @throws while Postgres is not available */
  readonly check: () => Promise<readonly Position[]>;
  /** Postgres is not available. */
  readonly unavailable: () => void;
  /** Next offset of each partition in the tables, when they were last read. */
  readonly offsets: () => ReadonlyMap<number, number>;
  /** How long the projection has been stalled, in ms; 0: it is not. */
  readonly stalledMs: () => number;
  /** null, or that the projection is stalled. */
  readonly describeStall: () => string | null;
  /** null, or that the tables are older than the first version that this gateway can read completely. */
  readonly describeVersion: () => string | null;
}

export function createProjectionMonitor(db: Tables, progress: BoardProgress): ProjectionMonitor {
  const stall = createProjectionStall();
  let version = readableVersionMin;
  let offsets: ReadonlyMap<number, number> = new Map();
  const lastOffsets = new Map<number, number>();

  /** A position that went back means that the tables were swapped for older ones: what they lack must be read again. */
  const noteSwap = (): void => {
    for (const [partition, next] of offsets) {
      if (next < (lastOffsets.get(partition) ?? 0)) progress.missing.note(partition, next);
      lastOffsets.set(partition, next);
    }
  };
  return {
    check: async () => {
      const positions = await readInTime(db);
      offsets = offsetsOf(positions);
      version = positions[0]?.version ?? version;
      noteSwap();
      stall.observe(offsets, progress.recordEnds());
      return positions;
    },
    unavailable: stall.reset,
    offsets: () => offsets,
    stalledMs: stall.ms,
    describeStall: stall.describe,
    describeVersion: () =>
      version < readableVersionMin
        ? `The tables are of projection version ${version}, and this gateway needs ${readableVersionMin} or later: it cannot count calls. Rebuild the tables, or run a gateway of their version: docs/upgrade.md.`
        : null,
  };
}

const offsetsOf = (positions: readonly Position[]): Map<number, number> =>
  new Map(positions.map(({ partition, nextOffset }) => [partition, nextOffset]));
