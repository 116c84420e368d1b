import { Rejected } from './problem.ts';
import { recordOf } from './record.ts';
import type { Accepted } from './record.ts';
import type { Store } from './store.ts';

/** Stores an event and returns its uuid. @throws {Rejected} if it is not known to be stored */
export type Publish = (accepted: Accepted) => Promise<string>;

export function createPublish(store: Store, to: { topic: string; place: (key: string) => number | null }): Publish {
  return async (accepted) => {
    const { record, uuid } = recordOf(accepted, to);
    try {
      await store(record);
      return uuid;
    } catch {
      // Why, the one who could not store it has said in the log; here it would be said for every event.
      throw new Rejected({ kind: 'unavailable', problem: 'The event is not known to be stored: send it again.' });
    }
  };
}
