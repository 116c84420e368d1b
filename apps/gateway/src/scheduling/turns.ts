import { setImmediate as nextTurn } from 'node:timers/promises';

/** For so long a loop runs in one turn of the event loop, in ms: live dashboards must not wait longer. */
const turnMsMax = 2;

/** For a loop over many items: after each, await what this returns, if anything. Other work goes on then. */
export function createTurns(): () => Promise<void> | undefined {
  let beganAt = performance.now();
  const next = async (): Promise<void> => {
    await nextTurn();
    beganAt = performance.now();
  };
  return () => (performance.now() - beganAt > turnMsMax ? next() : undefined);
}

/** Resolves for one caller after the other, in a turn of the event loop of its own: what each does at once then does not add up. */
export function createOwnTurns(): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => (last = last.then(() => nextTurn()));
}

/** Handles many items, and gives way to other work between. */
export async function forEachInTurns<Item>(items: Iterable<Item>, handle: (item: Item) => void): Promise<void> {
  const giveWay = createTurns();
  for (const item of items) {
    handle(item);
    const pause = giveWay();
    // To await nothing, 100,000 times, takes 20 ms.
    if (pause) await pause;
  }
}
