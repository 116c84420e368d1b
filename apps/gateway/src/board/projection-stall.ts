/** Records may wait so long without progress before it is said, in ms: longer than a rebalance after a projector was killed. */
const saidAfterMs = 15_000;

type Offsets = ReadonlyMap<number, number>;

/** Whether the tables make progress, as the gateway sees it: it knows the log, and how far Postgres has it. */
export interface ProjectionStall {
  /** @param inTables next offset of each partition in the tables @param inLog offset behind the last record of each that was read */
  readonly observe: (inTables: Offsets, inLog: Offsets) => void;
  /** Postgres could not be asked: of this time nothing is known. */
  readonly reset: () => void;
  /** For how long one of the partitions has not moved while its records wait, in ms; 0: all move, or nothing waits. */
  readonly ms: () => number;
  /** What to say of it; null as long as it is short. */
  readonly describe: () => string | null;
}

interface StalledPartition {
  readonly partition: number;
  readonly position: number;
  readonly records: number;
  /** ms since 1970. */
  readonly since: number;
}

export function createProjectionStall(now: () => number = Date.now): ProjectionStall {
  let waiting = new Map<number, StalledPartition>();
  const longest = (): StalledPartition | undefined => [...waiting.values()].toSorted((a, b) => a.since - b.since)[0];
  const ms = (): number => now() - (longest()?.since ?? now());
  return {
    observe: (inTables, inLog) => {
      const before = waiting;
      waiting = new Map();
      for (const [partition, position] of inTables) {
        const records = (inLog.get(partition) ?? 0) - position;
        if (records <= 0) continue;
        const known = before.get(partition);
        const since = known?.position === position ? known.since : now();
        waiting.set(partition, { partition, position, records, since });
      }
    },
    reset: () => waiting.clear(),
    ms,
    describe: () => {
      const one = longest();
      if (!one || ms() < saidAfterMs) return null;
      return `The tables stand still for ${Math.round(ms() / 1_000)} s: partition ${one.partition} stays at offset ${one.position} while ${one.records} records wait. Live boards go on, as they follow the log; lists, search and numbers are old. See /readyz and the log of the projector.`;
    },
  };
}
