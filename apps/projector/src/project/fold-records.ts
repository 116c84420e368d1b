import { decodeRecords } from '@callstream/domain';
import { logEntry } from '@callstream/runtime';
import type { LogRecord } from '@callstream/runtime';
import { createEventBatch } from '@callstream/tables';
import type { EventBatch } from '@callstream/tables';
import type { DeadLetter } from '../dlq/dead-letters.ts';

export interface FoldedRecords {
  readonly batch: EventBatch;
  /** Records that are no events. */
  readonly undecodable: DeadLetter[];
}

/** Decodes records and folds their events into one batch. Records of a partition come in the order of the log. */
export function foldRecords(records: readonly LogRecord[]): FoldedRecords {
  const { add, batch } = createEventBatch();
  const undecodable: DeadLetter[] = [];
  const deadLetter = (record: LogRecord, reason: string): void =>
    void undecodable.push({ record, kind: 'undecodable', reason });
  for (const event of decodeRecords(records, logEntry, deadLetter)) add(event);
  return { batch: batch(), undecodable };
}
