import type { Tables } from '@callstream/tables';
import pLimit from 'p-limit';
import type { Lane, LaneBatch } from './lane.ts';
import type { LeaveOut } from './leave-out.ts';
import { passSkipped, writeBatch } from './write-batch.ts';

export interface CarefulLaneOptions {
  readonly db: Tables;
  readonly leaveOut: LeaveOut;
  /** Next offset of each partition in the tables; moved after every commit. */
  readonly positions: Map<number, number>;
  readonly onProgress: (partition: number, next: number) => void;
}

/** Fills tables that have their indexes, batch by batch: slower than into bare ones, and the record that is refused is known. */
export function openCarefulLane(options: CarefulLaneOptions): Lane {
  const { promise: done, resolve, reject } = Promise.withResolvers<undefined>();
  done.catch(() => undefined);
  // A lane is a connection: batches of other partitions wait for it.
  const limit = pLimit(1);
  const write = async (batch: LaneBatch): Promise<void> => {
    try {
      const reached = await (batch.records.length > 0 ? writeBatch(options, batch) : passSkipped(options, batch));
      options.positions.set(batch.partition, reached);
      options.onProgress(batch.partition, reached);
    } catch (error) {
      reject(error);
      throw error;
    }
  };
  return {
    put: (batch) => limit(write, batch),
    end: () => resolve(undefined),
    abort: () => resolve(undefined),
    done,
  };
}
