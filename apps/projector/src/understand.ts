import { decode } from '@callstream/domain';
import { logEntry } from '@callstream/runtime';
import type { LogRecord } from '@callstream/runtime';
import { createBatch } from '@callstream/tables';
import type { EventBatch } from '@callstream/tables';
import type { DeadLetter } from './dead-letters.ts';

/** What records say. */
export interface Understood {
  readonly batch: EventBatch;
  /** What is no event. */
  readonly undecodable: DeadLetter[];
}

/** Decodes records, those of a partition in the order of the log. */
export function understand(records: readonly LogRecord[]): Understood {
  const { add, batch } = createBatch();
  const undecodable: DeadLetter[] = [];
  for (const record of records) {
    const decoded = decode(logEntry(record));
    if ('event' in decoded) add(decoded.event);
    else undecodable.push({ record, kind: 'undecodable', reason: decoded.problem });
  }
  return { batch: batch(), undecodable };
}
