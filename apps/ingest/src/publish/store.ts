import type { BatchingPublisher } from './batching-publisher.ts';
import type { EventRecord } from '../record.ts';
import type { Spool } from '../spool/spool.ts';

/** Resolves, with where it is, once the record is stored for good. @throws {Error} if it is not known to be */
export type StoreRecord = (record: EventRecord) => Promise<'kafka' | 'spool'>;

/** Kafka first; what Kafka does not take, or not in time, goes to the spool. */
export function createStoreRecord({
  live,
  spool,
}: {
  live: BatchingPublisher;
  spool: Pick<Spool, 'add'>;
}): StoreRecord {
  return async (record) => {
    try {
      await live.add(record);
      return 'kafka';
    } catch {
      await spool.add(record);
      return 'spool';
    }
  };
}
