import type { Tables } from '@callstream/tables';
import type { Lane } from './lane.ts';
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
  return {
    put: async (batch) => {
      try {
        const reached = await (batch.records.length > 0 ? writeBatch(options, batch) : passSkipped(options, batch));
        options.positions.set(batch.partition, reached);
        options.onProgress(batch.partition, reached);
      } catch (error) {
        reject(error);
        throw error;
      }
    },
    end: () => resolve(undefined),
    abort: () => resolve(undefined),
    done,
  };
}
