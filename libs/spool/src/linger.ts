import { setImmediate } from 'node:timers/promises';

/** Longest linger, in ms. */
const lingerMaxMs = 2;
/** Turns of the event loop in a row without a new item that end it. */
const quietTurns = 2;

/**
 * Waits until no more items come. When a batch is acknowledged, its senders are answered and send again at once: what they send joins
 * the next batch, which costs as much as several items.
 */
export async function linger(countItems: () => number): Promise<void> {
  const endsAt = performance.now() + lingerMaxMs;
  let items = countItems();
  for (let quiet = 0; quiet < quietTurns && performance.now() < endsAt;) {
    await setImmediate();
    quiet = countItems() > items ? 0 : quiet + 1;
    items = countItems();
  }
}
