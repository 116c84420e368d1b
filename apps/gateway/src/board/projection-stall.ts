/** How long records wait without progress before the stall is reported, in ms: longer than a rebalance after a projector was killed. */
const reportedAfterMs = 15_000;

type Offsets = ReadonlyMap<number, number>;

/** Detects that the projection is stalled, from its positions in Postgres and the log that the gateway reads. */
export interface ProjectionStall {
  /**
   * @param positions next offset of each partition in the tables
   * @param recordEnds offset behind the last record of each partition that was read from the log
   */
  readonly observe: (positions: Offsets, recordEnds: Offsets) => void;
  /** Postgres is not available: nothing is known about this time. */
  readonly reset: () => void;
  /** The longest time that a partition has not moved while its records wait, in ms; 0 if all move or nothing waits. */
  readonly ms: () => number;
  /** A message for `/readyz`; null while the stall is short. */
  readonly describe: () => string | null;
}

interface StalledPartition {
  readonly partition: number;
  readonly position: number;
  /** How many records wait. */
  readonly records: number;
  /** ms since 1970. */
  readonly since: number;
}

/** @param now ms since 1970 */
export function createProjectionStall(now: () => number = Date.now): ProjectionStall {
  let stalled = new Map<number, StalledPartition>();
  const longest = (): StalledPartition | undefined => [...stalled.values()].toSorted((a, b) => a.since - b.since)[0];
  const ms = (): number => {
    const stall = longest();
    return stall ? now() - stall.since : 0;
  };
  return {
    observe: (positions, recordEnds) => {
      const before = stalled;
      stalled = new Map();
      for (const [partition, position] of positions) {
        const records = (recordEnds.get(partition) ?? 0) - position;
        if (records <= 0) continue;
        const known = before.get(partition);
        const since = known?.position === position ? known.since : now();
        stalled.set(partition, { partition, position, records, since });
      }
    },
    reset: () => stalled.clear(),
    ms,
    describe: () => {
      const stall = longest();
      if (!stall || ms() < reportedAfterMs) return null;
      return `The projection is stalled for ${Math.round(ms() / 1_000)} s: partition ${stall.partition} stays at offset ${stall.position} while ${stall.records} records wait. Live boards are up to date, as they follow the log; lists, search and numbers are old. Check /readyz and the log of the projector.`;
    },
  };
}
