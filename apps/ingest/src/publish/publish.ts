import { WebhookRejected } from '../problem.ts';
import { recordOf } from '../record.ts';
import type { AcceptedEvent } from '../record.ts';
import type { StoreRecord } from './store.ts';

/** Stores an event; returns its uuid, and where it is. @throws {Rejected} if it is not known to be stored */
export type Publish = (accepted: AcceptedEvent) => Promise<{ uuid: string; storedIn: 'kafka' | 'spool' }>;

export function createPublish(
  store: StoreRecord,
  to: { topic: string; place: (key: string) => number | null },
): Publish {
  return async (accepted) => {
    const { record, uuid } = recordOf(accepted, to);
    try {
      return { uuid, storedIn: await store(record) };
    } catch {
      // Why, the one who could not store it has said in the log; here it would be said for every event.
      throw new WebhookRejected({
        kind: 'unavailable',
        problem: 'The event is not known to be stored: send it again.',
      });
    }
  };
}
