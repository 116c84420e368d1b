/** Least time between two notifications of a process, in ms. Each costs Postgres a global lock for a moment. */
const notifyEveryMs = 20;

/**
 * Calls `notify` after a change: the first at once, later ones together, always once after the last.
 * A notification may be lost: whoever listens also looks for itself.
 */
export function createNotifier(notify: () => Promise<void>): { changed: () => void } {
  let busy = false;
  let again = false;
  const run = async (): Promise<void> => {
    do {
      again = false;
      await notify().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, notifyEveryMs));
    } while (again as boolean);
    busy = false;
  };
  return {
    changed: () => {
      again = true;
      if (busy) return;
      busy = true;
      void run();
    },
  };
}
