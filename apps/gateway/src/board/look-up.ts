import type { Call } from '@callstream/domain';
import { within } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import { readCalls } from '@callstream/tables';
import type { Tables } from '@callstream/tables';

/** Longest that the board waits for Postgres, in ms: dashboards wait with it. */
const lookUpMsMax = 1_000;

/** Asks Postgres for calls that are not on the board. Once it fails, it is not asked again until it is known to be back. */
export interface LookUp {
  /** What Postgres has of the calls; null while it is away. */
  readonly lookUp: (callIds: readonly string[]) => Promise<readonly Call[] | null>;
  readonly back: () => void;
}

export function createLookUp(db: Tables, log: Log): LookUp {
  let away = false;
  return {
    lookUp: async (callIds) => {
      if (away) return null;
      try {
        return await within(lookUpMsMax, readCalls(db, callIds));
      } catch (error) {
        away = true;
        log.warn({ calls: callIds.length, error: String(error) }, 'board.look-up-failed');
        return null;
      }
    },
    back: () => (away = false),
  };
}
