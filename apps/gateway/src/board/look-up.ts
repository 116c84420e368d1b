import { isProgrammingError } from '@callstream/resilience';
import { within } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import type { StoredCall } from '@callstream/tables';

/** Timeout of a look-up in Postgres, in ms: dashboards get no deltas meanwhile. */
const lookUpMsMax = 1_000;

/**
 * Looks up calls in Postgres, one query at a time; look-ups during a query are coalesced into the next one.
 *
 * ```
 *             a query fails or times out
 *  available ────────────────────────────▶ unavailable: every look-up is null at once
 *      ▲                 back                   │
 *      └────────────────────────────────────────┘
 * ```
 */
export interface CallLookUp {
  /** What Postgres has of these calls, and perhaps of others; null while it is unavailable. */
  readonly lookUp: (callIds: readonly string[]) => Promise<readonly StoredCall[] | null>;
  /** Postgres is available again. */
  readonly back: () => void;
}

/** Reads calls from Postgres. */
export type ReadCalls = (callIds: readonly string[]) => Promise<readonly StoredCall[]>;

type LookUpResult = readonly StoredCall[] | null;

interface PendingQuery {
  readonly callIds: Set<string>;
  readonly result: Promise<LookUpResult>;
}

export function createCallLookUp(readCalls: ReadCalls, log: Log): CallLookUp {
  let isAvailable = true;
  let latest: Promise<LookUpResult> = Promise.resolve(null);
  /** The query that has not begun; null if there is none. */
  let next: PendingQuery | null = null;

  const query = async (callIds: readonly string[]): Promise<LookUpResult> => {
    if (!isAvailable) return null;
    try {
      return await within(lookUpMsMax, readCalls(callIds));
    } catch (error) {
      if (isProgrammingError(error)) throw error;
      isAvailable = false;
      log.warn({ calls: callIds.length, error: String(error) }, 'board.look-up-failed');
      return null;
    }
  };
  const queueQuery = (): PendingQuery => {
    const callIds = new Set<string>();
    latest = latest.then(() => {
      next = null;
      return query([...callIds]);
    });
    return { callIds, result: latest };
  };
  return {
    lookUp: (callIds) => {
      next ??= queueQuery();
      for (const callId of callIds) next.callIds.add(callId);
      return next.result;
    },
    back: () => (isAvailable = true),
  };
}
