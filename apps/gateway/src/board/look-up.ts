import { within } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import type { StoredCall } from '@callstream/tables';

/** Longest that the board waits for Postgres, in ms: dashboards wait with it. */
const lookUpMsMax = 1_000;

/**
 * Asks Postgres for calls that are not on the board, one question at a time: what is asked meanwhile makes the next one
 * together. Once one fails, none is asked until Postgres is known to be back.
 */
export interface CallLookUp {
  /** What Postgres has of the calls, and of others that were asked for with them; null while it is away. */
  readonly lookUp: (callIds: readonly string[]) => Promise<readonly StoredCall[] | null>;
  readonly back: () => void;
}

/** Reads calls from Postgres. */
export type ReadCalls = (callIds: readonly string[]) => Promise<readonly StoredCall[]>;

type Found = readonly StoredCall[] | null;

export function createCallLookUp(readCalls: ReadCalls, log: Log): CallLookUp {
  let away = false;
  let latest: Promise<Found> = Promise.resolve(null);
  /** The question that is not asked yet. */
  let next: { readonly callIds: Set<string>; readonly answer: Promise<Found> } | null = null;

  const ask = async (callIds: readonly string[]): Promise<Found> => {
    if (away) return null;
    try {
      return await within(lookUpMsMax, readCalls(callIds));
    } catch (error) {
      away = true;
      log.warn({ calls: callIds.length, error: String(error) }, 'board.look-up-failed');
      return null;
    }
  };
  const begin = (): { readonly callIds: Set<string>; readonly answer: Promise<Found> } => {
    const callIds = new Set<string>();
    latest = latest.then(() => {
      next = null;
      return ask([...callIds]);
    });
    return { callIds, answer: latest };
  };
  return {
    lookUp: (callIds) => {
      next ??= begin();
      for (const callId of callIds) next.callIds.add(callId);
      return next.answer;
    },
    back: () => (away = false),
  };
}
