import { decode } from '@callstream/domain';
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
  for (const record of records) {
    const decoded = decode(logEntry(record));
    if ('event' in decoded) add(decoded.event);
    else undecodable.push({ record, kind: 'undecodable', reason: decoded.problem });
  }
  return { batch: batch(), undecodable };
}
