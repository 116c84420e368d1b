import { isProgrammingError } from '@callstream/runtime';

/** Least time between two notifications of a process, in ms: each takes a global lock of Postgres for a moment. */
const notifyEveryMs = 20;

/**
 * Throttles `notify`: the first commit notifies at once, later ones share a notification, and one always follows the last commit.
 * A notification may be lost: listeners also poll.
 */
export function createNotifier(notify: () => Promise<void>): { onCommit: () => void } {
  let isRunning = false;
  let isPending = false;
  const run = async (): Promise<void> => {
    do {
      isPending = false;
      await notify().catch((error: unknown) => {
        if (isProgrammingError(error)) throw error;
      });
      await new Promise((resolve) => setTimeout(resolve, notifyEveryMs));
    } while (isPending as boolean);
    isRunning = false;
  };
  return {
    onCommit: () => {
      isPending = true;
      if (isRunning) return;
      isRunning = true;
      void run();
    },
  };
}
