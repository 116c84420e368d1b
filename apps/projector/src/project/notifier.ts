import { isProgrammingError, throttle } from '@callstream/resilience';

/** Least time between two notifications of a process, in ms: each takes a global lock of Postgres for a moment. */
const notifyEveryMs = 20;

/**
 * Throttles `notify`: the first commit notifies at once, later ones share a notification, and one always follows the last commit.
 * A notification may be lost: listeners also poll.
 */
export function createNotifier(notify: () => Promise<void>): { onCommit: () => void } {
  const { changed } = throttle({ everyMs: notifyEveryMs }, () =>
    notify().catch((error: unknown) => {
      if (isProgrammingError(error)) throw error;
    }),
  );
  return { onCommit: changed };
}
