import type { CallEvent } from '@callstream/domain';
import { createEventBatch } from '../src/index.ts';
import type { EventBatch } from '../src/index.ts';

/** The batch that a projector builds from `log`. */
export function batchOf(log: readonly CallEvent[]): EventBatch {
  const { add, batch } = createEventBatch();
  log.forEach(add);
  return batch();
}
