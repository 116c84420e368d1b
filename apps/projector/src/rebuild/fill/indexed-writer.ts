import type { Tables } from '@callstream/tables';
import pLimit from 'p-limit';
import type { TableWriter, WriterBatch } from './bulk-writer.ts';
import type { ExcludeRecord } from './exclude-record.ts';
import { advancePastSkipped, writeBatch } from './write-batch.ts';

export interface IndexedWriterOptions {
  readonly db: Tables;
  readonly excludeRecord: ExcludeRecord;
  /** Next offset of each partition in the tables; moved after every commit. */
  readonly positions: Map<number, number>;
  readonly onProgress: (partition: number, next: number) => void;
}

/** A writer for tables with indexes, batch by batch: slower than a bulk writer, but it finds the record that Postgres refuses. */
export function openIndexedWriter(options: IndexedWriterOptions): TableWriter {
  const { promise: done, resolve, reject } = Promise.withResolvers<undefined>();
  done.catch(() => undefined);
  // A writer is one connection, so its partitions take turns.
  const limit = pLimit(1);
  const write = async (batch: WriterBatch): Promise<void> => {
    try {
      const reached = await (batch.records.length > 0
        ? writeBatch(options, batch)
        : advancePastSkipped(options, batch));
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
